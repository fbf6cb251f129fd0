"""--expect-account: nothing is changed in any other account."""

import pytest

from tests.conftest import Run
from tests.support.credential_services import CredentialServices, Said, refused, services
from tests.support.lying_server import Liar
from tests.support.verb_cases import REMOTE, Stage, VerbCase, named

__all__ = ["services"]

CHANGING = tuple(
    case for case in REMOTE if case.changes or "DownloadDefaultKeyPair" in case.operations
)
OURS, OTHER = "123456789012", "210987654321"


@pytest.fixture
def sts(stage: Stage, services: CredentialServices) -> CredentialServices:
    """STS, which knows whose the credentials of the environment are."""
    assert stage.home.is_dir()
    return services


@pytest.mark.parametrize("case", CHANGING, ids=named(CHANGING))
def test_another_account(case: VerbCase, sts: CredentialServices, liar: Liar, run: Run) -> None:
    """Every command that changes something is refused before it does, and STS gets one request."""
    ran = run(f"{case.unattended} --expect-account {OTHER}")
    assert (ran.exit_code, ran.out) == (5, ""), ran.err
    assert f"of account {OURS}, not {OTHER}: nothing was changed" in ran.err
    assert not {*case.changes, "DownloadDefaultKeyPair"} & set(liar.operations)
    assert sts.operations == ["GetCallerIdentity"]


@pytest.mark.parametrize("case", CHANGING, ids=named(CHANGING))
@pytest.mark.usefixtures("sts")
def test_the_expected_account(case: VerbCase, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the account that is expected, here by the variable, the command does its work."""
    monkeypatch.setenv("LSKEYS_EXPECT_ACCOUNT", OURS)
    assert run(case.unattended).exit_code == case.exit_code


def test_reading_sends_nothing_to_sts(sts: CredentialServices, run: Run) -> None:
    """What changes nothing works in any account, and sends STS nothing."""
    assert run(f"list --expect-account {OTHER}").exit_code == 0
    assert sts.requests == []


@pytest.mark.parametrize(
    ("said", "exit_code"), [(Said("<html>"), 8), (refused("InvalidClientTokenId", "no"), 4)]
)
def test_an_account_that_is_not_known(
    said: Said, exit_code: int, sts: CredentialServices, liar: Liar, run: Run
) -> None:
    """Where STS does not say whose the credentials are, nothing is changed."""
    sts.responses["GetCallerIdentity"] = said
    assert run(f"tag web a=b --expect-account {OURS} --timeout 20").exit_code == exit_code
    assert liar.operations == ["GetKeyPair"]


def test_the_sandbox_has_an_account(run: Run) -> None:
    """The sandbox's account is known without STS."""
    assert run(f"--sandbox tag laptop a=b --expect-account {OURS}").exit_code == 0
    assert run(f"--sandbox tag laptop b=c --expect-account {OTHER}").exit_code == 5


@pytest.mark.parametrize("value", ["1", "12345678901a", "1234567890123", "''"])
def test_what_is_no_account(value: str, run: Run) -> None:
    """An account has twelve digits."""
    assert run(f"list --expect-account {value}").exit_code in {2, 4}
