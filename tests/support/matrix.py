"""Which tests belong to the fault matrix, and how many fault points they inject: a pytest plugin.

`MODULES` says which kind of fault a module is about; a single test says so itself, with
`@pytest.mark.fault("A")`, which takes precedence. Each kind is a row, and its letter the group.
Each case counts as one injected fault point, unless it says how many it injects:
`injected(number)`, a fixture. `pytest --matrix=FILE tests` runs these tests alone and writes their
counts between the marks in that file.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

KINDS = {
    "A": "writing",
    "B": "crashes",
    "C": "network",
    "D": "invalid responses",
    "E": "credentials",
    "F": "terminal",
    "G": "leaks",
    "H": "together",
    "I": "keys",
    "J": "sandbox",
    "K": "package",
    "L1": "ssh: files it cannot load",
    "L2": "ssh: the same key, another, or unknown; earlier keys",
    "L3": "ssh: its own files, and what is kept of them",
    "L4": "ssh: commands that are printed",
    "L5": "ssh: logins, keys let in and removed",
    "M1": "machines: other people",
    "M2": "machines: no home, an unusable one, sudo",
    "M3": "machines: what cannot be read",
    "M4": "machines: no threads",
    "M5": "machines: empty values",
    "N1": "providers: sources of credentials, codes to type",
    "N2": "providers: endpoints, plain HTTP",
    "N3": "providers: responses that are lost, or made up",
    "N4": "providers: responses about something else, failures after a change",
    "N5": "providers: another account",
}
"""The rows of the fault matrix: group and number of each kind, and what it is about."""

MODULES = {
    "storage/test_saving.py": "A",
    "storage/test_writing.py": "A",
    "storage/test_repair.py": "A",
    "storage/test_poor_disks.py": "A",
    "ssh/test_config_files.py": "A",
    "storage/test_withdrawing.py": "A",
    "faults/test_writing.py": "A",
    "storage/test_system_calls.py": "B",
    "keypairs/test_journal.py": "B",
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
    "faults/test_invalid_responses.py": "D",
    "faults/test_endless_responses.py": "D",
    "faults/test_members.py": "D",
    "tools/fuzz/test_raw_responses.py": "D",
    "lightsail/test_responses.py": "D",
    "faults/test_consent.py": "F",
    "faults/test_terminal.py": "F",
    "faults/test_terminal_left.py": "F",
    "tools/fuzz/test_texts.py": "F",
    "test_text.py": "F",
    "cli/test_printed_paths.py": "F",
    "faults/test_leaks.py": "G",
    "faults/test_echoes.py": "G",
    "lightsail/test_redaction.py": "G",
    "lightsail/test_credentials.py": "N1",
    "lightsail/test_sign_in.py": "N1",
    "lightsail/test_endpoints.py": "N2",
    "lightsail/test_plain_http.py": "N2",
    "faults/test_lost_responses.py": "N3",
    "faults/test_after_the_fact.py": "N4",
    "faults/test_expect_account.py": "N5",
    "faults/test_concurrent_runs.py": "H",
    "sandbox/test_concurrent_clients.py": "H",
    "storage/test_key_search.py": "I",
    "storage/test_key_reading.py": "I",
    "faults/test_keys.py": "I",
    "tools/fuzz/test_key_files.py": "I",
    "keys/test_fingerprints.py": "I",
    "keys/test_reading.py": "I",
    "faults/test_sandbox.py": "J",
    "tools/fuzz/test_sandbox.py": "J",
    "sandbox/test_server.py": "J",
    "faults/test_package.py": "K",
    "faults/test_lazy_imports.py": "K",
    "cli/test_lazy_modules.py": "K",
    "cli/test_windows.py": "K",
    "keys/test_ssh_loading.py": "L1",
    "ssh/test_every_shape_opens.py": "L1",
    "keys/test_matching.py": "L2",
    "keys/test_opening_keys.py": "L2",
    "cli/test_delete_guard.py": "L2",
    "ssh/test_config_text.py": "L3",
    "ssh/test_user_configs.py": "L3",
    "ssh/test_ssh_config_opens.py": "L3",
    "cli/test_ssh_config_keeps.py": "L3",
    "cli/test_printed_commands.py": "L4",
    "ssh/test_authorize.py": "L5",
    "ssh/test_login.py": "L5",
    "ssh/test_temporary_access.py": "L5",
    "cli/test_instances.py": "L5",
    "storage/test_ownership.py": "M1",
    "cli/test_surroundings.py": "M2",
}
"""Module, from tests/ → its kind; every module of tests/faults is here."""

BEGIN, END = "<!-- counted by make matrix -->", "<!-- end of what is counted -->"

TESTS = Path(__file__).parents[1]

_KIND, _POINTS = "fault kind", "fault points"

Injected = Callable[[int], None]


@pytest.fixture
def injected(request: pytest.FixtureRequest) -> Injected:
    """Says how many fault points this case injects, where it is not one."""

    def count(number: int) -> None:
        request.node.user_properties.append((_POINTS, number))

    return count


class Matrix:
    """The counts of one session; from reports alone, since other processes may run the tests.

    Attributes:
        cases: Cases by kind, those that failed among them, those that were skipped not.
        points: Fault points of the cases that passed, by kind.
        modules: The files with cases of a kind, from the root of the repository.
    """

    def __init__(self) -> None:
        self.cases: Counter[str] = Counter()
        self.points: Counter[str] = Counter()
        self.modules: dict[str, set[str]] = {kind: set() for kind in KINDS}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a case when it is through, and what it injected when it passed."""
        known = dict(report.user_properties)
        kind = str(known.get(_KIND, ""))
        if report.when == "setup" and kind:
            self.cases[kind] += not report.skipped
            self.modules[kind].add(report.nodeid.partition("::")[0])
        if report.when == "call" and kind and report.skipped:
            self.cases[kind] -= 1
        if report.when == "call" and kind and report.passed:
            self.points[kind] += int(str(known.get(_POINTS, 1)))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the table, where one is wanted."""
        file = session.config.getoption("--matrix")
        if file and not hasattr(session.config, "workerinput"):
            write(Path(file), self.table())

    def table(self) -> str:
        """The counts in Markdown."""
        lines = ["| kind | faults | cases | fault points | in |", "|---|---|---|---|---|"]
        for kind, about in KINDS.items():
            where = ", ".join(
                f"[{Path(each).stem}](../{each})" for each in sorted(self.modules[kind])
            )
            counts = f"{self.cases[kind]} | {self.points[kind]}"
            lines.append(f"| {kind} | {about} | {counts} | {where} |")
        whole = f"{self.cases.total()} | {self.points.total()}"
        return "\n".join([*lines, f"| | together | {whole} | |"])


def write(file: Path, table: str) -> None:
    """Put a table between the marks in a file."""
    before, begin, rest = file.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    file.write_text(f"{before}{begin}\n{table}\n{end}{after}", "utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --matrix to pytest."""
    parser.addoption("--matrix", metavar="FILE", help="write the counts of the fault matrix there")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and begin to count."""
    config.addinivalue_line("markers", "fault(kind): a case of the fault matrix")
    config.pluginmanager.register(Matrix(), "matrix")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let every case of the matrix carry its kind into its reports; --matrix runs no others."""
    for item in items:
        kind = kind_of(item)
        if kind is not None:
            item.user_properties.append((_KIND, kind))
    if config.getoption("--matrix"):
        others = [item for item in items if kind_of(item) is None]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if kind_of(item) is not None]


def kind_of(item: pytest.Item) -> str | None:
    """The kind of fault a test is about, None where it is not of the matrix."""
    mark = item.get_closest_marker("fault")
    kind: str | None = mark.args[0] if mark else MODULES.get(_from_tests(item.path))
    if kind is not None and kind not in KINDS:
        raise pytest.UsageError(f"{item.nodeid}: there is no kind of fault {kind}")
    return kind


def _from_tests(path: Path) -> str:
    return path.relative_to(TESTS).as_posix() if path.is_relative_to(TESTS) else path.name
