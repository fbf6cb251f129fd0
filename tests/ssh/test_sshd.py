"""Keys that lskeys made and saved open a real sshd."""

from pathlib import Path

import pytest

from lskeys.sandbox import Server
from tests.conftest import Run
from tests.support.sshd_lab import WORD
from tests.support.sshd_lab import Server as Sshd

pytestmark = pytest.mark.usefixtures("server")

PASSPHRASE = "correct horse"  # noqa: S105  of a key that lives for one test


def importable_key(path: Path) -> str:
    """What is in the .pub next to a private key."""
    return Path(f"{path}.pub").read_text().strip()


@pytest.mark.parametrize("option", ["", "--type ed25519", "--bits 2048", "--service-generated"])
def test_a_key_from_create(sshd: Sshd, run: Run, option: str) -> None:
    """The private key as saved opens the server, once its .pub is authorized."""
    path = Path(run(f"create web {option} -q").out.strip())
    assert not sshd.opens(path)
    sshd.authorize(importable_key(path))
    assert sshd.opens(path)


@pytest.mark.parametrize("option", ["--type ed25519", "--bits 2048"])
def test_a_key_under_a_passphrase(sshd: Sshd, run: Run, home: Path, option: str) -> None:
    """It opens the server only with the passphrase."""
    (home / "secret").write_text(PASSPHRASE)
    path = Path(run(f"create web {option} --passphrase-file secret -q").out.strip())
    sshd.authorize(importable_key(path))
    askpass = home / "askpass"
    askpass.write_text("#!/bin/sh\ncat secret\n")
    askpass.chmod(0o700)
    environment = {"SSH_ASKPASS": str(askpass), "SSH_ASKPASS_REQUIRE": "force"}
    assert sshd.knock("-i", path, environment=environment).stdout == f"{WORD}\n"
    assert not sshd.opens(path)


def test_a_key_from_stdout(sshd: Sshd, server: Server, run: Run, home: Path) -> None:
    """A key that was piped to a file is whole; what it fits is the very line that was imported."""
    path = home / "piped"
    path.touch(mode=0o600)
    path.write_text(run("create web --type ed25519 --file -").out)
    [line] = [
        each.body.get("publicKeyBase64") for each in server.requests if "Import" in each.operation
    ]
    sshd.authorize(str(line))
    assert sshd.opens(path)


def test_another_key_stays_outside(sshd: Sshd, run: Run) -> None:
    """The server lets in only those who hold an authorized key."""
    one, two = (
        Path(run(f"create {name} --type ed25519 -q").out.strip()) for name in ("one", "two")
    )
    sshd.authorize(importable_key(one))
    assert [sshd.opens(one), sshd.opens(two)] == [True, False]
