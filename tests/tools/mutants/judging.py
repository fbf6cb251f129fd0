"""How a mutant is judged: the tests most likely to find it first, none of them without end.

Touches: the process it runs in, which an alarm ends, and one directory.
"""

import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_PATIENCE = 20
_TIMES_AS_LONG = 10
_AT, _SECONDS = "at", "seconds.json"


@dataclass(slots=True)
class Experience:
    """What is known of the tests of a module: how long each takes, and how many mutants it found.

    Attributes:
        seconds: Test → how long it took without any mutant.
        found: Test → how many mutants it found so far.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    found: Counter[str] = field(default_factory=Counter)

    def rank(self, test: str) -> tuple[int, float]:
        """The smaller, the earlier a test should have its say: what found much, then the quick."""
        return -self.found[test], self.seconds.get(test, 0.0)

    def limit(self, test: str) -> int:
        """After how many seconds a test is taken to have no end; generous before it was timed."""
        return _PATIENCE + int(_TIMES_AS_LONG * self.seconds.get(test, _PATIENCE))


class Judge:
    """A pytest plugin: puts tests in order, ends one without end, and writes down what happened."""

    def __init__(self, experience: Experience, directory: Path) -> None:
        self._experience = experience
        self._directory = directory
        self._seconds: dict[str, float] = {}
        signal.alarm(_PATIENCE * _TIMES_AS_LONG)  # for what is imported before the first test

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the tests in order."""
        items.sort(key=lambda item: self._experience.rank(item.nodeid))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note which test is at work, and how long it was; the alarm ends the process."""
        (self._directory / _AT).write_text(item.nodeid, "utf-8")
        signal.alarm(self._experience.limit(item.nodeid))
        begun = time.monotonic()
        result = yield
        self._seconds[item.nodeid] = time.monotonic() - begun
        return result

    def pytest_sessionfinish(self) -> None:
        """Write down how long each test took."""
        (self._directory / _SECONDS).write_text(json.dumps(self._seconds), "utf-8")


def last_test(directory: Path) -> str:
    """The test that was at work when a process ended; empty if none was."""
    path = directory / _AT
    return path.read_text("utf-8") if path.exists() else ""


def seconds_taken(directory: Path) -> dict[str, float]:
    """How long each test took in a process that ended by itself."""
    found: dict[str, float] = json.loads((directory / _SECONDS).read_text("utf-8"))
    return found
