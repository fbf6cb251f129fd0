"""Runs the tests against every mutant of the code that must not be wrong, and counts survivors.

    python -m tests.tools.mutants [--every=N] [WORD…]

Words choose the modules whose path has one of them in it; `--every=5` takes every fifth mutant.

Each mutant is a copy of the package in which one module differs; the tests of that module run
over it in a process of its own, forked from one that has loaded the libraries already, the tests
that found the mutants before it first. What survives must be known: `survivors.toml` gives the
reason for each.
"""

import itertools
import multiprocessing
import os
import shutil
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NoReturn

import boto3
import botocore.session
import hypothesis
import pytest
import rich
import typer
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.tools.mutants.judging import Experience, Judge, last_test, seconds_taken
from tests.tools.mutants.mutating import Mutant, mutants

LOADED = (boto3, botocore.session, rich, typer, ec, ed25519, rsa)
"""Imported once here, so that no fork has to."""

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "src" / "lskeys"
KNOWN = Path(__file__).with_name("survivors.toml")
DISK = (
    "tests/storage/test_directory.py",
    "tests/storage/test_saving.py",
    "tests/storage/test_existing_files.py",
    "tests/storage/test_writing.py",
    "tests/storage/test_repair.py",
    "tests/storage/test_withdrawing.py",
    "tests/storage/test_poor_disks.py",
    "tests/storage/test_ownership.py",
    "tests/storage/test_system_calls.py",
    "tests/faults/test_writing.py",
    "tests/cli/test_download_default.py",
    "tests/cli/test_new_key_pairs.py",
)
TESTS = {
    "keys/fingerprints.py": ("tests/keys/test_fingerprints.py", "tests/keys/test_matching.py"),
    "text.py": ("tests/test_text.py",),
    "lightsail/response_body.py": (
        "tests/lightsail/test_responses.py",
        "tests/faults/test_invalid_responses.py",
    ),
    "lightsail/responses.py": (
        "tests/lightsail/test_responses.py",
        "tests/faults/test_invalid_responses.py",
        "tests/faults/test_lost_responses.py",
    ),
    **{f"storage/{each.name}": DISK for each in sorted((PACKAGE / "storage").glob("[!_]*.py"))},
    **{
        f"storage/{name}.py": (*DISK, "tests/cli/test_passphrases.py")
        for name in ("existing_file", "key_destination")
    },
    "storage/os_errors.py": (*DISK, "tests/faults/test_credentials.py"),
    "storage/cache.py": (
        "tests/storage/test_ownership.py",
        "tests/lightsail/test_botocore_data.py",
    ),
    "storage/key_reading.py": (
        "tests/storage/test_key_reading.py",
        "tests/storage/test_key_search.py",
    ),
    "storage/key_search.py": ("tests/storage/test_key_search.py",),
    "storage/repair.py": ("tests/storage/test_repair.py", "tests/storage/test_writing.py"),
}
"""Which tests judge which module; the first failure ends a run."""

TOGETHER = os.cpu_count() or 1
LEAST_KILLED = 0.9

Tests = tuple[str, ...]
Fate = Literal["killed", "endless", "survived"]


@dataclass(frozen=True, slots=True)
class Run:
    """A mutant under test, in a copy of the package that it has for itself."""

    module: str
    mutant: Mutant
    copy: Path
    process: ForkProcess

    @property
    def label(self) -> str:
        """By this a survivor is known, whatever the lines around it become."""
        return f"{self.module} {self.mutant}"

    @property
    def fate(self) -> Fate:
        """What became of the mutant, now that its process has ended."""
        if self.process.exitcode == 0:
            return "survived"
        return "endless" if self.process.exitcode == -signal.SIGALRM else "killed"


def main() -> int:
    """Test every mutant; 0 where enough are killed and exactly the survivors that are known."""
    options = [word for word in sys.argv[1:] if word.startswith("--every=")]
    every = int(options[-1].partition("=")[2]) if options else 1
    words = [word for word in sys.argv[1:] if word not in options]
    chosen = [module for module in TESTS if not words or any(word in module for word in words)]
    begun = time.monotonic()
    fates: dict[str, Counter[Fate]] = {module: Counter() for module in chosen}
    survivors = set()
    with TemporaryDirectory() as directory:
        copies = [_copy(Path(directory) / str(number)) for number in range(TOGETHER)]
        taken = _seconds_without_mutant(chosen, copies[:1])
        experiences = {module: Experience(taken[TESTS[module]]) for module in chosen}
        for run in _tested(experiences, copies, every):
            fates[run.module][run.fate] += 1
            if run.fate == "survived":
                survivors.add(run.label)
                _say(f"survived: {run.label}")
            if run.fate == "endless":
                _say(f"no end: {run.label}, in {last_test(run.copy)}")
        _seconds_without_mutant(chosen, copies)  # else what one left behind killed those after it
    _report(fates, time.monotonic() - begun)
    surprises = _surprises(survivors, chosen, is_whole=every == 1)
    return int(_share_killed(fates) < LEAST_KILLED or surprises > 0)


