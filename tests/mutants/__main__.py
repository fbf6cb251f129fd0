"""Runs the tests against every mutant of the code that must not be wrong, and counts survivors.

    python -m tests.mutants [--every=N] [WORD…]

Words choose the modules whose path has one of them in it; `--every=5` takes every fifth mutant.

Each mutant is a copy of the package in which one module differs; the tests of that module run
over it in a process of its own, forked from one that has loaded the libraries already. What
survives must be known: `survivors.toml` gives the reason for each.
"""

import itertools
import multiprocessing
import os
import shutil
import signal
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import boto3
import botocore.session
import hypothesis
import pytest
import rich
import typer
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.mutants.mutating import Mutant, mutants

LOADED = (boto3, botocore.session, rich, typer, ec, ed25519, rsa)
"""Imported once here, so that no fork has to."""

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "lskeys"
KNOWN = Path(__file__).with_name("survivors.toml")
DISK = (
    "tests/disk/test_keystore.py",
    "tests/disk/test_keystore_steps.py",
    "tests/disk/test_mending.py",
    "tests/disk/test_withdrawing.py",
    "tests/disk/test_poor_disks.py",
    "tests/disk/test_crashes.py",
    "tests/faults/test_stopping.py",
)
TESTS = {
    "fingerprints.py": ("tests/unit/test_fingerprints.py", "tests/unit/test_matching.py"),
    "harmless.py": ("tests/unit/test_harmless.py",),
    "lightsail/answers.py": ("tests/unit/test_raw_answers.py", "tests/faults/test_answers.py"),
    **{f"keystore/{each.name}": DISK for each in sorted((PACKAGE / "keystore").glob("[!_]*.py"))},
}
"""Which tests judge which module; the quick ones first, since the first failure ends a run."""

TOGETHER = os.cpu_count() or 1
LEAST_KILLED = 0.9
MOST_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Run:
    """A mutant under test, in a copy of the package that it has for itself."""

    module: str
    mutant: Mutant
    copy: Path
    process: ForkProcess
    deadline: float

    @property
    def label(self) -> str:
        """By this a survivor is known, whatever the lines around it become."""
        return f"{self.module} {self.mutant}"


def main() -> int:
    """Test every mutant; 0 where enough are killed and every survivor is known."""
    options = [word for word in sys.argv[1:] if word.startswith("--every=")]
    every = int(options[-1].partition("=")[2]) if options else 1
    words = [word for word in sys.argv[1:] if word not in options]
    chosen = {
        module: tests
        for module, tests in TESTS.items()
        if not words or any(word in module for word in words)
    }
    known: dict[str, str] = tomllib.loads(KNOWN.read_text("utf-8"))["survivors"]
    begun = time.monotonic()
    killed: dict[str, list[bool]] = {module: [] for module in chosen}
    unknown = []
    with TemporaryDirectory() as folder:
        copies = [_copy(Path(folder) / str(number)) for number in range(TOGETHER)]
        _check_that_tests_pass(chosen, copies[:1])
        for run, is_killed in _tested(chosen, copies, every):
            killed[run.module].append(is_killed)
            if not is_killed and run.label not in known:
                unknown.append(run.label)
                _say(f"survived: {run.label}")
        _check_that_tests_pass(chosen, copies)  # else something a mutant left killed those after it
    return _judge(killed, unknown, time.monotonic() - begun)


def _judge(killed: dict[str, list[bool]], unknown: list[str], seconds: float) -> int:
    _say("\n| module | mutants | killed |\n|---|---|---|")
    for module, fates in killed.items():
        if fates:
            _say(f"| {module} | {len(fates)} | {sum(fates)} |")
    every = [fate for fates in killed.values() for fate in fates]
    share = sum(every) / len(every)
    _say(f"| together | {len(every)} | {sum(every)} ({share:.1%}) |\n\n{seconds:.0f} s")
    return int(share < LEAST_KILLED or bool(unknown))


def _copy(folder: Path) -> Path:
    shutil.copytree(PACKAGE, folder / "lskeys")
    return folder


def _check_that_tests_pass(chosen: dict[str, tuple[str, ...]], copies: list[Path]) -> None:
    for tests in dict.fromkeys(chosen.values()):
        for copy in copies:
            process = _begin(tests, copy)
            process.join()
            if process.exitcode != 0:
                sys.exit(f"these tests fail without any mutant: {' '.join(tests)}")


def _tested(
    chosen: dict[str, tuple[str, ...]], copies: list[Path], every: int
) -> Iterator[tuple[Run, bool]]:
    """Every mutant's run, and whether the tests killed it, as they end."""
    free, running = list(copies), list[Run]()
    waiting = itertools.islice(_all_mutants(chosen), None, None, every)
    following = next(waiting, None)
    while following or running:
        while following and free:
            running.append(_infect(*following, TESTS[following[0]], free.pop()))
            following = next(waiting, None)
        soonest = min(run.deadline for run in running) - time.monotonic()
        wait([run.process.sentinel for run in running], max(0.0, soonest))
        for run in [each for each in running if _is_over(each)]:
            running.remove(run)
            shutil.copy2(PACKAGE / run.module, run.copy / "lskeys" / run.module)
            free.append(run.copy)
            yield run, run.process.exitcode != 0


def _all_mutants(chosen: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, Mutant]]:
    for module in chosen:
        for mutant in mutants((PACKAGE / module).read_text("utf-8")):
            yield module, mutant


def _infect(module: str, mutant: Mutant, tests: tuple[str, ...], copy: Path) -> Run:
    (copy / "lskeys" / module).write_text(mutant.source, "utf-8")
    return Run(module, mutant, copy, _begin(tests, copy), time.monotonic() + MOST_SECONDS)


def _begin(tests: tuple[str, ...], copy: Path) -> ForkProcess:
    process = multiprocessing.get_context("fork").Process(target=_run_tests, args=(tests, copy))
    process.start()
    return process


def _is_over(run: Run) -> bool:
    if run.process.is_alive() and time.monotonic() < run.deadline and run.process.pid:
        return False
    if run.process.is_alive() and run.process.pid:  # a mutant that never ends is noticed, too
        os.killpg(run.process.pid, signal.SIGKILL)
    run.process.join()
    return True


def _run_tests(tests: tuple[str, ...], copy: Path) -> NoReturn:
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.chdir(ROOT)
    os.environ |= {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(copy))
    # The same examples for each mutant; what fails need not be made small.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "mutants", derandomize=True, database=None, deadline=None, phases=phases
    )
    hypothesis.settings.load_profile("mutants")
    quiet = ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # hypothesis is loaded already
    options = ("-x", "-q", *quiet, "-p", "no:cacheprovider", f"--basetemp={copy / 'tmp'}")
    there = [each for each in tests if (ROOT / each).exists()]
    exit_code = int(pytest.main([*options, *there]))
    found = Path(sys.modules["lskeys"].__file__ or "") if "lskeys" in sys.modules else copy
    os._exit(exit_code if found.is_relative_to(copy) else 99)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
