"""More than one person on the machine: others cannot swap, hold or pass for the user's files."""

import fcntl
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lskeys.errors import LocalError, RefusedError
from lskeys.keys import PrivateKey
from lskeys.storage import key_directory
from lskeys.storage.cache import CacheDirectory
from lskeys.storage.ownership import home_of_ssh
from tests.support.people import ANA, MALLORY, chown, needs_root
from tests.support.saved_keys import ENVIRONMENT, NAME, Saver, save_key

UID_MAP = Path("/proc/self/uid_map")


def made(path: Path, mode: int, owner: int | None = None) -> Path:
    """A directory with these permission bits, perhaps of another user."""
    path.mkdir()
    path.chmod(mode)
    return path if owner is None else chown(path, owner)


Shape = Callable[[Path], Path]
"""Makes directories below one, and gives the path that keys are saved in."""

UNSAFE: dict[str, tuple[Shape, str]] = {
    "of others": (lambda root: made(root / "a", 0o755, MALLORY), "belongs to the user 12346"),
    "of others, sticky": (
        lambda root: made(root / "a", 0o1777, MALLORY),
        "belongs to the user 12346",
    ),
    "below one of others": (
        lambda root: made(made(root / "a", 0o755, MALLORY) / "b", 0o700),
        "belongs to the user 12346",
    ),
    "below one where all may write": (
        lambda root: made(made(root / "a", 0o777) / "b", 0o700),
        "others may write in",
    ),
    "two below one where all may write": (
        lambda root: made(made(made(root / "a", 0o777) / "b", 0o755) / "c", 0o700),
        "others may write in",
    ),
    "below one of a group's": (
        lambda root: grouped(made(root / "a", 0o775)) / "b",
        "others may write in",
    ),
    "by a link in one where all may write": (
        lambda root: linked(made(root / "a", 0o777) / "b", made(root / "real", 0o700)),
        "others may write in",
    ),
    "by a link of others in a sticky one": (
        lambda root: chown(
            linked(made(root / "a", 0o1777) / "b", made(root / "real", 0o700)), MALLORY
        ),
        "belongs to the user 12346",
    ),
    "by a link to one of others": (
        lambda root: linked(root / "a", made(root / "real", 0o755, MALLORY)),
        "belongs to the user 12346",
    ),
    "by way of one of others": (
        lambda root: made(root / "a", 0o755, MALLORY) / ".." / "b",
        "belongs to the user 12346",
    ),
}

SAFE: dict[str, Shape] = {
    "one's own": lambda root: made(root / "a", 0o700),
    "one's own that all may read": lambda root: made(root / "a", 0o755),
    "in a sticky one": lambda root: made(made(root / "a", 0o1777) / "b", 0o700),
    "by a link of one's own": lambda root: linked(root / "a", made(root / "real", 0o700)),
    "by a relative link": lambda root: linked(
        root / "a", made(root / "real", 0o700).relative_to(root)
    ),
    "missing": lambda root: root / "a" / "b",
    "missing in one of one's own group": lambda root: made(root / "a", 0o775) / "b",
}


def grouped(path: Path) -> Path:
    """A directory that belongs to a group in which others may be."""
    if os.geteuid():
        pytest.skip("needs root, to be several people")
    os.chown(path, -1, MALLORY)
    return path


def linked(link: Path, target: Path) -> Path:
    """A symbolic link."""
    link.symlink_to(target)
    return link


@pytest.mark.parametrize("shape", UNSAFE)
def test_where_others_could_swap_files(tmp_path: Path, key: PrivateKey, shape: str) -> None:
    """Neither saved, looked at nor cached in, and nothing is made on the way there."""
    build, message = UNSAFE[shape]
    path = build(tmp_path)
    before = {*tmp_path.rglob("*")}
    with pytest.raises(RefusedError, match=message) as refusal:
        save_key(path, key)
    assert refusal.value.hint
    with pytest.raises(RefusedError, match=message):
        key_directory.inspect(path / NAME)
    assert not CacheDirectory(path).write("names", b"")
    assert {*tmp_path.rglob("*")} == before


@pytest.mark.parametrize("shape", SAFE)
def test_where_no_one_else_could(tmp_path: Path, key: PrivateKey, shape: str) -> None:
    """Saved, whoever may read the directory."""
    path = SAFE[shape](tmp_path)
    assert save_key(path, key).outcome == "saved"
    assert (path / NAME).read_bytes() == key.pem.reveal()
    cache = CacheDirectory(path)
    assert cache.read("names") is None
    assert cache.write("names", b"text")
    assert cache.read("names") == b"text"


