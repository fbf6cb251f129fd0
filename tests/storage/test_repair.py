"""Fixing what surrounds a private key: no key is lost, no file overwritten, no link followed."""

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lskeys import storage
from lskeys.errors import LocalError, LskeysError, MissingError, RefusedError
from lskeys.keys import PrivateKey
from tests.support.people import MALLORY, chown
from tests.support.saved_keys import Saver
from tests.support.tracing import needs_strace, strace

MODES = (0o400, 0o600, 0o640, 0o644, 0o660, 0o666, 0o755, 0o777)


def key_file(directory: Path, key: PrivateKey, mode: int = 0o600) -> Path:
    """A private key file in a directory."""
    path = directory / "web.pem"
    path.write_bytes(key.pem.reveal())
    path.chmod(mode)
    return path


def mode_of(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mode", MODES)
def test_a_private_key_becomes_private(tmp_path: Path, small: PrivateKey, mode: int) -> None:
    """No one else has a right on it, and its text is what it was; a right is never added."""
    path = key_file(tmp_path, small, mode)
    storage.restrict_file(path)
    assert mode_of(path) == (0o600 if mode & ~0o600 else mode)
    assert path.read_bytes() == small.pem.reveal()


@pytest.mark.parametrize("mode", [0o700, 0o720, 0o702, 0o755, 0o770, 0o775, 0o777])
def test_a_directory_is_closed_for_writing(tmp_path: Path, mode: int) -> None:
    """Others cannot put files in it any more; who may list it stays as it is."""
    tmp_path.chmod(mode)
    storage.restrict_directory(tmp_path)
    assert mode_of(tmp_path) == mode & ~0o022


def test_the_public_half_is_written(tmp_path: Path, key: PrivateKey) -> None:
    """It is the one ssh-keygen derives, 0644 under any umask, and nothing else is left there."""
    path = key_file(tmp_path, key)
    before = os.umask(0o777)
    try:
        assert storage.write_public_key(path) == tmp_path / "web.pem.pub"
    finally:
        os.umask(before)
    derived = subprocess.run(("ssh-keygen", "-y", "-f", path), check=True, capture_output=True)
    assert (tmp_path / "web.pem.pub").read_bytes() == derived.stdout
    assert mode_of(tmp_path / "web.pem.pub") == 0o644
    assert sorted(each.name for each in tmp_path.iterdir()) == ["web.pem", "web.pem.pub"]
    assert path.read_bytes() == key.pem.reveal()


def _file(path: Path) -> None:
    path.write_text("mine")


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize("obstacle", [_file, _dangling, Path.mkdir, os.mkfifo])
def test_nothing_is_overwritten(
    tmp_path: Path, small: PrivateKey, obstacle: Callable[[Path], None]
) -> None:
    """Whatever has the name of the public key keeps it."""
    path = key_file(tmp_path, small)
    obstacle(tmp_path / "web.pem.pub")
    before = (tmp_path / "web.pem.pub").lstat()
    with pytest.raises(RefusedError, match="is there by now, and stays as it is"):
        storage.write_public_key(path)
    after = (tmp_path / "web.pem.pub").lstat()
    assert (after.st_ino, after.st_mode, after.st_size) == (
        before.st_ino,
        before.st_mode,
        before.st_size,
    )
    assert not (tmp_path / "nowhere").exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["web.pem", "web.pem.pub"]


def test_permissions_are_fixed_through_a_link(tmp_path: Path, small: PrivateKey) -> None:
    """A key of the user's own elsewhere is closed to others; its `.pub` is written by the link."""
    (tmp_path / "elsewhere").mkdir()
    real = key_file(tmp_path / "elsewhere", small, 0o644)
    link = tmp_path / "web.pem"
    link.symlink_to(real)
    storage.restrict_file(link)
    assert mode_of(real) == 0o600
    assert storage.write_public_key(link) == tmp_path / "web.pem.pub"
    assert [each.name for each in real.parent.iterdir()] == ["web.pem"]
    assert link.is_symlink()


@pytest.mark.parametrize("spoil", ["owner", "directory", "dangling", "device"])
def test_a_link_that_leads_to_others(tmp_path: Path, small: PrivateKey, spoil: str) -> None:
    """What somebody else owns or could swap is not changed through a link."""
    (tmp_path / "elsewhere").mkdir()
    real = key_file(tmp_path / "elsewhere", small, 0o644)
    link = tmp_path / "web.pem"
    link.symlink_to("/dev/zero" if spoil == "device" else real)
    if spoil == "owner":
        chown(real, MALLORY)
    if spoil == "directory":
        real.parent.chmod(0o777)
    if spoil == "dangling":
        real.rename(real.with_name("other"))
    with pytest.raises(RefusedError, match=r"symbolic link|belongs to|others may write"):
        storage.restrict_file(link)
    assert not real.exists() or mode_of(real) == 0o644


@needs_strace
def test_a_disk_that_keeps_no_permissions(tmp_path: Path, save: Saver, small: PrivateKey) -> None:
    """Where chmod succeeds and changes nothing, the same key is not "unchanged": others read it."""
    key_file(tmp_path, small, 0o644).rename(tmp_path / "k.pem")
    words = ("--seccomp-bpf", "--trace=fchmod", "--inject=fchmod:retval=0:when=3")
    ran = save(tmp_path, before=strace(tmp_path / "log", *words))
    assert (ran.returncode, ran.stdout) == (9, "")
    assert "others keep their permissions on" in ran.stderr


@pytest.mark.parametrize("tighten_mode", [storage.restrict_file, storage.write_public_key])
@pytest.mark.parametrize(
    ("content", "error"),
    [(None, MissingError), (b"", RefusedError), (b"no key", RefusedError)],
)
def test_only_private_keys_are_mended(
    tmp_path: Path,
    content: bytes | None,
    error: type[LskeysError],
    tighten_mode: Callable[[Path], object],
) -> None:
    """A file that was replaced since it was looked at is left as it is."""
    path = tmp_path / "web.pem"
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o644)
    with pytest.raises(error):
        tighten_mode(path)
    assert content is None or mode_of(path) == 0o644
    assert not (tmp_path / "web.pem.pub").exists()


