"""Saving a key on disks that lack something: hard links, locks, early allocation."""

import platform
import stat
import struct
from collections.abc import Iterable
from pathlib import Path

import pytest

from lskeys.keys import PrivateKey
from tests.support.saved_keys import Saver
from tests.support.tracing import needs_strace, strace, watch

pytestmark = needs_strace
NO_LINKS = "--inject=linkat:error=EPERM"


def poor(tmp_path: Path, *injections: str) -> tuple[str, ...]:
    """A disk on which these calls always fail."""
    names = {each.split("=")[1].split(":")[0] for each in injections}
    return strace(
        tmp_path / "log", "--seccomp-bpf", f"--trace={','.join(sorted(names))}", *injections
    )


def modes(directory: Path) -> dict[str, int]:
    """Mode of every file, by name."""
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in sorted(directory.iterdir())}


def put(directory: Path, key: PrivateKey) -> None:
    """A directory with a private key in it."""
    directory.mkdir(0o700)
    (directory / "k.pem").touch(0o600)
    (directory / "k.pem").write_bytes(key.pem.reveal())


def texts(directory: Path) -> Iterable[bytes]:
    """What the files hold."""
    return [each.read_bytes() for each in sorted(directory.iterdir())]


@pytest.mark.parametrize("error", ["EPERM", "EOPNOTSUPP", "EMLINK"])
def test_without_hard_links_the_key_is_saved(
    tmp_path: Path, save: Saver, small: PrivateKey, error: str
) -> None:
    """It is created exclusively under its own name, with its mode, and no twin stays."""
    directory = tmp_path / "out"
    ran = save(directory, before=poor(tmp_path, f"--inject=linkat:error={error}"))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "saved\n", "")
    assert modes(directory) == {"k.pem": 0o600, "k.pem.pub": 0o644}
    assert (directory / "k.pem").read_bytes() == small.pem.reveal()


def test_without_hard_links_nothing_is_overwritten(
    tmp_path: Path, save: Saver, other: PrivateKey
) -> None:
    """Another key is refused there as anywhere."""
    put(tmp_path / "out", other)
    ran = save(tmp_path / "out", before=poor(tmp_path, NO_LINKS))
    assert (ran.returncode, ran.stdout) == (5, "")
    assert texts(tmp_path / "out") == [other.pem.reveal()]


def test_without_hard_links_force_keeps_a_copy(
    tmp_path: Path, save: Saver, small: PrivateKey, other: PrivateKey
) -> None:
    """The old key is copied beside, 0600, before the new one takes its name."""
    put(tmp_path / "out", other)
    ran = save(tmp_path / "out", "--force", before=poor(tmp_path, NO_LINKS))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "replaced\n", "")
    name, old, public = sorted(each.name for each in (tmp_path / "out").iterdir())
    assert (name, public) == ("k.pem", "k.pem.pub")
    assert old.startswith("k.pem.old-")
    assert modes(tmp_path / "out")[old] == 0o600
    assert (tmp_path / "out" / old).read_bytes() == other.pem.reveal()
    assert (tmp_path / "out" / name).read_bytes() == small.pem.reveal()


@pytest.mark.parametrize("error", ["ENOSYS", "EINVAL", "EOPNOTSUPP"])
def test_without_exchange_force_keeps_the_old_key(
    tmp_path: Path, save: Saver, small: PrivateKey, other: PrivateKey, error: str
) -> None:
    """Where two names cannot be swapped, the new key takes the name in one step all the same."""
    put(tmp_path / "out", other)
    ran = save(
        tmp_path / "out", "--force", before=poor(tmp_path, f"--inject=renameat2:error={error}")
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "replaced\n", "")
    name, old, _ = sorted(each.name for each in (tmp_path / "out").iterdir())
    assert (tmp_path / "out" / old).read_bytes() == other.pem.reveal()
    assert (tmp_path / "out" / name).read_bytes() == small.pem.reveal()


def test_without_hard_links_a_file_too_big_to_copy_is_not_replaced(
    tmp_path: Path, save: Saver
) -> None:
    """It could only be kept in part, so it stays."""
    directory = tmp_path / "out"
    directory.mkdir(0o700)
    (directory / "k.pem").write_bytes(b"x" * 100_000)
    ran = save(directory, "--force", before=poor(tmp_path, NO_LINKS))
    assert (ran.returncode, ran.stdout) == (9, "")
    assert ran.stderr == f"{directory / 'k.pem'} is too big to be kept next to it\n"
    assert texts(directory) == [b"x" * 100_000]


def test_without_hard_links_a_failed_write_leaves_no_half(tmp_path: Path, save: Saver) -> None:
    """What was begun under the key's own name is taken away again."""
    directory = tmp_path / "out"
    second_write = "--inject=pwrite64:error=ENOSPC:when=2"
    ran = save(directory, before=poor(tmp_path, NO_LINKS, second_write))
    assert (ran.returncode, ran.stdout) == (9, "")
    assert ran.stderr == f"cannot write {directory / 'k.pem'}: no space left on device\n"
    assert modes(directory) == {}


@pytest.mark.parametrize("error", ["ENOLCK", "EOPNOTSUPP", "EBADF", "ENOSYS"])
def test_without_locks_the_key_is_saved(tmp_path: Path, save: Saver, error: str) -> None:
    """Network disks that know no locks keep nobody from saving."""
    ran = save(tmp_path, before=poor(tmp_path, f"--inject=flock:error={error}"))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "saved\n", "")


