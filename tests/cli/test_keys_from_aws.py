"""Private keys that AWS hands out: however they are spelled, verified before they are saved."""

from pathlib import Path

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox
from tests.cli.conftest import Serve
from tests.conftest import REGION, Ran, Run
from tests.support.changes import changes, delete_of, operations
from tests.support.cli_keys import FINGERPRINT_TYPES, fingerprint, opened, own_pem

CREATE = "create web --service-generated"
FILES = {
    CREATE: "web.pem",
    "download-default": f"LightsailDefaultKey-{REGION}.pem",
    "rotate-default --yes": f"LightsailDefaultKey-{REGION}.pem",
}
every_command = pytest.mark.parametrize("line", FILES)
REQUESTS = {
    CREATE: ["GetKeyPair", "CreateKeyPair"],
    "download-default": ["GetKeyPairs", "DownloadDefaultKeyPair"],
}


@every_command
@pytest.mark.parametrize("text", ["pem", "base64", "escaped", "crlf", "pkcs8", "unterminated"])
def test_every_spelling(  # noqa: PLR0913  fixtures and cases
    line: str, text: str, *, serve: Serve, account: Sandbox, run: Run, home: Path
) -> None:
    """However AWS spells the key, ssh-keygen opens what is saved."""
    serve(f"key-text={text}", "doubled-prefix=true")
    account.add_default_key_pair(REGION, private_pem=own_pem())
    assert run(line).exit_code == 0
    assert opened(home / ".ssh" / FILES[line])


@every_command
@pytest.mark.parametrize("reported", FINGERPRINT_TYPES)
def test_every_type_of_fingerprint(  # noqa: PLR0913  fixtures and cases
    line: str, reported: str, *, serve: Serve, account: Sandbox, run: Run, home: Path
) -> None:
    """Whichever type AWS reports, the key is verified by it, without another request.

    A key pair is deleted with it, as AWS spells it.
    """
    kinds = (f"fingerprint-{kind}={reported}" for kind in ("default", "created"))
    server = serve(*kinds, "created-fingerprint=true")
    account.add_default_key_pair(REGION, private_pem=own_pem())
    ran = run(line)
    sent, deleted = operations(server), changes(server)[1:2]
    path = home / ".ssh" / FILES[line]
    assert (ran.exit_code, ran.out) == (0, f"{path}\n")
    assert f"{fingerprint(path.read_text(), reported)}" in ran.err
    assert f"verified ({reported})" in ran.err
    name = "web" if line == CREATE else DEFAULT_PAIR
    shown = run(f"list {name} --query keyPairs[].fingerprint -o text").out
    assert shown == f"{fingerprint(path.read_text(), reported)}\n"
    assert sent == REQUESTS.get(line, sent)
    if line.startswith("rotate"):
        assert deleted == [delete_of(DEFAULT_PAIR, fingerprint(own_pem(), reported))]


LOOK_FAILS = "fault=GetKeyPair=NotFoundException*1 fault=GetKeyPair=AccessDeniedException"
OF_WEB, OF_DEFAULT = f"key pair web of {REGION}", f"default key of {REGION}"


@pytest.mark.parametrize(
    ("settings", "line", "owner"),
    [
        ("fingerprint-imported-ed25519=none", "create web --type ed25519", OF_WEB),
        ("fingerprint-created=none", CREATE, OF_WEB),
        (LOOK_FAILS, CREATE, OF_WEB),
        ("fingerprint-default=none", "download-default", OF_DEFAULT),
    ],
)
def test_unverified(  # noqa: PLR0913  fixtures and cases
    settings: str, line: str, owner: str, *, serve: Serve, account: Sandbox, run: Run, home: Path
) -> None:
    """Without a fingerprint from AWS a key is still saved, and reported as unverified."""
    serve(*settings.split())
    account.add_default_key_pair(REGION, private_pem=own_pem())
    path = home / ".ssh" / FILES.get(line, "web.pem")
    assert run(line) == Ran(
        0,
        out=f"{path}\n",
        err=f"saved {path}: {owner}, unverified\n"
        "lskeys: hint: AWS reports no fingerprint, so lskeys cannot verify the key\n",
    )


@pytest.mark.parametrize(
    "line",
    [*FILES, "download-default --file -", "download-default --create"],
)
@pytest.mark.parametrize(
    ("fault", "reported"),
    [("wrong-key", "md5-spki"), ("mismatched-halves", "md5-spki"), ("mismatched-halves", "none")],
)
def test_a_wrong_key(  # noqa: PLR0913  fixtures and cases
    line: str, fault: str, reported: str, *, serve: Serve, account: Sandbox, run: Run, home: Path
) -> None:
    """A key that is not the reported one, or not whole, is neither saved nor shown.

    Where no fingerprint is reported, its public and private key still have to match. The key pair
    stays; how to remove one that has no key is shown.
    """
    faults = (f"fault={each}={fault}" for each in ("CreateKeyPair", "DownloadDefaultKeyPair"))
    server = serve(f"fingerprint-default={reported}", *faults)
    if "--create" not in line:
        account.add_default_key_pair(REGION, private_pem=own_pem())
    ran = run(line)
    assert (ran.exit_code, ran.out, [*home.rglob("*.pem*")]) == (5, "", [])
    assert [*home.rglob("*.json")] == []
    assert "PRIVATE" not in ran.err
    assert "DeleteKeyPair" not in operations(server)
    assert (line == CREATE) is ran.err.endswith(
        "lskeys: hint: the key pair exists without its key;"
        f" remove it: lskeys delete web --region {REGION}\n"
    )
