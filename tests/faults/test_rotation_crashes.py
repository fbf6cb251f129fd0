"""rotate-default, interrupted and run again, perhaps by another account, or against a liar.

Killed at every call: tests/faults/test_crash_sweep.py.
"""

from pathlib import Path

import pytest

from lskeys.sandbox import DEFAULT_PAIR
from tests.conftest import REGION, Ran, Run
from tests.support.cli_keys import fingerprint, own_pem, public_line
from tests.support.fake_region import Region
from tests.support.lying_server import Liar, Reply, pair, pairs, refused, said

KEY_FILE = "LightsailDefaultKey-us-east-1.pem"


def test_the_old_key_handed_out_again(
    liar: Liar, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that hands out the deleted key again is not believed, whatever it reports."""
    monkeypatch.setenv("AWS_REGION", REGION)
    old = fingerprint(own_pem(), "md5-spki")
    handed_out = {"publicKeyBase64": public_line(own_pem()), "privateKeyBase64": own_pem()}
    liar.responses(
        "GetKeyPairs",
        pairs(pair(DEFAULT_PAIR, fingerprint=old)),
        pairs(pair(DEFAULT_PAIR, fingerprint=None)),
    )
    liar.responses("GetInstances", said({"instances": []}))
    liar.responses("DownloadDefaultKeyPair", said(handed_out))
    liar.responses("DeleteKeyPair", said({"operation": {}}))
    assert run("rotate-default --yes") == Ran(
        8,
        err=f"lskeys: error: {REGION} returned the old default key again\n"
        f"lskeys: hint: the old key is saved in {home / '.ssh' / KEY_FILE};"
        " wait a little, then run the same command again to go on\n",
    )
    assert liar.operations.count("DeleteKeyPair") == 1
    assert (home / ".ssh" / KEY_FILE).read_text() == own_pem()


@pytest.mark.parametrize(
    ("access_key", "account", "exit_code"),
    [
        (None, None, 0),
        ("AKIAOTHER", "123456789012", 0),
        ("AKIAOTHER", "210987654321", 3),
        ("AKIAOTHER", None, 5),
    ],
)
def test_credentials_of_the_next_run(  # noqa: PLR0913, PLR0917  fixtures and cases
    liar: Liar,
    run: Run,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    access_key: str | None,
    account: str | None,
    exit_code: int,
) -> None:
    """The same access key is of the same account: STS need not be reached to go on.

    With another one, where nothing in the region shows the account, STS does; else nothing is made.
    """
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", liar.endpoint)
    region = Region.with_default()
    region.serve(liar)
    cut = refused("AccessDeniedException", "no")
    liar.responses(
        "DownloadDefaultKeyPair", lambda call: cut if call.number else region.response(call)
    )
    assert run("rotate-default --yes").exit_code == 4
    region.serve(liar)
    if access_key:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", access_key)
    identity = f"<GetCallerIdentityResult><Account>{account}</Account></GetCallerIdentityResult>"
    body = f"<GetCallerIdentityResponse>{identity}</GetCallerIdentityResponse>".encode()
    liar.responses("GetCallerIdentity", Reply(body) if account else Reply(status=403))
    assert run("rotate-default --yes").exit_code == exit_code
    assert ("GetCallerIdentity" in liar.operations) is bool(access_key)
    assert (DEFAULT_PAIR in region.fingerprints) == (exit_code == 0)
    assert bool([*(home / ".local/state/lskeys/rotations").iterdir()]) == (exit_code != 0)


def test_a_pair_without_an_account(liar: Liar, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pair without ARN is not rotated: its rotation could be another account's."""
    monkeypatch.setenv("AWS_REGION", REGION)
    reported = fingerprint(own_pem(), "md5-spki")
    unowned = pair(DEFAULT_PAIR, fingerprint=reported, arn=None, supportCode=None)
    liar.responses("GetKeyPairs", pairs(unowned))
    liar.responses("GetInstances", said({"instances": []}))
    ran = run("rotate-default --yes")
    assert (ran.exit_code, "has no ARN at AWS" in ran.err) == (5, True)
    assert {*liar.operations} == {"GetInstances", "GetKeyPairs"}
