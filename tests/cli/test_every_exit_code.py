"""Each exit code that list, download-default and delete can give in one process, from outside."""

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.conftest import REGION, Run

EMPTY, BOTH = "eu-west-2", "-r us-east-1 -r eu-west-1"
DEFAULT = f"delete {DEFAULT_PAIR}"

CASES = [
    (0, "list", None),
    (0, f"list -r {EMPTY}", None),
    (0, "delete web --yes", None),
    (0, "delete nobody --yes --missing-ok", None),
    (0, "delete web --dry-run", None),
    (0, "download-default --out keys", None),
    (0, "download-default --out keys --dry-run", None),
    (2, "list --nope", None),
    (2, "list --columns nope", None),
    (2, "delete", None),
    (2, "delete a/b --yes", None),
    (2, "delete --fingerprint web", None),
    (2, "download-default --out keys --file key", None),
    (3, "delete nobody --yes", None),
    (3, "delete web --yes --key nowhere.pem", None),
    (4, "list -r ../x", None),
    (4, "list -p nobody", None),
    (4, "list", "GetKeyPairs=AccessDeniedException"),
    (4, "delete web --yes", "DeleteKeyPair=AccessDeniedException"),
    (5, "delete web", None),
    (5, f"{DEFAULT} --yes", None),
    (5, f"{DEFAULT} --yes --fingerprint", None),
    (5, f"download-default --out keys -r {EMPTY}", None),
    (5, "download-default --out keys", "DownloadDefaultKeyPair=wrong-key"),
    (7, f"list {BOTH}", "GetKeyPairs@eu-west-1=AccessDeniedException"),
    (7, "delete web nobody --yes", None),
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
    assert (exit_code == 0) is ("lskeys: error: " not in ran.err)


@pytest.fixture
def filled(account: Sandbox, server: Server) -> Server:
    """A pair and a default pair at home, nothing elsewhere."""
    account.add_key_pairs(REGION, ["web"])
    account.add_default_key_pair(REGION)
    return server
