"""A real sshd, opened with the block that ssh-config wrote, trusting the keys it pinned."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lskeys.sandbox import Sandbox, Server
from tests.conftest import REGION, Run
from tests.support.cli_keys import public_line, save
from tests.support.sshd_lab import USER, make_key
from tests.support.sshd_lab import Server as Sshd

ODD = "my 50%h keys, #1 of 'all'"

Write = Callable[[str], Path]


def say_hello(config: Path, sshd: Sshd) -> subprocess.CompletedProcess[str]:
    """Log in by alias as who we are, and have something said there, without any prompt."""
    login = ["-p", str(sshd.port), "-l", USER, "-o", "BatchMode=yes"]
    command = ["ssh", "-F", str(config), *login, "web", "echo", "hello"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def written(  # noqa: PLR0913, PLR0917  a fixture is a parameter
    sshd: Sshd, server: Server, account: Sandbox, run: Run, home: Path, rsa_pem: str
) -> Iterator[Write]:
    """Writes the config for an instance that AWS saw with this host key, and gives its path.

    Its key is the default one, in a directory whose name ssh has every chance to misread.
    """

    def write(host_line: str) -> Path:
        account.add_default_key_pair(REGION, private_pem=rsa_pem)
        account.add_instance(REGION, "web", address=sshd.address, host_keys=[host_line])
        assert run("ssh-config --write --known-hosts --yes --quiet").exit_code == 0
        return home / ".ssh" / "config"

    save(home / ODD / "default key", rsa_pem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSKEYS_OUT", str(home / ODD))
        yield write
    assert "DownloadDefaultKeyPair" not in [each.operation for each in server.requests]


def test_block_opens_a_host(sshd: Sshd, written: Write, rsa_pem: str) -> None:
    """The block finds key and host, and the first connection needs no prompt: it knows the host."""
    sshd.authorize(public_line(rsa_pem))
    opened = say_hello(written(sshd.host_key), sshd)
    assert (opened.returncode, opened.stdout, opened.stderr) == (0, "hello\n", "")


def test_pin_refuses_another_host(sshd: Sshd, written: Write, rsa_pem: str, tmp_path: Path) -> None:
    """A host with another key than AWS saw is not talked to, though it would let us in."""
    sshd.authorize(public_line(rsa_pem))
    refused = say_hello(written(make_key(tmp_path / "another")), sshd)
    assert (refused.returncode, refused.stdout) == (255, "")
    assert "Host key verification failed" in refused.stderr


def test_key_is_the_only_way_in(sshd: Sshd, written: Write, tmp_path: Path) -> None:
    """A host that does not know the key stays closed: what opens the other is the key."""
    sshd.authorize(make_key(tmp_path / "another"))
    refused = say_hello(written(sshd.host_key), sshd)
    assert (refused.returncode, refused.stdout) == (255, "")
    assert "Permission denied" in refused.stderr
