"""Whatever shape a key file is in, after a command that saves it a real sshd is opened by ssh."""

from pathlib import Path

import pytest

from lskeys.sandbox import Sandbox
from tests.conftest import CREATED, REGION, Run
from tests.support.cli_keys import own_pem, public_line, save
from tests.support.key_shapes import SHAPES
from tests.support.sshd_lab import Server as Sshd


def named(run: Run) -> list[Path]:
    """The key files in the block that ssh-config makes."""
    lines = run("ssh-config").out.splitlines()
    return [Path(line.split()[1]) for line in lines if line.split()[:1] == ["IdentityFile"]]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.usefixtures("server")
def test_the_default_key(account: Sandbox, run: Run, home: Path, sshd: Sshd, shape: str) -> None:
    """`download-default` rewrites what ssh cannot load; `rotate-default` keeps a usable old key.

    `ssh-config` names nothing but files that open, before and after each.
    """
    account.add_default_key_pair(REGION, private_pem=own_pem(), created_at=CREATED)
    account.add_instance(REGION, "web", address=sshd.address, created_at=CREATED)
    sshd.authorize(public_line(own_pem()))
    path = home / ".ssh" / f"LightsailDefaultKey-{REGION}.pem"
    save(path, "").write_bytes(SHAPES[shape](own_pem().encode()))
    assert all(sshd.opens(each) for each in named(run))
    assert run("download-default").exit_code == 0
    assert named(run) == [path]
    assert sshd.opens(path)
    path.write_bytes(SHAPES[shape](own_pem().encode()))
    assert run("rotate-default --yes").exit_code == 0
    sshd.authorize(public_line(own_pem()), path.with_name(f"{path.name}.pub").read_text())
    assert sshd.opens(path)
    assert len(named(run)) == 2
    assert all(sshd.opens(each) for each in named(run))
    old = [each for each in path.parent.glob("*.old-*") if "unusable" not in each.name]
    assert any(sshd.opens(each) for each in old if each.suffix != ".pub")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.usefixtures("server")
def test_a_created_key(run: Run, home: Path, sshd: Sshd, shape: str) -> None:
    """`create`, run again over its own file in that shape, leaves one that opens."""
    assert run("create web --type ed25519").exit_code == 0
    path = home / ".ssh" / "web.pem"
    sshd.authorize(path.with_name("web.pem.pub").read_text())
    path.write_bytes(SHAPES[shape](path.read_bytes()))
    assert run("create web --type ed25519").exit_code == 0
    assert sshd.opens(path)
