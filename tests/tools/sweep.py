"""Runs a verb once for every file system call and fault, and looks what became of its promises.

As a program (`python -m tests.tools.sweep`) it lets every fault happen at every call, and prints
for each verb the number of fault points and of broken promises.
"""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lskeys import sandbox
from tests.support.fake_region import DEFAULT_PAIR, Region, other_pem, own_pem, stray_pem, third_pem
from tests.support.invariants import (
    Picture,
    Result,
    leftovers,
    missing,
    picture,
    wrongs_left,
    wrongs_on_disk,
    wrongs_said,
)
from tests.support.lying_server import Liar
from tests.support.signals import let_programs_heed
from tests.support.writing_cases import VERB_CASES, VerbCase

ERRORS = ("ENOSPC", "EIO", "EDQUOT")
KILL, SHORT = "SIGKILL", "short"
SIGNALS = {each: -signal.Signals[each] for each in ("SIGTERM", "SIGINT", "SIGHUP")}
STOPS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGTERM*2", "SIGINT*2", "SIGHUP*2")
CHANGES = frozenset(
    (
        *("mkdir", "chmod", "fchmod", "open", "posix_fallocate", "write", "pwrite", "ftruncate"),
        *("link", "unlink", "remove", "rename", "replace", "request"),
    )
)
"""Calls after which the disk or the account may be another; a crash elsewhere is one of these."""

VITAL = frozenset(
    (
        *("mkdir", "chmod", "fchmod", "posix_fallocate", "write", "pwrite", "ftruncate", "fsync"),
        *("link", "rename", "replace"),
    )
)
"""Calls without which nothing is whole, private or lasting: none of them may fail in silence."""

REQUEST = "request"
JOURNAL = "/rotations/"
FULL = bool(os.environ.get("LSKEYS_FULL_SWEEP"))


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at which call, counted from 1, and the call's name."""

    at: int
    kind: str
    call: str

    def __str__(self) -> str:
        return f"{self.kind} at call {self.at}, {self.call}"

    @property
    def codes(self) -> tuple[int, ...]:
        """The exit codes that fit it; a call that only looks or clears up may fail unharmed."""
        if self.kind in ERRORS:
            return (9,) if self.call in VITAL else (0, 9)
        if self.kind == SHORT:
            return (0,)
        return (-9,) if self.kind == KILL else (SIGNALS[self.kind.removesuffix("*2")],)

    @property
    def may_leave(self) -> bool:
        """Whether a draft may stay: the process was killed, or the disk would not remove it."""
        return self.kind == KILL or (self.kind in ERRORS and self.call in {"unlink", "close"})


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run did: its result, its calls, and what was wrong between them."""

    result: Result
    calls: Sequence[str]
    seen: Sequence[str]


class Doomed:
    """The program that runs command lines and lets them fail, held by its pipes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, **members: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
        """Send one line, and wait for one."""
        self.send(**members)
        return self.response()

    def send(self, **members: Any) -> None:  # noqa: ANN401  JSON
        """Send one line; nothing given, an empty one."""
        assert self._process.stdin
        self._process.stdin.write((json.dumps(members) if members else "") + "\n")
        self._process.stdin.flush()

    def response(self) -> dict[str, Any]:
        """Wait for one line."""
        assert self._process.stdout
        responded: dict[str, Any] = json.loads(self._process.stdout.readline())
        return responded


