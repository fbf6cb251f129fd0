"""Saving private keys: 0600, whole or absent, never over another without confirmation."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from lskeys.errors import RefusedError
from lskeys.keys import PrivateKey
from lskeys.storage import key_directory, temporary
from lskeys.storage.key_destination import Saved
from tests.support.saved_keys import (
    ENVIRONMENT,
    NAME,
    PROGRAM,
    Saver,
    contents,
    reserved,
    save_key,
)

UNPRIVILEGED = 65534
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")


def expected(key: PrivateKey, name: str = NAME) -> dict[str, tuple[int, bytes]]:
    """What lies in a directory after a key was saved there."""
    line = key.public.line("web").encode() + b"\n"
    return {name: (0o600, key.pem.reveal()), f"{name}.pub": (0o644, line)}


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Another umask for a while."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def assert_refused_early(
    directory: Path, message: str, name: str = NAME, *, force: bool = False, fresh: bool = False
) -> None:
    """Refused with the reservation, before a key is requested, and by a dry run alike."""
    with (
        pytest.raises(RefusedError, match=message),
        reserved(directory, name, force=force, fresh=fresh),
    ):
        pytest.fail("it was reserved")
    with pytest.raises(RefusedError, match=message):
        key_directory.inspect(directory / name, force=force, fresh=fresh)


def test_a_key_is_saved_with_its_public_key(tmp_path: Path, key: PrivateKey) -> None:
    """Both files are complete, with their modes, nothing else is there; ssh-keygen derives it."""
    saved = save_key(tmp_path, key)
    public_path = tmp_path / f"{NAME}.pub"
    assert saved == Saved(path=tmp_path / NAME, outcome="saved")
    assert saved.public_path == public_path
    assert contents(tmp_path) == expected(key)
    derived = subprocess.run(
        ("ssh-keygen", "-y", "-f", saved.path), capture_output=True, check=True
    ).stdout
    assert public_path.read_bytes().split()[:2] == derived.split()[:2]


@root_only
@pytest.mark.parametrize("mask", [0o000, 0o077, 0o777])
def test_an_ordinary_user_can_save_under_any_umask(reachable: Path, save: Saver, mask: int) -> None:
    """Directories and files are usable though the umask takes the owner's own permissions."""
    home = _unprivileged_home(reachable)
    ran = save(home / "a" / "b", f"--user={UNPRIVILEGED}", f"--umask={mask:o}")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "saved\n", "")
    assert {name: mode for name, (mode, _) in contents(home / "a" / "b").items()} == {
        "k.pem": 0o600,
        "k.pem.pub": 0o644,
    }


def _unprivileged_home(reachable: Path) -> Path:
    home = reachable / "home"
    home.mkdir(0o700)
    os.chown(home, UNPRIVILEGED, UNPRIVILEGED)
    return home


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(("mode", "after"), [(0o600, 0o600), (0o644, 0o600), (0o400, 0o400)])
def test_the_same_key_is_left_as_it_is(
    tmp_path: Path, key: PrivateKey, *, mode: int, after: int, force: bool
) -> None:
    """Saving twice says "unchanged" and writes nothing; only permissions of others are removed."""
    files = (tmp_path / NAME, tmp_path / f"{NAME}.pub")
    save_key(tmp_path, key)
    files[0].chmod(mode)
    before = [(each.stat().st_ino, each.stat().st_mtime_ns) for each in files]
    assert save_key(tmp_path, key, force=force).outcome == "unchanged"
    assert [(each.stat().st_ino, each.stat().st_mtime_ns) for each in files] == before
    assert contents(tmp_path) == expected(key) | {NAME: (after, key.pem.reveal())}


def test_the_same_key_is_known_by_content(tmp_path: Path, key: PrivateKey) -> None:
    """In another format, PKCS#8 with CRLF, it is still the same key, and stays so."""
    path = tmp_path / NAME
    path.write_bytes(key.pem.reveal())
    other_format = subprocess.run(
        ("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", path), capture_output=True, check=True
    ).stdout.replace(b"\n", b"\r\n")
    path.write_bytes(other_format)
    assert save_key(tmp_path, key).outcome == "unchanged"
    assert path.read_bytes() == other_format


def test_force_replaces_and_keeps_the_old_files(
    tmp_path: Path, key: PrivateKey, other: PrivateKey
) -> None:
    """Old and new are both there afterwards, the old ones under the time of the change."""
    save_key(tmp_path, other)
    saved = save_key(tmp_path, key, force=True)
    old, old_public = expected(other).values()
    kept = tmp_path / f"{NAME}.old-20260704T120000Z"
    public_kept = tmp_path / f"{NAME}.pub.old-20260704T120000Z"
    assert (saved.outcome, saved.kept, saved.public_kept) == ("replaced", kept, public_kept)
    assert contents(tmp_path) == expected(key) | {kept.name: old, public_kept.name: old_public}


