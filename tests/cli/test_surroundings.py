"""What AWS's variables, XDG directories and the shell's habits mean to lskeys."""

from pathlib import Path

import pytest

from lskeys.sandbox import Sandbox, Server
from tests.conftest import REGION, Ran, Run
from tests.support.cli_keys import own_pem, save
from tests.support.people import ANA, chown, needs_root

pytestmark = pytest.mark.usefixtures("server")

KEYS = "aws_access_key_id = a\naws_secret_access_key = b\n"


def test_files_of_aws_elsewhere(
    server: Server, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE are where AWS's own tools look, too."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    config = save(tmp_path / "config", "[profile work]\nregion = eu-west-2\n")
    credentials = save(tmp_path / "credentials", f"[work]\n{KEYS}")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    assert run("list -p work -q") == Ran(0)
    monkeypatch.setenv("AWS_PROFILE", "work")
    assert run("list -q") == Ran(0)
    assert [each.region for each in server.requests] == ["eu-west-2", "eu-west-2"]


def test_looks_of_aws_are_not_ours(
    account: Sandbox, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings for the output of the AWS CLI change nothing of ours."""
    account.add_key_pairs(REGION, ["web"])
    plain = run("list")
    monkeypatch.setenv("AWS_DEFAULT_OUTPUT", "json")
    monkeypatch.setenv("AWS_PAGER", "false")
    monkeypatch.setenv("PAGER", "false")
    assert run("list") == plain
    assert len(server.requests) == 2


@pytest.mark.parametrize("attempts", ["1", "10"])
def test_attempts_are_ours(
    server: Server, run: Run, attempts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read is sent three times and a change once, whatever AWS_MAX_ATTEMPTS says."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", attempts)
    monkeypatch.setenv("AWS_RETRY_MODE", "legacy")
    server.add_fault("GetKeyPairs=ServiceUnavailable*2")
    assert run("list -q") == Ran(0)
    assert len(server.requests) == 3


@needs_root
@pytest.mark.parametrize(
    "line", ["download-default", "ssh-config --write", "audit --fix", "--sandbox create new"]
)
def test_root_in_another_home(account: Sandbox, run: Run, home: Path, line: str) -> None:
    """Under a sudo that keeps HOME, the future owner of the files is shown before, and true."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    account.add_instance(REGION, "blog")
    save(home / ".ssh" / "key", own_pem(), 0o644)
    for path in (home, *home.rglob("*")):
        chown(path, ANA)
    warning = f"lskeys: warning: running as root in the home of the user {ANA}, who will own"
    assert warning in run(f"{line} -y").err
    assert {path.lstat().st_uid for path in home.rglob("*")} == {ANA}
    assert warning not in run(f"{line} -n").err


def test_keys_without_a_home(
    account: Sandbox, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory that is named needs no home."""
    account.add_default_key_pair(REGION)
    monkeypatch.setenv("HOME", "")
    keys = tmp_path / "keys"
    assert run(f"download-default --out {keys} -q").out.startswith(str(keys))
