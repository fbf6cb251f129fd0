"""Finding key files: by content, never by name, and harmlessly."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lskeys import keys
from lskeys.audit import DirectoryListing
from lskeys.errors import LocalError
from lskeys.keys import PrivateKey
from lskeys.keys.fingerprints import FingerprintType
from lskeys.keys.matching import LocalKey, UnreadableFile
from lskeys.storage import key_reading, key_search
from tests.support.special_files import put_socket, put_unreadable


def names(directory: Path) -> list[str]:
    """The names of the key files found in a directory."""
    return [each.path.name for each in key_search.find([directory])]


def test_a_private_key_is_described(tmp_path: Path, key_file: Path, key: PrivateKey) -> None:
    """Every fact but the key itself, whatever the file is called."""
    path = tmp_path / "holiday.jpg"
    shutil.copy(key_file, path)
    path.chmod(0o640)
    assert key_search.find([tmp_path]) == (
        LocalKey(
            path=path,
            fingerprints=key.fingerprints,
            has_private=True,
            encrypted=False,
            mode=0o640,
            algorithm="ssh-rsa",
            bits=2048,
            blob=key.public.blob,
        ),
    )


def test_a_public_key_is_described(tmp_path: Path, key: PrivateKey) -> None:
    """It has no private key, nor that one's fingerprint; its comment is kept."""
    (tmp_path / "id.pub").write_text(key.public.line("web server") + "\n")
    (found,) = key_search.find([tmp_path])
    assert (found.has_private, found.encrypted, found.comment) == (False, False, "web server")
    assert found.fingerprints == key.public.fingerprints
    assert FingerprintType.SHA1_PKCS8 not in {each.fingerprint_type for each in found.fingerprints}


def copy(key_file: Path, path: Path) -> Path:
    """A copy of a key file, for its owner only."""
    shutil.copy(key_file, path)
    path.chmod(0o600)
    return path


def encrypt(path: Path, *style: str) -> Path:
    """Put a key file under a passphrase."""
    passphrase = ("-N", "a passphrase", "-f", str(path))
    words = ("ssh-keygen", "-q", "-p", *style, *passphrase)
    subprocess.run(words, check=True, capture_output=True)
    return path


def test_an_encrypted_openssh_key_shows_its_public_key(
    tmp_path: Path, key_file: Path, key: PrivateKey
) -> None:
    """The public key's fingerprints are known without the passphrase."""
    encrypt(copy(key_file, tmp_path / "id"))
    (found,) = key_search.find([tmp_path])
    assert (found.has_private, found.encrypted) == (True, True)
    assert (found.fingerprints, found.blob) == (key.public.fingerprints, key.public.blob)


@pytest.mark.parametrize("style", ["PEM", "PKCS8"])
def test_an_encrypted_pem_takes_its_public_key_from_its_neighbour(
    tmp_path: Path, key_file: Path, key: PrivateKey, style: str
) -> None:
    """Alone it is a key without fingerprints; next to a `.pub` it has those of the public key."""
    path = encrypt(copy(key_file, tmp_path / "id"), "-m", style)
    (alone,) = key_search.find([tmp_path])
    assert (alone.has_private, alone.encrypted, alone.fingerprints) == (True, True, ())
    assert not alone.is_by_name
    (tmp_path / "id.pub").write_text(key.public.line("mine"))
    found, public = key_search.find([tmp_path])
    assert (found.path, found.encrypted, found.comment) == (path, True, "mine")
    assert (found.is_by_name, public.is_by_name) == (True, False)
    assert found.fingerprints == public.fingerprints == key.public.fingerprints


def test_a_neighbour_that_is_no_public_key_is_not_believed(tmp_path: Path, key_file: Path) -> None:
    """A private key called `.pub` says nothing about the key next to it."""
    encrypt(copy(key_file, tmp_path / "id"), "-m", "PEM")
    shutil.copy(key_file, tmp_path / "id.pub")
    assert key_search.find([tmp_path])[0].fingerprints == ()
    (tmp_path / "id.pub").write_text("garbage")
    assert key_search.find([tmp_path])[0].fingerprints == ()