def _surprises(survivors: set[str], chosen: list[str], *, is_whole: bool) -> int:
    """Report unknown survivors, and known ones that did not survive; how many."""
    known = {
        label
        for label in tomllib.loads(KNOWN.read_text("utf-8"))["survivors"]
        if label.split(" ", 1)[0] in chosen
    }
    unknown, gone = survivors - known, known - survivors if is_whole else set[str]()
    for label in sorted(unknown):
        _say(f"not explained: {label}")
    for label in sorted(gone):
        _say(f"explained, but killed, or no mutant any more: {label}")
    return len(unknown) + len(gone)


def _report(fates: dict[str, Counter[Fate]], seconds: float) -> None:
    together = Counter[Fate]()
    _say("\n| module | mutants | killed |\n|---|---|---|")
    for module, each in fates.items():
        together += each
        _say(f"| {module} | {each.total()} | {each.total() - each['survived']} |")
    killed = together.total() - together["survived"]
    _say(f"| together | {together.total()} | {killed} ({_share_killed(fates):.1%}) |")
    _say(f"\n{together['endless']} of those killed had no end. {seconds:.0f} s\n")


def _share_killed(fates: dict[str, Counter[Fate]]) -> float:
    mutants_in_all = sum(each.total() for each in fates.values())
    return 1 - sum(each["survived"] for each in fates.values()) / mutants_in_all


def _copy(directory: Path) -> Path:
    shutil.copytree(PACKAGE, directory / "lskeys")
    return directory


def _seconds_without_mutant(chosen: list[str], copies: list[Path]) -> dict[Tests, dict[str, float]]:
    """How long each test takes; the end of all where one fails though nothing is wrong."""
    taken = {}
    for tests in dict.fromkeys(TESTS[module] for module in chosen):
        processes = [_begin(tests, copy, Experience()) for copy in copies]
        for process, copy in zip(processes, copies, strict=True):
            process.join()
            if process.exitcode != 0:
                sys.exit(f"this fails without any mutant: {last_test(copy) or ' '.join(tests)}")
            taken[tests] = seconds_taken(copy)
    return taken


def _tested(experiences: dict[str, Experience], copies: list[Path], every: int) -> Iterator[Run]:
    """The run of every mutant, as they end."""
    free, running = list(copies), list[Run]()
    waiting = itertools.islice(_all_mutants(experiences), None, None, every)
    following = next(waiting, None)
    while following or running:
        while following and free:
            module, mutant = following
            running.append(_infect(module, mutant, experiences[module], free.pop()))
            following = next(waiting, None)
        ended = wait([run.process.sentinel for run in running])
        for run in [each for each in running if each.process.sentinel in ended]:
            running.remove(run)
            _end(run)
            if run.fate != "survived":
                experiences[run.module].found[last_test(run.copy)] += 1
            free.append(run.copy)
            yield run


def _all_mutants(chosen: Iterable[str]) -> Iterator[tuple[str, Mutant]]:
    for module in chosen:
        for mutant in mutants((PACKAGE / module).read_text("utf-8")):
            yield module, mutant


def _infect(module: str, mutant: Mutant, experience: Experience, copy: Path) -> Run:
    (copy / "lskeys" / module).write_text(mutant.source, "utf-8")
    return Run(module, mutant, copy, _begin(TESTS[module], copy, experience))


def _end(run: Run) -> None:
    """Clear away what a run leaves: programs it started, and the mutant."""
    if run.process.pid:
        with suppress(ProcessLookupError):
            os.killpg(run.process.pid, signal.SIGKILL)
    run.process.join()
    shutil.copy2(PACKAGE / run.module, run.copy / "lskeys" / run.module)


def _begin(tests: Tests, copy: Path, experience: Experience) -> ForkProcess:
    process = multiprocessing.get_context("fork").Process(
        target=_run_tests, args=(tests, copy, experience)
    )
    process.start()
    return process


def _run_tests(tests: Tests, copy: Path, experience: Experience) -> NoReturn:
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.chdir(ROOT)
    os.environ |= {
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LSKEYS_TEST_PROFILE": "mutants",
    }
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(copy))
    # The same examples for each mutant; what fails need not be made small.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "mutants", derandomize=True, database=None, deadline=None, phases=phases
    )
    quiet = ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # hypothesis is loaded already
    options = ("-x", "-q", *quiet, "-p", "no:cacheprovider", f"--basetemp={copy / 'tmp'}")
    there = [each for each in tests if (ROOT / each).exists()]
    run_rules = Judge(experience, copy)
    exit_code = int(pytest.main([*options, *there], plugins=[run_rules]))
    found = Path(sys.modules["lskeys"].__file__ or "") if "lskeys" in sys.modules else copy
    os._exit(exit_code if found.is_relative_to(copy) else 99)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