def test_two_changes_in_one_second_keep_both(
    tmp_path: Path, key: PrivateKey, other: PrivateKey
) -> None:
    """A name for an old file that is taken is not taken away."""
    (tmp_path / NAME).write_bytes(b"first")
    save_key(tmp_path, other, force=True)
    save_key(tmp_path, key, force=True)
    stamp = "old-20260704T120000Z"
    assert (tmp_path / f"{NAME}.{stamp}").read_bytes() == b"first"
    assert (tmp_path / f"{NAME}.{stamp}-2").read_bytes() == other.pem.reveal()
    assert (tmp_path / NAME).read_bytes() == key.pem.reveal()


def test_a_private_key_is_no_public_key(tmp_path: Path, key: PrivateKey) -> None:
    """A private key is not accepted as a `.pub`, not even that of the same key."""
    (tmp_path / f"{NAME}.pub").write_bytes(key.pem.reveal())
    with pytest.raises(RefusedError, match=r"\.pub holds"):
        save_key(tmp_path, key)


def test_a_private_key_called_pub_is_closed_and_replaced_when_forced(
    tmp_path: Path, key: PrivateKey
) -> None:
    """It is kept, no longer readable by others, and the public key takes its place."""
    (tmp_path / f"{NAME}.pub").write_bytes(key.pem.reveal())
    (tmp_path / f"{NAME}.pub").chmod(0o644)
    kept = save_key(tmp_path, key, force=True).public_kept
    assert kept is not None
    assert contents(tmp_path) == expected(key) | {kept.name: (0o600, key.pem.reveal())}


@pytest.mark.parametrize("suffix", ["", ".pub"])
@pytest.mark.parametrize("content", [b"", b"garbage", b"x" * 70_000])
def test_a_file_that_is_no_key_is_refused_early(
    tmp_path: Path, content: bytes, suffix: str
) -> None:
    """No key could ever be the same as that: the refusal comes with the reservation."""
    (tmp_path / f"{NAME}{suffix}").write_bytes(content)
    assert_refused_early(tmp_path, "is there already: ")
    assert (tmp_path / f"{NAME}{suffix}").read_bytes() == content


def test_an_encrypted_pem_is_refused_early(tmp_path: Path, key_file: Path) -> None:
    """It does not show whether it is the same key; --force alone would replace it."""
    path = tmp_path / NAME
    shutil.copy(key_file, path)
    path.chmod(0o600)
    words = ("ssh-keygen", "-q", "-p", "-m", "PEM", "-N", "a passphrase", "-f", path)
    subprocess.run(words, check=True, capture_output=True)
    before = path.read_bytes()
    assert_refused_early(tmp_path, "an encrypted key, which does not show whether")
    assert path.read_bytes() == before


def test_keys_that_do_not_belong_together_are_refused_early(
    tmp_path: Path, key: PrivateKey, other: PrivateKey
) -> None:
    """No key could fit both files that are there."""
    (tmp_path / NAME).write_bytes(key.pem.reveal())
    (tmp_path / f"{NAME}.pub").write_text(other.public.line())
    assert_refused_early(tmp_path, r"\.pub holds another key")


def test_what_is_there_is_known_before_a_key_is_requested(
    tmp_path: Path, key: PrivateKey, other: PrivateKey
) -> None:
    """A command can compare it with AWS's fingerprint first."""
    save_key(tmp_path, other)
    with reserved(tmp_path) as destination:
        assert destination.existing is not None
        assert destination.existing.material is not None
        assert destination.existing.material.fingerprints == other.fingerprints
        assert (destination.existing.path, destination.existing.mode) == (tmp_path / NAME, 0o600)
    with reserved(tmp_path, "new.pem") as destination:
        assert destination.existing is None
    assert key.fingerprints != other.fingerprints


@pytest.fixture
def vault(tmp_path: Path, key: PrivateKey) -> Path:
    """A directory with the key and its `.pub`, to which both names in `keys` are links."""
    for name in ("vault", "keys"):
        (tmp_path / name).mkdir(0o700)
    save_key(tmp_path / "vault", key)
    for name in (NAME, f"{NAME}.pub"):
        (tmp_path / "keys" / name).symlink_to(f"../vault/{name}")
    return tmp_path / "vault"


@pytest.mark.parametrize("force", [False, True])
def test_links_to_the_same_key_are_unchanged(vault: Path, key: PrivateKey, *, force: bool) -> None:
    """A symlinked key, as of dotfiles, is the same key; its permissions are fixed there."""
    (vault / NAME).chmod(0o644)
    assert save_key(vault.parent / "keys", key, force=force).outcome == "unchanged"
    assert contents(vault) == expected(key)
    assert all(each.is_symlink() for each in (vault.parent / "keys").iterdir())


