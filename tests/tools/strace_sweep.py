"""Fails and kills the whole program at each of its own file system calls, by strace.

    python -m tests.tools.strace_sweep

The sweep of the suite wraps Python's functions; here the operating system itself says no. Each
call that changes the home fails once, every other one kills. The program is forked from an
interpreter that has loaded it; as it is installed it must make the same calls.
"""

import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.held_program import HeldProgram, held_program
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
    """Runs each command line as the program, with the requests of `Doomed`."""

    def __init__(self, directory: Path, program: HeldProgram) -> None:
        self._directory = directory
        self._program = program
        self._log = directory / "strace"
        self.points: list[Point] = []
        self.has_hit = True

    def run(self, **members: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
        """Run a line: watched where nothing is known yet, with a fault, or undisturbed."""
        words, environ = members["words"], members["environ"]
        is_watched = not self.points
        options: tuple[str, ...] = ("--trace", ",".join(NAMES)) if is_watched else ()
        if "fault" in members:
            options = _injected(self.points[members["at"] - 1], members["fault"])
        if options:
            options = ("-o", str(self._log), *options)
        code = self._program.run(words, environ, self._directory, *options)
        if is_watched:
            self.points = [*self._changes(Path(environ["HOME"]))]
        if "fault" in members:
            self.has_hit = self._hit(Path(environ["HOME"]))
        return {"code": code, "calls": self.names, "seen": []}

    @property
    def names(self) -> list[str]:
        """What Python calls the calls that change the home."""
        return [NAMES[each.name] for each in self.points]

    def watch_installed(self, words: list[str], environ: dict[str, str]) -> list[str]:
        """The same of the program as it is installed, in a new interpreter."""
        strace = ("strace", "-f", "-y", "--seccomp-bpf", "-o", self._log)
        ended = subprocess.run(
            (*strace, "--trace", ",".join(NAMES), sys.executable, "-m", "lskeys", *words),
            env={**environ, "PYTHONDONTWRITEBYTECODE": "1"},
            cwd=self._directory,
            capture_output=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return [NAMES[each.name] for each in self._changes(Path(environ["HOME"]))]

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


def _injected(point: Point, kind: str) -> tuple[str, ...]:
    """The options of strace for a fault."""
    what = f"signal={kind}" if kind == KILL else f"error={kind}"
    return ("--trace", point.name, "-e", f"inject={point.name}:{what}:when={point.number}")


def faults(points: list[Point]) -> Iterator[Fault]:
    """Each call fails, with the errors in turn; every other one kills."""
    for at, point in enumerate(points, start=1):
        yield Fault(at, ERRORS[at % len(ERRORS)], NAMES[point.name])
        if at % 2:
            yield Fault(at, KILL, NAMES[point.name])


def swept(case: VerbCase) -> tuple[int, list[str]]:
    """The fault points of a case that were met, and every promise that broke."""
    with (
        TemporaryDirectory(prefix="sweep") as name,
        Liar().running() as liar,
        held_program() as program,
    ):
        directory = Path(name)
        strace = Strace(directory, program)
        stage = Stage(directory, directory / "cache", liar, strace, strace, case)
        assert stage.undisturbed  # which fills the cache, too
        strace.points = []
        stage.run(anew=True)
        stage.lay_out()
        installed = strace.watch_installed(shlex.split(case.line), stage.environ)
        assert installed == strace.names, case
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
