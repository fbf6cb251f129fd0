"""Runs commands in turn and reads off what each took. Touches: processes."""

import os
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cases import Case
from benchmarks.place import Place

_SHELL = frozenset("|&;$")
_KIB = 1024

_ENOUGH = 6.0
"""Seconds for all runs of a command of the other side, so that all cases take ten minutes."""
_FEWEST = 3
_MINUTES_LONG = 30.0
"""Seconds of a command that is run only once."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one command took, its children included: seconds, seconds, and MiB at its largest."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What each run of both sides of a case took, and of lists of five pairs if that matters."""

    case: Case
    ours: Sequence[Spent]
    theirs: Sequence[Spent]
    ours_of_few: Sequence[Spent]
    theirs_of_few: Sequence[Spent]


def measure(
    case: Case, place: Place, endpoints: Mapping[str, Mapping[str, str]], *, runs: int
) -> Measured:
    """Run both sides of a case in turn; the first run of each fills caches and does not count.

    A slow command of the other side is run in fewer of the turns, and one that takes minutes once.
    """
    environ = place.environ(endpoints[case.account])
    few = place.environ(endpoints["few"])
    their_environ = environ | dict(case.environ)
    needs_few = any(target.quantity in {"each", "growth"} for target in case.targets)
    ours, theirs, ours_of_few, theirs_of_few = [], [], [], []
    their_runs = runs
    for run in range(runs + 1):
        ours.append(spend(place.line(case.ours), run, environ, place.home, case.ends))
        if run * their_runs // runs > (run - 1) * their_runs // runs:
            theirs.append(spend(place.line(case.theirs), run, their_environ, place.home))
            their_runs = runs if needs_few else min(runs, _runs_of(theirs[0]))
        if needs_few:
            ours_of_few.append(spend(case.ours, run, few, place.home))
            theirs_of_few.append(spend(case.theirs, run, few, place.home))
    return Measured(case, ours[1:], theirs[1:] or theirs, ours_of_few[1:], theirs_of_few[1:])


def _runs_of(first: Spent) -> int:
    """How often a command is run that took this long the first time."""
    if first.wall > _MINUTES_LONG:
        return 0
    return max(_FEWEST, int(_ENOUGH / first.wall))


def spend(
    line: str, run: int, environ: Mapping[str, str], directory: Path, ends: Sequence[int] = (0,)
) -> Spent:
    """What a command line takes, from its start until it was waited for.

    Its output is read, as a pipe's reader would. Linux counts the peak of the starting process,
    too, so this one stays small.

    Raises:
        RuntimeError: It failed; what failed is not measured.
    """
    line = line.replace("{run}", str(run))
    words = ["sh", "-c", line] if _SHELL & set(line) else shlex.split(line)
    started = time.perf_counter()
    process = subprocess.Popen(
        words,
        env=dict(environ),
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        while process.stdout.read(1 << 16):
            pass
        said = process.stderr.read().decode(errors="replace")
        _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ends:
        raise RuntimeError(f"{line} ended with {process.returncode}: {said[-500:]}")
    return Spent(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / _KIB)