@contextmanager
def doomed() -> Iterator[Doomed]:
    """The program, running."""
    with subprocess.Popen(
        (sys.executable, "-m", "tests.support.syscall_faults"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        yield Doomed(process)
        assert process.stdin
        process.stdin.close()


@dataclass
class Stage:
    """Where a case is done again and again: a home, an account, and the program.

    Attributes:
        region: The account.
        loose: The files that lay there before, by inode, which may be open to others.
        points: How many faults there were.
    """

    directory: Path
    cache: Path
    liar: Liar
    doomed: Doomed
    waiting: Doomed
    case: VerbCase
    region: Region = field(default_factory=Region)
    loose: set[int] = field(default_factory=set)
    points: int = 0
    _known_ends: set[str] = field(default_factory=set)

    @property
    def home(self) -> Path:
        """The home; its path stays the same."""
        return self.directory / "home"

    @property
    def environ(self) -> dict[str, str]:
        """What the command line is started with."""
        return {
            "HOME": str(self.home),
            "DIRECTORY": str(self.directory),
            "XDG_CACHE_HOME": str(self.cache),
            "PATH": os.environ["PATH"],
            "TERM": "dumb",
        } | dict(sandbox.environment(self.liar.endpoint))

    @property
    def old(self) -> list[bytes]:
        """The private keys on the disk before the case."""
        return [text for text in self._contents if b"PRIVATE" in text]

    def lay_out(self) -> None:
        """Lay out home and account as they are before the case."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(0o700)
        self.case.prepare(self.home)
        self.loose = {path.stat().st_ino for path in self.home.rglob("*") if path.is_file()}
        self.region = self.case.region()
        self.region.serve(self.liar)

    def run(
        self, words: Sequence[str] = (), fault: Fault | None = None, *, anew: bool = False
    ) -> Ran:
        """Run the case's line, or another, from its beginning to its end."""
        if anew:
            self.lay_out()
        spoken = list(words) or shlex.split(self.case.line)
        lot = {"at": fault.at, "fault": fault.kind} if fault else {}
        responded = self.doomed.run(words=spoken, environ=self.environ, loose=[*self.loose], **lot)
        return self._ran(responded)

    @contextmanager
    def paused(self, at: int) -> Iterator[None]:
        """A run that waits before this call, for `run_on`."""
        self.lay_out()
        words = shlex.split(self.case.line)
        self.waiting.send(words=words, environ=self.environ, pause=at, loose=[*self.loose])
        yield
        self.waiting.send()
        self.waiting.response()

    def run_on(self, fault: Fault) -> Ran:
        """Continue from there with this fault; the waiting run stays as it is."""
        self.lay_out()
        return self._ran(self.waiting.run(at=fault.at, fault=fault.kind, loose=[*self.loose]))

    def _ran(self, responded: dict[str, Any]) -> Ran:
        out, err = ((self.directory / name).read_text() for name in ("out", "err"))
        return Ran(Result(responded["code"], out, err), responded["calls"], responded["seen"])

    @cached_property
    def _contents(self) -> list[bytes]:
        self.lay_out()
        return [path.read_bytes() for path in self.home.rglob("*") if path.is_file()]

    @cached_property
    def undisturbed(self) -> tuple[Ran, Picture]:
        """The case without a fault, and what it leaves."""
        assert self.old is not None  # known before anything has gone wrong
        ran = self.run(anew=True)
        assert ran.result.code == 0, ran.result.err
        assert list(ran.seen) == [], ran.seen
        return ran, self.picture()

    def picture(self) -> Picture:
        """What lies in the home now."""
        known = {"own": own_pem(), "other": other_pem(), "third": third_pem()}
        known["stray"] = stray_pem()
        return picture(self.home, {name: text.encode() for name, text in known.items()})

    def differences(self) -> list[str]:
        """What is not as the undisturbed run leaves it, the account's state among it."""
        _, wanted = self.undisturbed
        found = [*missing(self.picture(), wanted, may_add=lambda name: ".old" in name)]
        return [*found, *self._differences_in_the_account()]

    def _differences_in_the_account(self) -> Iterator[str]:
        words = self.case.line.split()
        if words[0] == "create" and "web" not in self.region.fingerprints:
            yield "there is no pair web"
        if words[0] == "delete" and DEFAULT_PAIR in self.region.fingerprints:
            yield "the pair is still there"
        if words[0] == "rotate-default" and self.region.default != other_pem():
            yield "the default pair is not the new one"

    def wrongs(self, ran: Ran, fault: Fault) -> Iterator[str]:
        """Every promise that a run with this fault broke."""
        self.points += 1
        if fault.kind == KILL and not ran.result.is_killed:
            yield "it was not killed"
        yield from ran.seen
        yield from wrongs_on_disk(self.home, self.old, self.loose)
        yield from self._keyless()
        differences = self.differences()
        is_complete = not differences
        yield from wrongs_said(
            ran.result,
            self._secrets,
            codes=(*fault.codes, 6, 7)
            if self.case.is_report and fault.kind in ERRORS
            else fault.codes,
            is_complete=all(JOURNAL in each for each in differences),  # it is closed last
            is_report=self.case.is_report,
        )
        if ran.result.code == 0:
            yield from (f"success, but {each}" for each in differences)
        left = leftovers(self.home)
        yield from wrongs_left(self.home)
        if left and not fault.may_leave:
            yield f"left: {left}"
        end = repr((sorted(self.picture().items()), len(left), sorted(self.region.fingerprints)))
        is_over = is_complete and self.case.line.startswith("rotate")  # again is another rotation
        if end not in self._known_ends and not is_over:
            self._known_ends.add(end)
            yield from self._wrongs_of_the_next_run(left)

    @property
    def _secrets(self) -> list[bytes]:
        texts = (own_pem(), other_pem(), third_pem(), stray_pem())
        return [text.encode() for text in texts]

    def _keyless(self) -> Iterator[str]:
        """A pair whose private key was on the disk, or is reported to be, still has it there."""
        if self.case.line.startswith(("rotate", "delete")) and self.region.default != own_pem():
            held = [path.read_bytes() for path in self.home.rglob("*") if path.is_file()]
            if own_pem().encode() not in held:
                yield "the deleted pair's key is on no disk"
        if "web" in self.region.fingerprints and "--service" not in self.case.line:
            target = self.home / ".ssh" / "web.pem"
            if not target.exists():
                yield "there is a pair, and its key is on no disk"

    def _wrongs_of_the_next_run(self, left: set[Path]) -> Iterator[str]:
        """The same line again names what is left, and finishes; its own state it clears away."""
        again = self.run().result
        for each in left:
            if each.is_relative_to(self.home / ".local"):
                if each.exists():
                    yield f"the next run leaves {each}"
            elif f"an interrupted run left {each}," not in again.err:
                yield f"the next run does not name {each}: {again.err}"
        result = self._helped(again)
        helped = (6,) if result is not again else ()  # audit finds a pair that no instance names
        if result.code not in {0, *self.case.again, *helped}:
            yield f"the next run fails: {result.err}"
        yield from (f"after the next run {each}" for each in self.differences())
        yield from (
            f"after the next run {each}" for each in wrongs_on_disk(self.home, self.old, self.loose)
        )
        if leftovers(self.home) != {each for each in left if each.exists()} or any(
            not each.exists() and not each.is_relative_to(self.home / ".local") for each in left
        ):
            yield "the next run leaves more, or takes away what is not its own"

    def _helped(self, result: Result) -> Result:
        """Follow the hint, where a new run cannot know what to do."""
        if result.code != 5 or not self.case.line.startswith("create"):
            return result
        if "lskeys import web" in result.err:
            self.run(("import", "web", str(self.home / ".ssh" / "web.pem")))
            return self.run(("audit", "--fix", "--yes")).result  # which completes a missing .pub
        if "is taken" in result.err:
            self.run(("delete", "web", "--yes"))
            return self.run().result
        return result


@contextmanager
def staged(cache: Path) -> Iterator[Callable[[Path, VerbCase], Stage]]:
    """What makes stages, each in a directory of its own, while the programs behind them run."""
    with Liar().running() as liar, doomed() as runner, doomed() as waiting:
        yield lambda directory, case: Stage(directory, cache, liar, runner, waiting, case)


def faults(calls: Sequence[str], *, full: bool) -> Iterator[Fault]:
    """Every fault point of a run: each call fails, and the process is killed before each change.

    Without `full` errors and signals take turns, and so do calls that change nothing; a signal
    that can be handled comes at every second change.
    """
    at, changed, after_request = 0, 0, False
    for name in calls:
        if name == REQUEST:
            after_request = True
            continue
        at += 1
        changes = name in CHANGES or after_request
        after_request = False
        kinds: list[str] = []
        if full or changes or at % 3 == 0:
            kinds += ERRORS if full else ERRORS[at // 2 % 3 :][:1]
        if changes:
            changed += 1
            stops = STOPS[changed // 2 % len(STOPS) :][: changed % 2]
            kinds += [KILL, *(STOPS if full else stops)]
        if name in {"write", "pwrite"}:
            kinds.append(SHORT)
        yield from (Fault(at, kind, name) for kind in kinds)


def swept(stage: Stage, *, full: bool = FULL) -> list[str]:
    """Every promise that broke at any fault point of a case."""
    calls = stage.undisturbed[0].calls
    first = calls.index(REQUEST) + 1
    every = [*faults(calls, full=full)]
    wrongs = [
        f"{fault}: {each}"
        for fault in every
        if fault.at < first
        for each in stage.wrongs(stage.run(fault=fault, anew=True), fault)
    ]
    with stage.paused(first):
        wrongs += [
            f"{fault}: {each}"
            for fault in every
            if fault.at >= first
            for each in stage.wrongs(stage.run_on(fault), fault)
        ]
    return wrongs


def main() -> int:
    """Sweep every case with every fault, and count the points."""
    let_programs_heed()
    points, broken = 0, 0
    with TemporaryDirectory() as name, staged(Path(name) / "cache") as stage:
        for case in VERB_CASES:
            directory = Path(name) / case.name
            directory.mkdir()
            deed_stage = stage(directory, case)
            wrongs = swept(deed_stage, full=True)
            points, broken = points + deed_stage.points, broken + len(wrongs)
            sys.stdout.write(f"{case.name}\t{deed_stage.points}\t{len(wrongs)}\n")
            sys.stdout.writelines(f"  {each}\n" for each in wrongs)
            sys.stdout.flush()
    sys.stdout.write(f"all\t{points}\t{broken}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
