"""Mixed work of many programs on one sandbox, and what must be true of it afterwards.

Touches: the disk, other processes. Requests reach only the sandbox inside each program.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lskeys.sandbox import Sandbox, Tag

REGION = "us-east-1"
KINDS = ("list", "create", "import", "tag", "delete", "download", "generate", "create")
SHARED = "contended"
PATIENCE = 300
"""Seconds one program may take on a busy machine."""


@dataclass(frozen=True, slots=True)
class Job:
    """One program: its command line, and the exit codes that are right for it."""

    kind: str
    words: tuple[str, ...]
    right: frozenset[int] = frozenset({0})


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended."""

    job: Job
    code: int
    out: str
    err: str


class Scenario:
    """The work of many programs, so many of them at a time, in one home."""

    def __init__(self, directory: Path, *, programs: int, together: int) -> None:
        self._home = directory / "home"
        self._home.mkdir(mode=0o700)
        self._together = together
        self._jobs = tuple(self._job(number) for number in range(programs))

    def run(self) -> list[str]:
        """Do all of it; what is wrong afterwards, in words."""
        self._prepare()
        with ThreadPoolExecutor(self._together) as pool:
            every = list(pool.map(self._start, self._jobs))
        return [*self._wrong_ends(every), *self._wrong_state(every)]

    def _job(self, number: int) -> Job:
        kind = KINDS[number % len(KINDS)]
        words: dict[str, tuple[str, ...]] = {
            "list": ("list", "--all-regions", "--include-default", "-o", "json"),
            "create": ("create", f"made-{number}", "--type", "ed25519", "--tag", f"n={number}"),
            "generate": ("create", f"generated-{number}", "--service-generated"),
            "import": ("import", f"imported-{number}", "shared.pub"),
            "tag": ("tag", SHARED, f"t{number}=v"),
            "delete": ("delete", f"doomed-{number}", "--yes"),
            "download": ("download-default", "--out", "default"),
        }
        return Job(kind, words[kind])

    @property
    def _environ(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self._home),
            "LSKEYS_SANDBOX": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def _prepare(self) -> None:
        """An account with what is to be deleted and tagged, and a public key to import."""
        account = Sandbox(Path(self._program("sandbox", "path").stdout.strip()), seed=False)
        account.prepare()
        account.add_default_key_pair(REGION)
        account.add_key_pairs(REGION, [SHARED], tags=[Tag("first", "1")])
        doomed = [job.words[1] for job in self._jobs if job.kind == "delete"]
        account.add_key_pairs(REGION, [*doomed, "spared"])
        key = self._home / "shared"
        words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key))
        subprocess.run(words, check=True)

    def _program(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lskeys", *words],
            cwd=self._home,
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def _start(self, job: Job) -> Ended:
        ended = self._program(*job.words)
        return Ended(job, ended.returncode, ended.stdout, ended.stderr)

    def _wrong_ends(self, every: list[Ended]) -> Iterator[str]:
        for each in every:
            if each.code not in each.job.right or "Traceback" in each.err:
                yield f"{' '.join(each.job.words)} ended with {each.code}: {each.err.strip()}"
            if each.job.kind == "list" and each.code == 0:
                names = [pair["name"] for pair in json.loads(each.out)["keyPairs"]]
                if SHARED not in names or "spared" not in names:
                    yield f"a list lost what was there all the time: {names}"

    def _wrong_state(self, every: list[Ended]) -> Iterator[str]:
        listed = json.loads(self._program("list", "-o", "json").stdout)["keyPairs"]
        done = [each.job for each in every if each.code == 0]
        made = {job.words[1] for job in done if job.kind in {"create", "generate", "import"}}
        names = [pair["name"] for pair in listed]
        if sorted(names) != sorted({*made, SHARED, "spared"}):
            yield f"the account has {sorted(names)} and should have {sorted(made)}"
        tags = {tag["key"] for pair in listed if pair["name"] == SHARED for tag in pair["tags"]}
        wanted = {job.words[2].partition("=")[0] for job in done if job.kind == "tag"} | {"first"}
        if tags != wanted:
            yield f"{SHARED} has the tags {sorted(tags)} and should have {sorted(wanted)}"
        yield from self._wrong_files(done)

    def _wrong_files(self, done: list[Job]) -> Iterator[str]:
        saved = {job.words[1] for job in done if job.kind in {"create", "generate"}}
        directory = self._home / ".local" / "share" / "lskeys" / "sandbox" / "ssh"
        files = {each.name for each in directory.iterdir()} if directory.exists() else set[str]()
        if files != {f"{name}.pem{end}" for name in saved for end in ("", ".pub")}:
            yield f"{directory} holds {sorted(files)}"
        matched = self._program("list", "--columns", "name,local-files").stdout
        for name in saved:
            path = directory / f"{name}.pem"
            if f"{name}\t{path}" not in matched:
                yield f"the key of {name} is not the pair's"
            if path.stat().st_mode & 0o077:
                yield f"{path} is open to others"
        default = self._home / "default"
        if default.exists() and len(list(default.iterdir())) != len(("private", "public")):
            yield f"the default key lies in {sorted(default.iterdir())}"