def test_everything_else_is_passed_over(tmp_path: Path, key_file: Path) -> None:
    """Pipes, sockets, directories, loops, big files, garbage and files we may not read."""
    shutil.copy(key_file, tmp_path / "key")
    os.mkfifo(tmp_path / "pipe")
    put_socket(tmp_path / "socket")
    (tmp_path / "subdirectory").mkdir()
    shutil.copy(key_file, tmp_path / "subdirectory" / "below")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "to zero").symlink_to("/dev/zero")
    (tmp_path / "empty").touch()
    (tmp_path / "garbage").write_bytes(bytes(range(256)))
    (tmp_path / "config").write_text("Host *\n  IdentityFile ~/.ssh/key\n")
    (tmp_path / "big").write_bytes(key_file.read_bytes() + b"\n" * 70_000)
    with (tmp_path / "huge").open("wb") as sparse:
        sparse.truncate(1 << 40)
    copy(key_file, tmp_path / ".lskeys-0123456789abcdef")
    assert names(tmp_path) == ["key"]
    (tmp_path / "big").write_bytes(key_file.read_bytes().ljust(keys.SIZE_LIMIT, b"\n"))
    assert names(tmp_path) == ["big", "key"]
    assert key_search.search([tmp_path]).unreadable == ()


def test_a_link_to_a_file_is_followed(tmp_path: Path, key_file: Path) -> None:
    """Keys are often linked into ~/.ssh; the name in the directory is what is reported."""
    (tmp_path / "link").symlink_to(key_file)
    assert names(tmp_path) == ["link"]


def test_a_directory_is_searched_once(tmp_path: Path, key_file: Path) -> None:
    """However it is spelled; a missing directory and a file are no error."""
    directory = tmp_path / "ssh"
    directory.mkdir()
    shutil.copy(key_file, directory / "key")
    (tmp_path / "link").symlink_to("ssh")
    spelled = [
        tmp_path / "missing",
        directory,
        directory / ".",
        tmp_path / "link",
        directory / "key",
    ]
    assert [each.path for each in key_search.find(spelled)] == [directory / "key"]