def test_without_locks_forty_processes_save_one_key_once(tmp_path: Path, save: Saver) -> None:
    """The exclusive link alone keeps them from overwriting each other."""
    directory = tmp_path / "out"
    locks = "--inject=flock:error=ENOLCK"
    ran = save(directory, "--together=40", before=poor(tmp_path, locks))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert sorted(ran.stdout.split()) == ["saved"] + ["unchanged"] * 39
    assert modes(directory) == {"k.pem": 0o600, "k.pem.pub": 0o644}


@pytest.mark.parametrize("error", ["EOPNOTSUPP", "EINVAL"])
def test_without_early_allocation_the_space_is_written(
    tmp_path: Path, save: Saver, small: PrivateKey, error: str
) -> None:
    """Zeros take it, flushed; the key is whole afterwards and no longer than it is."""
    ran = save(tmp_path / "out", before=poor(tmp_path, f"--inject=fallocate:error={error}"))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "saved\n", "")
    assert (tmp_path / "out" / "k.pem").read_bytes() == small.pem.reveal()


@pytest.mark.parametrize("error", ["ENOSPC", "EDQUOT", "EIO"])
def test_a_disk_that_refuses_space_is_believed(tmp_path: Path, save: Saver, error: str) -> None:
    """It is not tried by writing whether there is some after all: AWS is not asked."""
    ran = save(tmp_path / "out", before=poor(tmp_path, f"--inject=fallocate:error={error}"))
    assert ran.returncode == 9
    assert ran.stderr.startswith(f"cannot write in {tmp_path / 'out'}: ")


def test_space_that_can_only_be_taken_by_writing_is_taken(tmp_path: Path, save: Saver) -> None:
    """A disk that fills at that moment is met before AWS is asked."""
    words = ("--inject=fallocate:error=EINVAL", "--inject=pwrite64:error=ENOSPC:when=1")
    ran = save(tmp_path / "out", before=poor(tmp_path, *words))
    assert ran.returncode == 9
    assert ran.stderr == f"cannot write in {tmp_path / 'out'}: no space left on device\n"


@pytest.mark.parametrize(
    "injection", ["error=EINVAL", f"retval=0:poke_exit=@arg2={bytes(120).hex()}"]
)
def test_a_disk_that_does_not_say_how_long_a_name_may_be(
    tmp_path: Path, save: Saver, injection: str
) -> None:
    """Whether it fails to tell or says 0, as some do, 255 bytes with `.pub` may be saved."""
    injected = f"--inject=fstatfs:{injection}"
    ran = save(tmp_path / "out", before=poor(tmp_path, injected))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "saved\n", "")
    if "(INJECTED" not in (tmp_path / "log").read_text():
        pytest.skip("this C library asks no disk")
    ran = save(tmp_path / "out", f"--name={'k' * 252}", before=poor(tmp_path, injected))
    assert ran.returncode == 5  # the 256 bytes with .pub are more than most disks take


def test_a_disk_that_fills_between_does_not_lose_what_is_saved(
    tmp_path: Path, save: Saver, small: PrivateKey
) -> None:
    """If only the public key fails, the message says that the private key is there."""
    directory = tmp_path / "out"
    second_write = "--inject=pwrite64:error=ENOSPC:when=2"
    ran = save(directory, before=poor(tmp_path, second_write))
    private, public = directory / "k.pem", directory / "k.pem.pub"
    assert ran.returncode == 9
    assert ran.stderr == (
        f"{private} is saved, but its public key {public} is not: no space left on device\n"
    )
    assert texts(directory) == [small.pem.reveal()]


def test_a_key_that_does_not_read_back_is_reported(tmp_path: Path, save: Saver) -> None:
    """If the disk returns something else, there is no success and a warning not to rely on it."""
    directory = tmp_path / "out"
    words = ("--inject=ftruncate:retval=0:when=1",)  # the reserved zeros stay behind the key
    ran = save(directory, before=poor(tmp_path, *words))
    assert (ran.returncode, ran.stdout) == (9, "")
    assert ran.stderr == f"{directory / 'k.pem'} does not read back as it was written\n"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="knows that machine's struct stat")
@pytest.mark.parametrize(
    ("descriptor", "message"),
    [
        ("the draft", "the disk of {directory} cannot keep a file private"),
        ("the saved file", "{directory}/k.pem does not read back as it was written"),
    ],
)
def test_a_disk_that_opens_files_to_others_is_reported(
    tmp_path: Path, save: Saver, descriptor: str, message: str
) -> None:
    """Whether it shows before AWS is asked or at the end: no success, and no draft stays."""
    trace = watch(save, tmp_path / "watched", tmp_path / "log")
    opened = [at for at, each in enumerate(trace) if each.name == "openat"]
    first = next(at for at in opened if "O_CREAT" in trace[at].arguments)
    last = next(at for at in opened if '"k.pem"' in trace[at].arguments)
    after = trace[first if descriptor == "the draft" else last :]
    call = next(each for each in after if "stat" in each.name and "st_mode" in each.arguments)
    argument = 3 if call.name == "newfstatat" else 2
    device_inode_links_mode = struct.pack("<QQQI", 1, 1, 1, stat.S_IFREG | 0o644).hex()
    poke = f"poke_exit=@arg{argument}={device_inode_links_mode}"
    directory = tmp_path / "out"
    ran = save(directory, before=poor(tmp_path, f"--inject={call.name}:{poke}:when={call.number}"))
    assert (ran.returncode, ran.stdout) == (9, "")
    assert ran.stderr == message.format(directory=directory) + "\n"
    assert not [each for each in directory.iterdir() if each.name.startswith(".")]
