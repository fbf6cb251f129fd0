"""Fixing what surrounds a private key: no key is lost, no file overwritten, no link followed."""

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lskeys.errors import LocalError, MissingError, RefusedError
from lskeys.keys import PrivateKey
from lskeys.storage import repair
from tests.storage.test_key_reading import PUTTY_KEY
from tests.support.people import MALLORY, chown
from tests.support.saved_keys import NAME, NOON, Saver, contents, put_key
from tests.support.special_files import STRANGE
from tests.support.tracing import needs_strace, strace

MODES = (0o400, 0o600, 0o640, 0o644, 0o660, 0o666, 0o755, 0o777)


def mode_of(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mode", MODES)
def test_a_private_key_becomes_private(tmp_path: Path, small: PrivateKey, mode: int) -> None:
    """Others have no permissions on it, its text is what it was; no permission is ever added."""
    path = put_key(tmp_path / NAME, small, mode)
    repair.restrict_file(path)
    assert mode_of(path) == (0o600 if mode & ~0o600 else mode)
    assert path.read_bytes() == small.pem.reveal()


@pytest.mark.parametrize("mode", [0o700, 0o720, 0o702, 0o755, 0o770, 0o775, 0o777])
def test_a_directory_is_closed_for_writing(tmp_path: Path, mode: int) -> None:
    """Others cannot put files in it any more; who may list it stays as it is."""
    tmp_path.chmod(mode)
    repair.restrict_directory(tmp_path)
    assert mode_of(tmp_path) == mode & ~0o022


def test_the_public_key_is_written(tmp_path: Path, key: PrivateKey) -> None:
    """It is the one ssh-keygen derives, 0644 under any umask, and nothing else is left there."""
    path = put_key(tmp_path / NAME, key)
    before = os.umask(0o777)
    try:
        assert repair.write_public_key(path) == tmp_path / f"{NAME}.pub"
    finally:
        os.umask(before)
    derived = subprocess.run(("ssh-keygen", "-y", "-f", path), check=True, capture_output=True)
    assert (tmp_path / f"{NAME}.pub").read_bytes() == derived.stdout
    assert mode_of(tmp_path / f"{NAME}.pub") == 0o644
    assert sorted(each.name for each in tmp_path.iterdir()) == [NAME, f"{NAME}.pub"]
    assert path.read_bytes() == key.pem.reveal()


@pytest.mark.parametrize("kind", ["file", *STRANGE])
def test_nothing_is_overwritten(tmp_path: Path, small: PrivateKey, kind: str) -> None:
    """Whatever has the name of the public key keeps it."""
    path = put_key(tmp_path / NAME, small)
    put = STRANGE[kind][0] if kind in STRANGE else Path.touch
    put(tmp_path / f"{NAME}.pub")
    before = (tmp_path / f"{NAME}.pub").lstat()
    with pytest.raises(RefusedError, match="exists now, and was not changed"):
        repair.write_public_key(path)
    after = (tmp_path / f"{NAME}.pub").lstat()
    assert (after.st_ino, after.st_mode, after.st_size) == (
        before.st_ino,
        before.st_mode,
        before.st_size,
    )
    assert not (tmp_path / "nowhere").exists()
    assert {each.name for each in tmp_path.iterdir()} <= {NAME, f"{NAME}.pub", "elsewhere"}


def test_permissions_are_fixed_through_a_link(tmp_path: Path, small: PrivateKey) -> None:
    """A key of the user's own elsewhere is closed to others; its `.pub` is written by the link."""
    (tmp_path / "elsewhere").mkdir()
    real = put_key(tmp_path / "elsewhere" / NAME, small, 0o644)
    link = tmp_path / NAME
    link.symlink_to(real)
    repair.restrict_file(link)
    assert mode_of(real) == 0o600
    assert repair.write_public_key(link) == tmp_path / f"{NAME}.pub"
    assert [each.name for each in real.parent.iterdir()] == [NAME]
    assert link.is_symlink()


@pytest.mark.parametrize("spoil", ["owner", "directory", "dangling", "device"])
def test_a_link_that_leads_to_others(tmp_path: Path, small: PrivateKey, spoil: str) -> None:
    """What another user owns or could swap is not changed through a link."""
    (tmp_path / "elsewhere").mkdir()
    real = put_key(tmp_path / "elsewhere" / NAME, small, 0o644)
    link = tmp_path / NAME
    link.symlink_to("/dev/zero" if spoil == "device" else real)
    if spoil == "owner":
        chown(real, MALLORY)
    if spoil == "directory":
        real.parent.chmod(0o777)
    if spoil == "dangling":
        real.rename(real.with_name("other"))
    with pytest.raises(RefusedError, match=r"symbolic link|belongs to|others may write"):
        repair.restrict_file(link)
    assert not real.exists() or mode_of(real) == 0o644


@needs_strace
def test_a_disk_that_keeps_no_permissions(tmp_path: Path, save: Saver, small: PrivateKey) -> None:
    """Where chmod succeeds and changes nothing, the same key is not "unchanged": others read it."""
    put_key(tmp_path / NAME, small, 0o644).rename(tmp_path / "k.pem")
    words = ("--seccomp-bpf", "--trace=fchmod", "--inject=fchmod:retval=0:when=3")
    ran = save(tmp_path, before=strace(tmp_path / "log", *words))
    assert (ran.returncode, ran.stdout) == (9, "")
    assert "others keep their permissions on" in ran.stderr


each_fix = pytest.mark.parametrize("fix", [repair.restrict_file, repair.write_public_key])


@each_fix
@pytest.mark.parametrize("content", [None, b"", b"no key", b"public"])
def test_only_private_keys_are_fixed(
    tmp_path: Path, small: PrivateKey, content: bytes | None, fix: Callable[[Path], object]
) -> None:
    """A file that was replaced since it was looked at, by a public key, say, stays as it is."""
    path = tmp_path / NAME
    if content is not None:
        path.write_bytes(small.public.line().encode() if content == b"public" else content)
        path.chmod(0o644)
    before = contents(tmp_path)
    with pytest.raises(MissingError if content is None else RefusedError) as refusal:
        fix(path)
    assert content != b"public" or "holds no private key" in refusal.value.message
    assert contents(tmp_path) == before


@each_fix
def test_a_directory_open_to_others_is_fixed_first(
    tmp_path: Path, small: PrivateKey, fix: Callable[[Path], object]
) -> None:
    """Where others may swap files, none is touched."""
    path = put_key(tmp_path / NAME, small, 0o644)
    tmp_path.chmod(0o777)
    with pytest.raises(RefusedError, match="others may write"):
        fix(path)
    repair.restrict_directory(tmp_path)
    fix(path)


def test_an_encrypted_key_that_shows_nothing(tmp_path: Path, key_file: Path) -> None:
    """No public key can be derived without the passphrase: refused, with the way out."""
    path = tmp_path / NAME
    command = ("openssl", "rsa", "-traditional", "-aes128", "-passout", "pass:secret")
    subprocess.run((*command, "-in", key_file, "-out", path), check=True, capture_output=True)
    with pytest.raises(RefusedError, match="does not show its public key") as refused:
        repair.write_public_key(path)
    assert "ssh-keygen -y" in (refused.value.hint or "")
    repair.restrict_file(path)


def test_an_encrypted_key_that_shows_its_public_key(tmp_path: Path) -> None:
    """OpenSSH's own format shows it in clear, so it is written."""
    path = tmp_path / "key"
    words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-C", "", "-f", path)
    subprocess.run(words, check=True)
    made = (tmp_path / "key.pub").read_text()
    (tmp_path / "key.pub").unlink()
    assert repair.write_public_key(path).read_text().split() == made.split()


def test_no_directory(tmp_path: Path) -> None:
    """A directory that is gone, or none, is the disk's failure."""
    (tmp_path / "file").touch()
    for name in ("gone", "file"):
        with pytest.raises(LocalError, match="cannot change the permissions on"):
            repair.restrict_directory(tmp_path / name)


def test_a_file_that_ssh_cannot_load_is_rewritten(tmp_path: Path, key: PrivateKey) -> None:
    """As ssh loads it; what was there is kept next to it, and both are private."""
    path, text = tmp_path / NAME, key.pem.reveal().replace(b"\n", b"\r\n")
    path.write_bytes(text)
    kept = repair.write_usable(path, NOON)
    assert kept == path.with_name(f"{NAME}.old-20260704T120000Z-unusable")
    assert contents(tmp_path) == {NAME: (0o600, key.pem.reveal()), kept.name: (0o600, text)}


def test_a_file_that_cannot_be_rewritten(tmp_path: Path, key: PrivateKey) -> None:
    """A link, and what its passphrase alone could convert, stay as they are."""
    path, link = tmp_path / NAME, tmp_path / "link"
    path.write_bytes(key.pem.reveal().replace(b"\n", b"\r\n"))
    link.symlink_to(path)
    before = contents(tmp_path)
    with pytest.raises(RefusedError, match="is a symbolic link"):
        repair.write_usable(link, NOON)
    assert contents(tmp_path) == before
    path.write_text(PUTTY_KEY.replace("Encryption: none", "Encryption: aes256-cbc"))
    with pytest.raises(RefusedError, match="cannot be converted without its passphrase") as caught:
        repair.write_usable(path, NOON)
    assert caught.value.hint == f"to see what it holds: lskeys fingerprint {path}"
    assert path.read_text().startswith("PuTTY")