def test_the_order_is_directories_then_names(tmp_path: Path, key_file: Path) -> None:
    """As given, then by name, whatever order the disk has."""
    for name in ("b/2", "b/10", "a/z", "a/a"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        shutil.copy(key_file, path)
    found = key_search.find([tmp_path / "b", tmp_path / "a"])
    assert [str(each.path.relative_to(tmp_path)) for each in found] == ["b/10", "b/2", "a/a", "a/z"]


def test_names_that_are_no_text_are_found(tmp_path: Path, key_file: Path) -> None:
    """A name may be any bytes; on disks that take them they are kept as they are."""
    try:
        copy(key_file, tmp_path / os.fsdecode(b"\xff\xfe"))
    except OSError:
        pytest.skip("this computer wants names that are UTF-8")
    assert [os.fsencode(each) for each in names(tmp_path)] == [b"\xff\xfe"]


def test_reading_changes_nothing(tmp_path: Path, key_file: Path) -> None:
    """No file, mode or time of change differs afterwards."""
    shutil.copy(key_file, tmp_path / "key")
    before = {each: each.stat() for each in (tmp_path, tmp_path / "key")}
    key_search.find([tmp_path])
    key_reading.read(tmp_path / "key")
    for path, status in before.items():
        now = path.stat()
        assert (now.st_mode, now.st_mtime_ns, now.st_ctime_ns) == (
            status.st_mode,
            status.st_mtime_ns,
            status.st_ctime_ns,
        )


@contextmanager
def unprivileged() -> Iterator[None]:
    """Run the block as a user who is not root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(UNPRIVILEGED)
    try:
        yield
    finally:
        os.seteuid(user)


UNPRIVILEGED = 65534
UNREADABLE: dict[str, tuple[str, dict[str, int], str]] = {
    "own file": ("keys/locked", {"keys/locked": 0o000}, "chmod 600"),
    "own file that others can read": ("keys/locked", {"keys/locked": 0o044}, "chmod 600"),
    "own directory": ("keys", {"keys": 0o300}, "chmod 700"),
    "own directory that cannot be searched": ("keys/locked", {"keys": 0o400}, "ls -ld"),
    "below one that cannot be searched": ("keys", {".": 0o000}, "ls -ld"),
    "behind a link": ("keys/link", {"elsewhere": 0o000}, "ls -ld"),
}
"""What is met, the permissions by which it cannot be read, and the command that is given."""


@pytest.mark.fault("M3")
@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_we_may_not_read(kind: str, reachable: Path, key_file: Path) -> None:
    """A search continues and says so: it may hold any key. Named, it is a local error."""
    met, modes, command = UNREADABLE[kind]
    path = reachable / "mine" / met
    for directory in ("mine", "mine/keys", "mine/elsewhere"):
        (reachable / directory).mkdir()
    copy(key_file, reachable / "mine/keys/locked")
    if kind == "behind a link":
        copy(key_file, reachable / "mine/elsewhere/target")
        path.symlink_to(reachable / "mine/elsewhere/target")
    for each in (reachable / "mine", *(reachable / "mine").rglob("*")):
        if os.geteuid() == 0:
            os.chown(each, UNPRIVILEGED, UNPRIVILEGED, follow_symlinks=False)
    for name, mode in modes.items():
        (reachable / "mine" / name).chmod(mode)
    with unprivileged():
        found = key_search.search([reachable / "mine" / "keys"])
        if kind != "own directory":
            with pytest.raises(LocalError, match=f"^cannot read {path}: permission denied$"):
                key_reading.read(path)
    (unreadable,) = found.unreadable
    assert (unreadable.path, unreadable.reason) == (path, "permission denied")
    assert unreadable.is_directory is (path.name == "keys")
    assert unreadable.command == f"{command} {path}"
    assert [key.path.name for key in found.keys] == ["locked"] * (kind == "behind a link")
    for directory in ("mine", "mine/keys", "mine/elsewhere"):  # so that it can be removed
        (reachable / directory).chmod(0o700)


@pytest.mark.fault("M3")
def test_what_a_disk_does_not_read(tmp_path: Path) -> None:
    """Where permissions are right, they are not what is to be changed: the command shows them."""
    path = tmp_path / "broken"
    reason = put_unreadable(path)
    (unreadable,) = key_search.search([tmp_path]).unreadable
    assert unreadable == UnreadableFile(path, reason)
    assert unreadable.command == f"ls -ld {path}"


@pytest.mark.fault("M3")
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to have a file of another's")
def test_what_is_of_another(reachable: Path, key_file: Path) -> None:
    """Only its owner can make it readable; the command shows who that is."""
    reachable.chmod(0o755)
    path = copy(key_file, reachable / "locked")
    path.chmod(0o000)
    with unprivileged():
        (unreadable,) = key_search.search([reachable]).unreadable
    assert unreadable == UnreadableFile(path, "permission denied")
    assert unreadable.command == f"ls -ld {path}"


def test_a_key_is_nowhere_in_what_is_found(tmp_path: Path, key_file: Path) -> None:
    """No repr of what the search gives holds a word of the private key."""
    shutil.copy(key_file, tmp_path / "key")
    word = keys.read_private(key_file.read_bytes()).pem.reveal().split()[5].decode()
    assert word not in repr(key_search.find([tmp_path]))


def test_key_directories_are_surveyed(tmp_path: Path) -> None:
    """Permissions and names of all files, each directory once under whatever name."""
    directory = tmp_path / "keys"
    directory.mkdir()
    directory.chmod(0o1750)
    (directory / "web.pem").touch()
    (directory / "web.pem.pub").symlink_to("nowhere")
    (directory / "more").mkdir()
    (tmp_path / "link").symlink_to(directory)
    (tmp_path / "file").touch()
    searched = [directory, tmp_path / "gone", tmp_path / "link", tmp_path / "file"]
    inside = frozenset({"web.pem", "web.pem.pub", "more"})
    assert key_search.search(searched).directories == (DirectoryListing(directory, 0o1750, inside),)