def test_links_to_where_others_could_swap_the_key(vault: Path, key: PrivateKey) -> None:
    """The same key today is not theirs to keep: it is refused as a key directory there would be."""
    vault.chmod(0o777)
    with pytest.raises(RefusedError, match="others may write in"):
        save_key(vault.parent / "keys", key)


@pytest.mark.parametrize("force", [False, True])
def test_links_to_another_key_are_left(
    vault: Path, key: PrivateKey, other: PrivateKey, *, force: bool
) -> None:
    """Nothing is written through a link, nor in its place."""
    with pytest.raises(RefusedError, match="is a symbolic link, and nothing is written through"):
        save_key(vault.parent / "keys", other, force=force)
    assert_refused_early(vault.parent / "keys", "is a symbolic link", force=force, fresh=True)
    assert contents(vault) == expected(key)
    assert all(each.is_symlink() for each in (vault.parent / "keys").iterdir())


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt, SystemExit])
def test_without_a_save_nothing_stays(tmp_path: Path, error: type[BaseException] | None) -> None:
    """However a reservation ends, its temporary files are removed, and nothing else is."""
    (tmp_path / "mine").write_bytes(b"mine")
    with key_directory.open_key_directory(tmp_path) as held:
        with suppress(*filter(None, [error])), held.reserve(NAME, force=False):
            assert len(list(tmp_path.iterdir())) == 3
            if error:
                raise error
        assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"mine"]


def test_temporary_files_are_private_and_have_their_space(tmp_path: Path) -> None:
    """They are 0600 though the umask would let all in, and their blocks are taken."""
    with umask(0), reserved(tmp_path):
        found = [each.stat() for each in tmp_path.iterdir()]
        assert [stat.S_IMODE(each.st_mode) for each in found] == [0o600, 0o600]
        assert sorted(each.st_blocks * 512 for each in found) == [4096, 16384]
        assert all(len(each.name) <= 30 for each in tmp_path.iterdir())


@pytest.mark.parametrize("mode", [0o600, 0o666])
def test_a_file_is_no_directory(tmp_path: Path, key: PrivateKey, mode: int) -> None:
    """Neither the destination nor a parent of it; as with /dev/null, its mode is no one's error."""
    (tmp_path / "file").touch()
    (tmp_path / "file").chmod(mode)
    for path in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "file" / "a" / "b"):
        with pytest.raises(RefusedError, match="file is not a directory"):
            save_key(path, key)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "/etc/passwd", "a\0b", "a\nb", "a\x1b[2J", "a\u202eb", "\udcff"]
)
def test_a_name_that_chooses_a_path_or_hides_is_refused(tmp_path: Path, name: str) -> None:
    """A name from a response stays inside the directory and looks like what it is."""
    with pytest.raises(RefusedError, match="is no file name"), reserved(tmp_path, name):
        pytest.fail("it was reserved")
    assert contents(tmp_path) == {}


def test_the_longest_name_is_saved_and_a_longer_one_refused(
    tmp_path: Path, key: PrivateKey, other: PrivateKey
) -> None:
    """255 bytes with `.pub` fit; one more, also in a longer letter, is refused."""
    longest = "k" * 251
    save_key(tmp_path, key, name=longest)
    assert contents(tmp_path) == expected(key, longest)
    assert save_key(tmp_path, key, name=longest).outcome == "unchanged"
    with pytest.raises(RefusedError, match="too long"):
        save_key(tmp_path, key, name=longest + "k")
    with pytest.raises(RefusedError, match="too long"):
        save_key(tmp_path, key, name=longest[:-1] + "\N{LATIN SMALL LETTER E WITH ACUTE}")
    with pytest.raises(RefusedError, match="too long"):  # the old file could not be kept
        save_key(tmp_path, other, name=longest, force=True)
    assert contents(tmp_path) == expected(key, longest)


@pytest.mark.parametrize("lies_there", ["", ".pub"])
def test_the_longest_name_that_can_be_kept(
    tmp_path: Path, key: PrivateKey, lies_there: str
) -> None:
    """With force, a name is refused whose old file could not be kept, whichever of the two."""
    longest = "k" * 251
    (tmp_path / f"{longest}{lies_there}").write_bytes(b"old")
    assert_refused_early(tmp_path, "too long", longest, force=True)
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]
    (tmp_path / f"{longest}{lies_there}").unlink()
    save_key(tmp_path, key, name=longest, force=True)  # nothing is there that would have to be kept
    assert contents(tmp_path) == expected(key, longest)


