"""Which tests belong to the fault matrix, and how many fault points they inject: counted by pytest.

A module of the matrix says so with `pytestmark = pytest.mark.fault("A")`, a single test with
`@pytest.mark.fault("A")`. Each of its cases counts as one injected fault point, unless it says
how many it injects: `injected(number)`, a fixture.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

GROUPS = {
    "A": "writing",
    "B": "crashes",
    "C": "network",
    "D": "answers",
    "E": "credentials",
    "F": "terminal",
    "G": "leaks",
    "H": "together",
    "I": "keys",
    "J": "sandbox",
    "K": "package",
}
"""The groups of the fault matrix, and what each is about."""

_INJECTED = "fault points"

Injected = Callable[[int], None]


@pytest.fixture
def injected(request: pytest.FixtureRequest) -> Injected:
    """Tells how many fault points this case injects, where it is not one."""

    def tell(number: int) -> None:
        request.node.user_properties.append((_INJECTED, number))

    return tell


class Matrix:
    """The counts of one session.

    Attributes:
        cases: Collected cases by group.
        points: Fault points of the cases that passed, by group.
        modules: The files with cases of a group.
    """

    def __init__(self) -> None:
        self.cases: Counter[str] = Counter()
        self.points: Counter[str] = Counter()
        self.modules: dict[str, set[Path]] = {group: set() for group in GROUPS}
        self._group_of: dict[str, str] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count what was collected."""
        for item in session.items:
            for group in _groups(item):
                self.cases[group] += 1
                self.modules[group].add(item.path)
                self._group_of[item.nodeid] = group

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count what was injected, when a case has passed."""
        group = self._group_of.get(report.nodeid)
        if group and report.when == "call" and report.passed:
            told = [value for name, value in report.user_properties if name == _INJECTED]
            self.points[group] += sum(int(str(value)) for value in told) or 1


def _groups(item: pytest.Item) -> Iterator[str]:
    mark = item.get_closest_marker("fault")
    if mark is not None:
        (group,) = mark.args
        assert group in GROUPS, f"{item.nodeid}: no group {group}"
        yield group


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and begin to count."""
    config.addinivalue_line("markers", "fault(group): a case of the fault matrix, groups A to K")
    config.pluginmanager.register(Matrix(), "matrix")