@pytest.mark.parametrize("suffix", ["", ".pub"])
def test_a_file_of_another_user_is_never_the_same(
    tmp_path: Path, key: PrivateKey, suffix: str
) -> None:
    """It may hold another key tomorrow: it stays or, if forced, is moved and kept."""
    save_key(tmp_path, key)
    path = chown(tmp_path / f"{NAME}{suffix}", MALLORY)
    with pytest.raises(RefusedError, match="belongs to the user 12346"):
        save_key(tmp_path, key)
    saved = save_key(tmp_path, key, force=True)
    assert path.stat().st_uid == os.geteuid()
    kept = saved.public_kept if suffix else saved.kept
    assert kept is not None
    assert kept.stat().st_uid == MALLORY


@pytest.mark.parametrize("spoil", ["owner", "mode", "pipe", "link"])
def test_a_cache_that_others_could_have_written(tmp_path: Path, spoil: str) -> None:
    """It is neither read nor waited for, and the next one takes its place."""
    cache = CacheDirectory(tmp_path)
    cache.write("names", b"text")
    assert cache.read("names") == b"text"
    path = tmp_path / "names"
    if spoil == "owner":
        chown(path, MALLORY)
    if spoil == "mode":
        path.chmod(0o666)
    if spoil in {"pipe", "link"}:
        path.unlink()
    if spoil == "pipe":
        os.mkfifo(path)
    if spoil == "link":
        path.symlink_to("/dev/zero")
    assert cache.read("names") is None
    assert cache.write("names", b"again")
    assert cache.read("names") == b"again"


def test_a_lock_that_others_could_take(
    tmp_path: Path, key: PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory that others may open can be locked by them, and is not what is waited for."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    shared = made(tmp_path / "shared", 0o755)
    descriptor = os.open(shared, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        assert save_key(shared, key).outcome == "saved"
    finally:
        os.close(descriptor)
    with (
        key_directory.open_key_directory(shared),
        pytest.raises(RefusedError, match="another lskeys is writing in"),
    ):
        save_key(shared, key)
    [file] = (tmp_path / ".local" / "state" / "lskeys" / "locks").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_place_for_a_lock(
    tmp_path: Path, key: PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no file can be locked, a key is saved all the same."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file" / "state"))
    (tmp_path / "file").touch()
    assert save_key(made(tmp_path / "shared", 0o755), key).outcome == "saved"


def test_a_directory_like_tmp(reachable: Path, key: PrivateKey) -> None:
    """All may write there, and nobody may swap what is another's."""
    assert save_key(made(reachable / "tmp", 0o1777), key).outcome == "saved"


def test_links_in_a_circle(tmp_path: Path, key: PrivateKey) -> None:
    """They lead nowhere, and are followed no longer than the system does."""
    (tmp_path / "one").symlink_to("other")
    (tmp_path / "other").symlink_to("one")
    with pytest.raises(LocalError, match="too many levels of symbolic links"):
        save_key(tmp_path / "one" / "keys", key)


def test_the_home_of_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is where ssh itself looks for what it knows, whatever HOME says."""
    monkeypatch.setenv("HOME", str(tmp_path))
    said = subprocess.run(
        ("ssh", "-F", "none", "-G", "localhost"), capture_output=True, text=True, check=True
    ).stdout
    [known] = [line for line in said.splitlines() if line.startswith("userknownhostsfile ")]
    assert known.split()[1] == f"{home_of_ssh()}/.ssh/known_hosts"


def test_a_home_that_is_missing(
    tmp_path: Path, key: PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It belongs to nobody, so nothing is given to its owner."""
    monkeypatch.setenv("HOME", str(tmp_path / "missing"))
    assert save_key(made(tmp_path / "keys", 0o700), key).outcome == "saved"


@needs_root
@pytest.mark.skipif(
    not UID_MAP.exists() or UID_MAP.read_text().split() != ["0", "0", "4294967295"],
    reason="in a user namespace, root of the system may have that number",
)
def test_a_directory_of_the_overflow_user(reachable: Path, key: PrivateKey) -> None:
    """The number that stands for users who are not mapped is another user's where all are."""
    number = int(Path("/proc/sys/kernel/overflowuid").read_text())
    with pytest.raises(RefusedError, match="belongs to"):
        save_key(made(reachable / "theirs", 0o755, number), key)


@needs_root
@pytest.mark.parametrize("below", ["", "made/here"])
def test_what_root_makes_in_another_home(
    reachable: Path, save: Saver, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    """Under a sudo that keeps HOME, files and directories belong to the home's owner."""
    home = made(reachable / "ana", 0o755, ANA)
    monkeypatch.setitem(ENVIRONMENT, "HOME", str(home))
    ran = save(home / below)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "saved\n", "")
    assert {each.stat().st_uid for each in home.rglob("*")} == {ANA}
