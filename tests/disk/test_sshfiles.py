"""sshfiles: files beside keys, replaced whole, never somebody else's, never behind his back."""

import os
import stat
from pathlib import Path

import pytest

from lskeys.errors import RefusedError
from lskeys.ssh import config_files as sshfiles
from lskeys.ssh import config_text as sshconfig

OURS = sshconfig.own_file(["Host web"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that only its owner can write in."""
    made = tmp_path / "ssh"
    made.mkdir(mode=0o700)
    return made


def names(folder: Path) -> list[str]:
    """What is in a folder, temporary files included."""
    return sorted(each.name for each in folder.iterdir())


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_new_file_is_private(folder: Path, umask: int) -> None:
    """0600 in a folder of 0700, whatever the umask, and nothing beside it."""
    path = folder / "made" / "file"
    before = os.umask(umask)
    try:
        sshfiles.write(sshfiles.plan_own(path, OURS), wait=1)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert (names(path.parent), path.read_bytes()) == (["file"], OURS)


def test_own_file_is_private_again(folder: Path) -> None:
    """A file of ours that was opened to others is private after it was replaced."""
    path = folder / "file"
    path.write_bytes(OURS)
    path.chmod(0o644)
    sshfiles.write(sshfiles.plan_own(path, OURS + b"more\n"), wait=1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("size", [0, 1, 64 * 1024 + 1, 1024 * 1024])
def test_config_of_any_size(folder: Path, size: int) -> None:
    """A config of any size has one line more and its own rights afterwards, byte for byte."""
    config, own = folder / "config", folder / "own"
    config.write_bytes(b"#" * size)
    config.chmod(0o644)
    sshfiles.write(sshfiles.plan_include(config, own), wait=1)
    assert config.read_bytes() == f"Include {own}\n".encode() + b"#" * size
    assert stat.S_IMODE(config.stat().st_mode) == 0o644
    assert not sshfiles.plan_include(config, own).is_change


@pytest.mark.parametrize("before", [None, b"Port 22\n"])
def test_config_that_changes_meanwhile(folder: Path, before: bytes | None) -> None:
    """What somebody wrote while the question stood is not lost: nothing is written over it."""
    config = folder / "config"
    if before is not None:
        config.write_bytes(before)
    change = sshfiles.plan_include(config, folder / "own")
    config.write_bytes(b"Port 2222\n")
    with pytest.raises(RefusedError, match="was changed meanwhile"):
        sshfiles.write(change, wait=1)
    assert (names(folder), config.read_bytes()) == (["config"], b"Port 2222\n")


def test_config_that_is_gone_meanwhile(folder: Path) -> None:
    """A config that was removed while the question stood is not brought back."""
    config = folder / "config"
    config.write_bytes(b"Port 22\n")
    change = sshfiles.plan_include(config, folder / "own")
    config.unlink()
    with pytest.raises(RefusedError, match="was changed meanwhile"):
        sshfiles.write(change, wait=1)
    assert names(folder) == []


def test_folder_others_may_write_in(folder: Path) -> None:
    """Where others could swap the file, nothing is read or written."""
    folder.chmod(0o777)
    with pytest.raises(RefusedError, match="others may write in"):
        sshfiles.plan_own(folder / "file", OURS)


@pytest.mark.parametrize("content", [b"", b"Host web\n", b" " + OURS, OURS[:20]])
def test_file_that_is_not_ours(folder: Path, content: bytes) -> None:
    """Only what begins with our own line is replaced."""
    path = folder / "file"
    path.write_bytes(content)
    with pytest.raises(RefusedError, match="was not written by lskeys ssh-config"):
        sshfiles.plan_own(path, OURS)


def test_link_in_the_place_of_our_file(folder: Path) -> None:
    """No link is written through, wherever it leads."""
    (folder / "target").write_bytes(OURS)
    (folder / "file").symlink_to("target")
    with pytest.raises(RefusedError, match="is a symbolic link"):
        sshfiles.plan_own(folder / "file", OURS)


def test_pipe_in_the_place_of_our_file(folder: Path) -> None:
    """A pipe is not waited for."""
    os.mkfifo(folder / "file")
    with pytest.raises(RefusedError, match="is a named pipe"):
        sshfiles.plan_own(folder / "file", OURS)
