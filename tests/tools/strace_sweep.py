"""Fails and kills the whole program at each of its own file system calls, by strace.

    python -m tests.tools.strace_sweep

The sweep of the suite wraps Python's functions; here the operating system itself says no, to the
program as it is installed. Each call that changes the home fails once, every other one kills.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.lying_server import Liar
from tests.support.signals import let_programs_heed
from tests.support.writing_cases import VERB_CASES, VerbCase
from tests.tools.sweep import ERRORS, KILL, Doomed, Fault, Stage

NAMES = {
    "openat": "open",
    "mkdir": "mkdir",
    "fchmod": "fchmod",
    "fallocate": "posix_fallocate",
    "pwrite64": "pwrite",
    "ftruncate": "ftruncate",
    "fsync": "fsync",
    "linkat": "link",
    "unlinkat": "unlink",
    "unlink": "unlink",
    "renameat": "rename",
    "rename": "rename",
}
"""The calls by which lskeys changes a disk, and what Python calls them."""

CALL = re.compile(r"^(\d+) +(\w+)\((.*)$", re.MULTILINE)
INJECTED = re.compile(r"^\d+ +\w+\((.*)\(INJECTED\)$", re.MULTILINE)
KILLED = re.compile(r"^\d+ +\w+\((.*) = \?", re.MULTILINE)
TOGETHER = 2


@dataclass(frozen=True, slots=True)
class Point:
    """A call that changes the home: the kernel's name, and which of that name in its thread."""

    name: str
    number: int


class Strace(Doomed):
    """Runs each command line as a program of its own; what it is asked for is as for `Doomed`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._log = directory / "strace"
        self.points: list[Point] = []
        self.has_hit = True

    def ask(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
        """Run a line: watched where nothing is known yet, with a fault, or undisturbed."""
        before: tuple[str, ...] = ()
        if not self.points:
            before = ("strace", "-f", "-y", "--seccomp-bpf", "--trace", ",".join(NAMES))
        elif "fault" in asked:
            before = self._faulty(self.points[asked["at"] - 1], asked["fault"])
        if before:
            before = (*before, "-o", str(self._log))
        code = self._run(before, asked["words"], asked["environ"])
        if before and not self.points:
            self.points = [*self._changes(Path(asked["environ"]["HOME"]))]
        if "fault" in asked:
            self.has_hit = self._hit(Path(asked["environ"]["HOME"]))
        return {"code": code, "calls": [NAMES[each.name] for each in self.points], "seen": []}

    def _faulty(self, point: Point, kind: str) -> tuple[str, ...]:
        """The words of strace for a fault; a signal does not go with its quick way."""
        if kind == KILL:
            what = f"inject={point.name}:signal={KILL}:when={point.number}"
            return ("strace", "-f", "-y", "--trace", point.name, "-e", what)
        what = f"inject={point.name}:error={kind}:when={point.number}"
        return ("strace", "-f", "-y", "--seccomp-bpf", "--trace", point.name, "-e", what)

    def _run(self, before: tuple[str, ...], words: list[str], environ: dict[str, str]) -> int:
        same_each_time = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        with (
            (self._directory / "out").open("wb") as out,
            (self._directory / "err").open("wb") as err,
        ):
            return subprocess.run(
                (*before, sys.executable, "-m", "lskeys", *words),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={**environ, **same_each_time},
                cwd=self._directory,
                check=False,
                timeout=120,
            ).returncode

    def _changes(self, home: Path) -> Iterator[Point]:
        counts: Counter[tuple[str, str]] = Counter()
        for thread, name, arguments in CALL.findall(self._log.read_text(errors="replace")):
            counts[thread, name] += 1
            is_ours = str(home) in arguments and (name != "openat" or "O_CREAT" in arguments)
            if is_ours:
                yield Point(name, counts[thread, name])

    def _hit(self, home: Path) -> bool:
        """Whether the fault was met by a call on the home, and not by one of Python's own."""
        log = self._log.read_text(errors="replace")
        return any(str(home) in each for each in [*INJECTED.findall(log), *KILLED.findall(log)])


def faults(points: list[Point]) -> Iterator[Fault]:
    """Each call fails, with the errors in turn; every other one kills."""
    for at, point in enumerate(points, start=1):
        yield Fault(at, ERRORS[at % len(ERRORS)], NAMES[point.name])
        if at % 2:
            yield Fault(at, KILL, NAMES[point.name])


def swept(case: VerbCase) -> tuple[int, list[str]]:
    """The fault points of a case that were met, and every promise that broke."""
    with TemporaryDirectory(prefix="sweep") as name, Liar().running() as liar:
        directory = Path(name)
        strace = Strace(directory)
        stage = Stage(directory, directory / "cache", liar, strace, strace, case)
        assert stage.undisturbed  # which fills the cache, too
        strace.points = []
        stage.run(anew=True)
        wrongs = []
        for fault in faults(strace.points):
            ran = stage.run(fault=fault, anew=True)
            if strace.has_hit:
                wrongs += [f"{fault}: {each}" for each in stage.wrongs(ran, fault)]
        return stage.points, wrongs


def main() -> int:
    """Sweep every case, and count the points."""
    let_programs_heed()
    points, broken = 0, 0
    with ThreadPoolExecutor(TOGETHER) as pool:
        for case, (met, wrongs) in zip(VERB_CASES, pool.map(swept, VERB_CASES), strict=True):
            points, broken = points + met, broken + len(wrongs)
            sys.stdout.write(f"{case.name}\t{met}\t{len(wrongs)}\n")
            sys.stdout.writelines(f"  {each}\n" for each in wrongs)
            sys.stdout.flush()
    sys.stdout.write(f"all\t{points}\t{broken}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
