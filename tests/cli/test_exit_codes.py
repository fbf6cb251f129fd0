"""Every exit code, from outside; those of lost streams and signals from a process."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from lskeys.output.terminal import Terminal
from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.conftest import REGION, Run

pytestmark = pytest.mark.usefixtures("server")

PATIENCE = 60.0
EMPTY, BOTH = "eu-west-2", "-r us-east-1 -r eu-west-1"
DEFAULT = f"delete {DEFAULT_PAIR}"

CASES = [
    (0, "list", None),
    (0, f"list -r {EMPTY}", None),
    (0, "delete web --yes", None),
    (0, "delete unknown --yes --missing-ok", None),
    (0, "delete web --dry-run", None),
    (0, "download-default --out keys", None),
    (0, "download-default --out keys --dry-run", None),
    (2, "list --nope", None),
    (2, "list --columns nope", None),
    (2, "delete", None),
    (2, "delete a/b --yes", None),
    (2, "delete --fingerprint web", None),
    (2, "download-default --out keys --file key", None),
    (3, "delete unknown --yes", None),
    (3, "delete web --yes --key nowhere.pem", None),
    (4, "list -r ../x", None),
    (4, "list -p unknown", None),
    (4, "list", "GetKeyPairs=AccessDeniedException"),
    (4, "delete web --yes", "DeleteKeyPair=AccessDeniedException"),
    (5, "delete web", None),
    (5, f"{DEFAULT} --yes", None),
    (5, f"{DEFAULT} --yes --fingerprint", None),
    (5, f"download-default --out keys -r {EMPTY}", None),
    (5, "download-default --out keys", "DownloadDefaultKeyPair=wrong-key"),
    (7, f"list {BOTH}", "GetKeyPairs@eu-west-1=AccessDeniedException"),
    (7, "delete web unknown --yes", None),
    (7, f"download-default --out keys {BOTH}", "GetKeyPairs@eu-west-1=InternalFailure"),
    (8, "list", "GetKeyPairs=html"),
    (8, "delete web --yes", "DeleteKeyPair=InvalidInputException"),
    (8, "download-default --out keys", "DownloadDefaultKeyPair=bad-json"),
    (9, "download-default --out /proc/nowhere", None),
    (10, "delete web", "typed"),
    (10, f"download-default --out keys -r {EMPTY}", "typed"),
]


@pytest.mark.parametrize(("exit_code", "line", "given"), CASES)
def test_exit_code(exit_code: int, line: str, given: str | None, run: Run, filled: Server) -> None:
    """The line ends with the documented code, and says nothing on stdout but a result."""
    typed = "no\n" if given == "typed" else None
    if given and not typed:
        filled.add_fault(given)
    ran = run(line, typed=typed)
    assert ran.exit_code == exit_code, ran.err
    assert (exit_code in {0, 7}) or ran.out == ""
    assert (exit_code in {0, 10}) is ("lskeys: error: " not in ran.err)


@pytest.fixture
def filled(account: Sandbox, server: Server) -> Server:
    """A pair and a default pair at home, nothing elsewhere."""
    account.add_key_pairs(REGION, ["web"])
    account.add_default_key_pair(REGION)
    return server


# Processes


def start(*words: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """Lskeys as a process in this test's environment."""
    return subprocess.Popen(
        [sys.executable, "-m", "lskeys", *words],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )


@pytest.mark.fault("F")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", [("list",), ("list", "-o", "json"), ("--version",), ("--help",)])
def test_a_full_disk_is_no_success(words: tuple[str, ...], account: Sandbox) -> None:
    """What cannot be written whole ends with 9 and says so, be it rows, JSON or help."""
    account.add_key_pairs(REGION, ["web"])
    with Path("/dev/full").open("w") as full:
        process = start(*words, stdout=full.fileno())
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 9
    assert "Traceback" not in err


@pytest.mark.fault("F")
def test_a_reader_that_left_is_no_success(account: Sandbox) -> None:
    """`| head -1` on more than a pipe holds: it dies of SIGPIPE, silently, as others do."""
    account.add_key_pairs(REGION, [f"pair-{number}" for number in range(2_000)])
    process = start("list", "--region", REGION)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(PATIENCE), err) == (-signal.SIGPIPE, "")


@pytest.mark.fault("F")
def test_a_closed_stdout_is_no_success(account: Sandbox) -> None:
    """Started without stdout, the result has no place: 9."""
    account.add_key_pairs(REGION, ["web"])
    line = f"exec {shlex.quote(sys.executable)} -m lskeys list >&-"
    ended = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr.splitlines()[0]) == (
        9,
        "lskeys: error: stdout is closed",
    )


def test_an_error_of_a_row_is_no_broken_stdout() -> None:
    """What fails while rows are made is reported as itself, and no row before it is written."""

    def rows() -> Iterator[str]:
        yield "web"
        raise TimeoutError

    stdout = StringIO()
    with pytest.raises(TimeoutError):
        Terminal(None, stdout, None, {}).result(rows())
    assert stdout.getvalue() == ""


@pytest.mark.parametrize(
    ("kind", "exit_code", "said"),
    [
        ("ZeroDivisionError", 1, "this is a bug in lskeys: ZeroDivisionError at "),
        ("MemoryError", 9, "out of memory\nlskeys: hint: end other programs"),
    ],
)
def test_a_bug_shows_where_and_quotes_nothing(
    home: Path, kind: str, exit_code: int, said: str
) -> None:
    """An unexpected exception ends with 1, its kind and place, and none of its text.

    No memory is no bug.
    """
    code = (
        "import sys\n"
        "from lskeys import __main__\nfrom lskeys.cli import runtime\n"
        f"def broken(self): raise {kind}('PRIVATE KEY text')\n"
        "runtime.Runtime.accounts = property(broken)\n"
        "sys.argv = ['lskeys', 'list', '--debug']\n"
        "__main__.main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=home
    )
    assert (ended.returncode, ended.stdout) == (exit_code, "")
    assert ended.stderr.startswith(f"lskeys: error: {said}")
    assert "PRIVATE" not in ended.stderr