def test_a_name_whose_old_file_can_just_be_kept(
    tmp_path: Path, key: PrivateKey, other: PrivateKey
) -> None:
    """`NAME.pub.old-TIME-99` has to fit: 255 bytes do, and one more is refused with force."""
    longest = "k" * (255 - len(".pub.old-20260704T120000Z-99"))
    save_key(tmp_path, other, name=longest)
    assert save_key(tmp_path, key, name=longest, force=True).outcome == "replaced"
    save_key(tmp_path, other, name=longest + "k")
    with pytest.raises(RefusedError, match="too long"):
        save_key(tmp_path, key, name=longest + "k", force=True)


@pytest.mark.parametrize("name", ["", "..", "a\nb"])
def test_a_look_refuses_what_is_no_name_where_no_directory_is(tmp_path: Path, name: str) -> None:
    """A dry run says of a name what saving would say, also before the directory is made."""
    with pytest.raises(RefusedError, match="no file name"):
        key_directory.inspect(tmp_path / "missing" / name if name else Path("/"))


@pytest.mark.parametrize(("options", "seconds"), [({}, 60), ({"wait": 3}, 3)])
def test_another_lskeys_is_waited_for(
    tmp_path: Path, options: dict[str, Any], seconds: float
) -> None:
    """The wait is bounded, by a minute unless something else is wanted; the error says what to do.

    A minute is the default time limit of a request, too.
    """
    naps: list[float] = []
    with (
        key_directory.open_key_directory(tmp_path),
        pytest.raises(RefusedError, match="another lskeys is writing in") as refusal,
        key_directory.open_key_directory(tmp_path, sleep=naps.append, **options),
    ):
        pytest.fail("both hold it")
    assert sum(naps) == pytest.approx(seconds)
    assert refusal.value.hint == "wait until it is done, then try again"


def test_the_wait_ends_when_the_other_is_done(tmp_path: Path, key: PrivateKey) -> None:
    """The lock leaves nothing behind and the next one does its work."""
    holder = key_directory.open_key_directory(tmp_path)
    holder.__enter__()

    def release(_seconds: float) -> None:
        holder.__exit__(None, None, None)

    with (
        key_directory.open_key_directory(tmp_path, sleep=release) as held,
        held.reserve(NAME, force=False) as reservation,
    ):
        reservation.save(key, comment="web")
    assert contents(tmp_path) == expected(key)


@contextmanager
def _inside(directory: Path, key_file: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds a directory and has a place in it reserved; it ends by a kill."""
    command = (sys.executable, PROGRAM, key_file, directory, "--stop-inside")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "inside\n"
            yield process
        finally:
            process.kill()


def test_a_killed_holder_holds_no_longer(tmp_path: Path, key_file: Path, key: PrivateKey) -> None:
    """SIGKILL frees the directory and leaves 0600 files that are named as leftovers."""
    with _inside(tmp_path, key_file):
        assert temporary.leftovers(tmp_path) == ()  # in use, not left over
    left = temporary.leftovers(tmp_path)
    assert [each.name.startswith(".lskeys-") for each in left] == [True, True]
    assert {stat.S_IMODE(each.stat().st_mode) for each in left} == {0o600}
    assert save_key(tmp_path, key).outcome == "saved"
    assert temporary.leftovers(tmp_path) == left


def test_leftovers_are_files_only(tmp_path: Path) -> None:
    """Links, directories and pipes of such a name are none, and a missing directory has none."""
    (tmp_path / ".lskeys-directory").mkdir()
    (tmp_path / ".lskeys-link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / ".lskeys-pipe")
    (tmp_path / ".lskeys-0").touch()
    assert temporary.leftovers(tmp_path) == (tmp_path / ".lskeys-0",)
    assert temporary.leftovers(tmp_path / "missing") == ()


def test_inspecting_makes_and_changes_nothing(tmp_path: Path, key: PrivateKey) -> None:
    """A dry run learns what is there, also where the directory is missing."""
    assert key_directory.inspect(tmp_path / "missing" / NAME) is None
    nothing = key_directory.inspect(tmp_path / NAME)
    assert nothing is not None
    assert (nothing.existing, nothing.existing_public) == (None, None)
    assert contents(tmp_path) == {}
    save_key(tmp_path, key)
    (tmp_path / NAME).chmod(0o644)
    destination = key_directory.inspect(tmp_path / NAME)
    assert destination is not None
    found, public = destination.existing, destination.existing_public
    assert found is not None
    assert public is not None
    assert public.path == tmp_path / f"{NAME}.pub"
    assert found.material is not None
    assert (found.mode, found.material.fingerprints) == (0o644, key.fingerprints)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o644


def test_a_secret_has_no_repr_on_its_way(tmp_path: Path, key: PrivateKey) -> None:
    """No value of the key store shows the key when printed."""
    with (
        key_directory.open_key_directory(tmp_path) as held,
        held.reserve(NAME, force=False) as destination,
    ):
        shown = repr((held, destination, destination.save(key)))
    shown += repr(key_directory.inspect(tmp_path / NAME))
    assert key.pem.reveal().splitlines()[1].decode() not in shown
