"""Which tests belong to the fault matrix, and how many fault points they inject: a pytest plugin.

`MODULES` says which group a module belongs to; a single test in another one says so itself, with
`@pytest.mark.fault("A")`. Each case counts as one injected fault point, unless it tells how many
it injects: `injected(number)`, a fixture. `pytest --matrix=FILE tests` runs these tests alone and
writes their counts between the marks in that file.
"""

from collections import Counter
from collections.abc import Callable
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
    "L": "ssh",
    "M": "people",
    "N": "providers",
}
"""The groups of the fault matrix, and what each is about."""

MODULES = {
    "storage/test_saving.py": "A",
    "storage/test_writing.py": "A",
    "storage/test_repair.py": "A",
    "storage/test_poor_disks.py": "A",
    "ssh/test_config_files.py": "A",
    "storage/test_withdrawing.py": "A",
    "faults/test_writing.py": "A",
    "storage/test_crashes.py": "B",
    "faults/test_crash_sweep.py": "B",
    "faults/test_interrupts.py": "B",
    "faults/test_traced_verbs.py": "B",
    "faults/test_rotation_crashes.py": "B",
    "cli/test_setup.py": "E",
    "faults/test_credentials.py": "E",
    "faults/test_create.py": "C",
    "faults/test_connection.py": "C",
    "faults/test_verb_cases.py": "C",
    "faults/test_network.py": "C",
    "faults/test_network_verbs.py": "C",
    "faults/test_answers.py": "D",
    "faults/test_endless_responses.py": "D",
    "faults/test_members.py": "D",
    "tools/fuzz/test_raw_answers.py": "D",
    "lightsail/test_responses.py": "D",
    "faults/test_consent.py": "F",
    "faults/test_terminal.py": "F",
    "faults/test_terminal_left.py": "F",
    "tools/fuzz/test_texts.py": "F",
    "test_text.py": "F",
    "faults/test_leaks.py": "G",
    "faults/test_echoes.py": "G",
    "lightsail/test_redaction.py": "G",
    "lightsail/test_credentials.py": "N",
    "lightsail/test_sign_in.py": "N",
    "lightsail/test_endpoints.py": "N",
    "lightsail/test_plain_http.py": "N",
    "faults/test_lost_answers.py": "N",
    "faults/test_after_the_fact.py": "C",
    "faults/test_expect_account.py": "E",
    "faults/test_concurrent_runs.py": "H",
    "sandbox/test_concurrent_clients.py": "H",
    "storage/test_key_search.py": "I",
    "faults/test_keys.py": "I",
    "tools/fuzz/test_key_files.py": "I",
    "keys/test_fingerprints.py": "I",
    "keys/test_reading.py": "I",
    "faults/test_sandbox.py": "J",
    "tools/fuzz/test_sandbox.py": "J",
    "sandbox/test_server.py": "J",
    "faults/test_package.py": "K",
    "keys/test_usable.py": "L",
    "ssh/test_authorize.py": "L",
    "ssh/test_every_shape_opens.py": "L",
    "ssh/test_login.py": "L",
    "ssh/test_user_configs.py": "L",
    "cli/test_ssh_config_keeps.py": "L",
    "storage/test_ownership.py": "M",
    "cli/test_surroundings.py": "M",
}
"""Module, from tests/ → its group; every module of tests/faults is here."""

BEGIN, END = "<!-- counted by make matrix -->", "<!-- end of what is counted -->"

TESTS = Path(__file__).parents[1]

_GROUP, _POINTS = "fault group", "fault points"

Injected = Callable[[int], None]


@pytest.fixture
def injected(request: pytest.FixtureRequest) -> Injected:
    """Tells how many fault points this case injects, where it is not one."""

    def tell(number: int) -> None:
        request.node.user_properties.append((_POINTS, number))

    return tell


class Matrix:
    """The counts of one session; from reports alone, since other processes may run the tests.

    Attributes:
        cases: Cases by group, those that were skipped or failed among them.
        points: Fault points of the cases that passed, by group.
        modules: The files with cases of a group, from the root of the repository.
    """

    def __init__(self) -> None:
        self.cases: Counter[str] = Counter()
        self.points: Counter[str] = Counter()
        self.modules: dict[str, set[str]] = {group: set() for group in GROUPS}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a case when it is through, and what it injected when it passed."""
        told = dict(report.user_properties)
        group = str(told.get(_GROUP, ""))
        if report.when == "setup" and group:
            self.cases[group] += 1
            self.modules[group].add(report.nodeid.partition("::")[0])
        if report.when == "call" and group and report.passed:
            self.points[group] += int(str(told.get(_POINTS, 1)))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the table, where one is wanted."""
        file = session.config.getoption("--matrix")
        if file and not hasattr(session.config, "workerinput"):
            write(Path(file), self.table())

    def table(self) -> str:
        """The counts in Markdown."""
        lines = ["| group | faults | cases | fault points | in |", "|---|---|---|---|---|"]
        for group, about in GROUPS.items():
            where = ", ".join(
                f"[{Path(each).stem}](../{each})" for each in sorted(self.modules[group])
            )
            counts = f"{self.cases[group]} | {self.points[group]}"
            lines.append(f"| {group} | {about} | {counts} | {where} |")
        whole = f"{self.cases.total()} | {self.points.total()}"
        return "\n".join([*lines, f"| | together | {whole} | |"])


def write(file: Path, table: str) -> None:
    """Put a table between the marks in a file."""
    before, begin, rest = file.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    file.write_text(f"{before}{begin}\n{table}\n{end}{after}", "utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tell pytest about --matrix."""
    parser.addoption("--matrix", metavar="FILE", help="write the counts of the fault matrix there")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and begin to count."""
    config.addinivalue_line("markers", "fault(group): a case of the fault matrix, groups A to K")
    config.pluginmanager.register(Matrix(), "matrix")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let every case of the matrix carry its group into its reports; --matrix runs no others."""
    for item in items:
        group = group_of(item)
        if group is not None:
            item.user_properties.append((_GROUP, group))
    if config.getoption("--matrix"):
        others = [item for item in items if group_of(item) is None]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if group_of(item) is not None]


def group_of(item: pytest.Item) -> str | None:
    """The group a test belongs to, None where it is not of the matrix."""
    mark = item.get_closest_marker("fault")
    group: str | None = mark.args[0] if mark else MODULES.get(_from_tests(item.path))
    if group is not None and group not in GROUPS:
        raise pytest.UsageError(f"{item.nodeid}: there is no group {group}")
    return group


def _from_tests(path: Path) -> str:
    return path.relative_to(TESTS).as_posix() if path.is_relative_to(TESTS) else path.name