@pytest.mark.parametrize("tighten_mode", [storage.restrict_file, storage.write_public_key])
def test_a_public_half_is_no_private_key(
    tmp_path: Path, small: PrivateKey, tighten_mode: Callable[[Path], object]
) -> None:
    """A public key in a private one's place is everybody's to read, and stays so."""
    path = tmp_path / "web.pem"
    path.write_text(small.public.line() + "\n")
    path.chmod(0o644)
    with pytest.raises(RefusedError, match="holds no private key"):
        tighten_mode(path)
    assert mode_of(path) == 0o644
    assert [each.name for each in tmp_path.iterdir()] == ["web.pem"]


@pytest.mark.parametrize("tighten_mode", [storage.restrict_file, storage.write_public_key])
def test_a_directory_open_to_others_is_fixed_first(
    tmp_path: Path, small: PrivateKey, tighten_mode: Callable[[Path], object]
) -> None:
    """Where others may swap files, none is touched."""
    path = key_file(tmp_path, small, 0o644)
    tmp_path.chmod(0o777)
    with pytest.raises(RefusedError, match="others may write"):
        tighten_mode(path)
    storage.restrict_directory(tmp_path)
    tighten_mode(path)


def test_an_encrypted_key_that_shows_nothing(tmp_path: Path, key_file: Path) -> None:
    """No public key can be derived without the passphrase: refused, with the way out."""
    path = tmp_path / "web.pem"
    command = ("openssl", "rsa", "-traditional", "-aes128", "-passout", "pass:secret")
    subprocess.run((*command, "-in", key_file, "-out", path), check=True, capture_output=True)
    with pytest.raises(RefusedError, match="does not show its public key") as refused:
        storage.write_public_key(path)
    assert "ssh-keygen -y" in (refused.value.hint or "")
    storage.restrict_file(path)


def test_an_encrypted_key_that_shows_its_public_half(tmp_path: Path) -> None:
    """OpenSSH's own format shows it in clear, so it is written."""
    path = tmp_path / "key"
    words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-C", "", "-f", path)
    subprocess.run(words, check=True)
    made = (tmp_path / "key.pub").read_text()
    (tmp_path / "key.pub").unlink()
    assert storage.write_public_key(path).read_text().split() == made.split()


def test_no_directory(tmp_path: Path) -> None:
    """A directory that is gone, or none, is the disk's failure."""
    (tmp_path / "file").touch()
    for name in ("gone", "file"):
        with pytest.raises(LocalError, match="cannot change the permissions on"):
            storage.restrict_directory(tmp_path / name)
