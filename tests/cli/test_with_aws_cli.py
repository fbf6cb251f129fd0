"""The AWS CLI and lskeys on one account: each sees what the other made, and verifies it."""

import json
import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.cli.test_setup import configure_aws
from tests.conftest import REGION, Ran, Run
from tests.support.aws_clients import AWS_CLI, needs_aws_cli, run_aws_cli
from tests.support.cli_keys import opened, own_pem, public_line, said, save

pytestmark = needs_aws_cli
Aws = Callable[..., Any]


@pytest.fixture
def aws(server: Server) -> Aws:
    """Runs `aws lightsail …` against the account; what it prints, read as JSON or as text."""
    assert server.endpoint

    def run_aws(*words: str | Path, dress: str = "json") -> Any:  # noqa: ANN401  parsed JSON
        done = run_aws_cli(os.environ, *words, "--output", dress)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if dress == "json" else done.stdout

    return run_aws


def shown(aws: Aws, name: str) -> dict[str, Any]:
    """A pair as the AWS CLI shows it."""
    pair: dict[str, Any] = aws("get-key-pair", "--key-pair-name", name)["keyPair"]
    return pair


def md5_of_public_key(path: Path) -> str:
    """The fingerprint of an RSA key as openssl computes it from the private key file."""
    spki = said("openssl", "pkey", "-in", path, "-pubout", "-outform", "DER")
    return said("openssl", "md5", "-c", stdin=spki).decode().split()[-1]


def sha1_of_private_key(path: Path) -> str:
    """The fingerprint that AWS gives to keys of its own making, as openssl computes it."""
    der = said("openssl", "pkcs8", "-topk8", "-nocrypt", "-outform", "DER", "-in", path)
    return said("openssl", "sha1", "-c", stdin=der).decode().split()[-1]


def test_it_sees_what_create_made(aws: Aws, run: Run, home: Path) -> None:
    """Name, tags and the fingerprint of the local key."""
    assert run("create web --bits 2048 --tag stage=test --tag old").exit_code == 0
    pair = shown(aws, "web")
    assert (pair["name"], pair["tags"]) == (
        "web",
        [{"key": "stage", "value": "test"}, {"key": "old"}],
    )
    assert pair["fingerprint"] == md5_of_public_key(home / ".ssh" / "web.pem")


def test_it_sees_what_the_service_generated(aws: Aws, run: Run, home: Path) -> None:
    """The same for a key that AWS made and lskeys saved."""
    assert run("create web --service-generated").exit_code == 0
    assert shown(aws, "web")["fingerprint"] == sha1_of_private_key(home / ".ssh" / "web.pem")


def test_it_sees_what_import_made(aws: Aws, run: Run, home: Path) -> None:
    """A key of ssh-keygen's, imported by lskeys, has ssh-keygen's fingerprint there."""
    said("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / "id")
    assert run("import web id.pub --tag a=b").exit_code == 0
    listed = said("ssh-keygen", "-l", "-f", home / "id").decode().split()[1]
    pair = shown(aws, "web")
    assert (pair["fingerprint"], pair["tags"]) == (listed, [{"key": "a", "value": "b"}])


def test_it_and_import_send_the_same(aws: Aws, run: Run, server: Server, home: Path) -> None:
    """Given the same line, both put the same bytes on the wire."""
    line = save(home / "own.pub", public_line(own_pem()))
    aws("import-key-pair", "--key-pair-name", "one", "--public-key-base64", line.read_text())
    run(f"import two {line}")
    sent = [each.body for each in server.requests if each.operation == "ImportKeyPair"]
    assert sent == [
        {"keyPairName": name, "publicKeyBase64": line.read_text()} for name in ("one", "two")
    ]


def test_create_key_pair_is_verified(aws: Aws, run: Run, home: Path) -> None:
    """A key that the AWS CLI created and a shell saved is known by its content, and verified."""
    text = aws(
        *("create-key-pair", "--key-pair-name", "web"),
        *("--query", "privateKeyBase64"),
        dress="text",
    )
    path = save(home / ".ssh" / "from-aws", text)
    assert run("create web").exit_code == 5  # its name is not taken over
    found = shown(aws, "web")["fingerprint"]
    assert run("list web --columns name,fingerprint,local-files") == Ran(
        0, out=f"web\t{found}\t{path}\n"
    )
    assert run(f"import web {path} --if-absent -q") == Ran(0, out="web\n")
    assert run("delete web --fingerprint -y") == Ran(
        0, out=f"web\t{REGION}\tdeleted\t{found}\t{path}\t-\n"
    )


def test_import_key_pair_is_verified(aws: Aws, run: Run, home: Path) -> None:
    """A key that the AWS CLI imported is the same to lskeys: as its file, and by --if-absent."""
    path = save(home / ".ssh" / "web.pem", own_pem())
    line = public_line(own_pem())
    aws("import-key-pair", "--key-pair-name", "web", "--public-key-base64", line)
    found = md5_of_public_key(path)
    assert run(f"import web {path} --if-absent -q") == Ran(0, out="web\n")
    assert run("create web") == Ran(
        0,
        out=f"{path}\n",
        err=f"unchanged {path}: key pair web of {REGION},"
        f" fingerprint {found} verified (md5-spki)\n",
    )


def test_the_default_key(aws: Aws, run: Run, account: Sandbox) -> None:
    """Both download the same default key."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    path = Path(run("download-default -q").out.strip())
    response = aws("download-default-key-pair")
    assert (path.read_text(), opened(path)) == (
        response["privateKeyBase64"],
        response["publicKeyBase64"],
    )
    assert f"{DEFAULT_PAIR}\t" in run("list --include-default").out


def test_a_command_that_lskeys_suggests(
    account: Sandbox, server: Server, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that starts an instance works in the account of a profile, and starts it."""
    configure_aws(home, "[profile work]\naws_access_key_id = a\naws_secret_access_key = b\n")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    account.add_instance(REGION, "archive", state="stopped")
    suggested = run("-p work ssh archive").err.partition("to start it: ")[2]
    assert AWS_CLI is not None
    command = (AWS_CLI, *shlex.split(suggested)[1:])
    subprocess.run(command, check=True, capture_output=True, env=os.environ)
    assert [each.operation for each in server.requests][-1] == "StartInstance"
    assert "stopped" not in run("-p work instances archive").out
