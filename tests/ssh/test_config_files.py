"""ssh's files next to keys: replaced whole, never another's, and never unseen."""

import os
import stat
from pathlib import Path

import pytest

from lskeys.errors import RefusedError
from lskeys.model import HostKey, Instance
from lskeys.ssh import config_files, config_text
from lskeys.ssh.config_plan import Plan
from lskeys.ssh.hosts import Host
from lskeys.ssh.user_config import UserConfig
from lskeys.ssh.written_blocks import BlockChanges, WrittenFiles
from lskeys.values import replace

OURS = config_text.own_file(["Host web"])


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory that only its owner can write in."""
    made = tmp_path / "ssh"
    made.mkdir(mode=0o700)
    return made


def names(directory: Path) -> list[str]:
    """What is in a directory, temporary files included."""
    return sorted(each.name for each in directory.iterdir())


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_new_file_is_private(directory: Path, umask: int) -> None:
    """0600 in a directory of 0700, whatever the umask, and nothing next to it."""
    path = directory / "made" / "file"
    before = os.umask(umask)
    try:
        config_files.write(config_files.plan_own(path, OURS), wait=1)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert (names(path.parent), path.read_bytes()) == (["file"], OURS)


@pytest.mark.parametrize(("mode", "more"), [(0o644, b"more\n"), (0o620, b""), (0o602, b"")])
def test_own_file_is_private_again(directory: Path, mode: int, more: bytes) -> None:
    """A file of ours is private after it was replaced, and replaced where others may change it."""
    path = directory / "file"
    path.write_bytes(OURS)
    path.chmod(mode)
    change = config_files.plan_own(path, OURS + more)
    assert change.is_change
    config_files.write(change, wait=1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not config_files.plan_own(path, OURS + more).is_change


def test_pins_at_a_path_that_ssh_cannot_read(tmp_path: Path) -> None:
    """A quote in it would end ssh's reading for every host; without pins nothing names it."""
    files = config_files.own_files(tmp_path / 'a "quote"', None)
    key = HostKey("ssh-ed25519", "AAAA")
    web = Host("web", Instance("web", "us-east-1"), "203.0.113.1", "me", (), (key,))
    plan = Plan(BlockChanges((), ()), [web])
    with pytest.raises(RefusedError, match="cannot be named in ssh's configuration"):
        files.changes(plan, WrittenFiles(), UserConfig())
    plan.hosts[0] = replace(web, host_keys=())
    assert all(change.is_change for change in files.changes(plan, WrittenFiles(), UserConfig()))


@pytest.mark.parametrize("size", [0, 1, 64 * 1024 + 1, 1024 * 1024])
def test_config_of_any_size(directory: Path, size: int) -> None:
    """A config of any size has one line more and its own permissions afterwards, byte for byte."""
    config, own = directory / "config", directory / "own"
    config.write_bytes(b"#" * size)
    config.chmod(0o644)
    config_files.write(config_files.plan_include(config, own), wait=1)
    assert config.read_bytes() == f"Include {own}\n".encode() + b"#" * size
    assert stat.S_IMODE(config.stat().st_mode) == 0o644
    assert not config_files.plan_include(config, own).is_change


@pytest.mark.parametrize("before", [None, b"Port 22\n"])
def test_config_that_changes_meanwhile(directory: Path, before: bytes | None) -> None:
    """What was written while the prompt was shown is not lost: nothing is written over it."""
    config = directory / "config"
    if before is not None:
        config.write_bytes(before)
    change = config_files.plan_include(config, directory / "own")
    config.write_bytes(b"Port 2222\n")
    with pytest.raises(RefusedError, match="was changed meanwhile"):
        config_files.write(change, wait=1)
    assert (names(directory), config.read_bytes()) == (["config"], b"Port 2222\n")


def test_config_that_is_gone_meanwhile(directory: Path) -> None:
    """A config that was removed while the prompt was shown is not brought back."""
    config = directory / "config"
    config.write_bytes(b"Port 22\n")
    change = config_files.plan_include(config, directory / "own")
    config.unlink()
    with pytest.raises(RefusedError, match="was changed meanwhile"):
        config_files.write(change, wait=1)
    assert names(directory) == []


@pytest.mark.parametrize("content", [b"", b"Host web\n", b" " + OURS, OURS[:20]])
def test_file_that_is_not_ours(directory: Path, content: bytes) -> None:
    """Only what begins with our own line is replaced."""
    path = directory / "file"
    path.write_bytes(content)
    with pytest.raises(RefusedError, match="was not written by lskeys ssh-config"):
        config_files.plan_own(path, OURS)
