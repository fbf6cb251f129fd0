"""Saving a key on disks that lack something: hard links, locks, early allocation."""

import platform
import stat
import struct
from pathlib import Path

import pytest

from lskeys.keys import PrivateKey
from tests.support.saved_keys import Ran, Saver, contents, put_key
from tests.support.tracing import needs_strace, strace, watch

pytestmark = needs_strace
NO_LINKS = "--inject=linkat:error=EPERM"


def poor(tmp_path: Path, *injections: str) -> tuple[str, ...]:
    """A disk on which these calls always fail."""
    names = {each.split("=")[1].split(":")[0] for each in injections}
    return strace(
        tmp_path / "log", "--seccomp-bpf", f"--trace={','.join(sorted(names))}", *injections
    )


SAVED = (0, "saved\n", "")
REPLACED = (0, "replaced\n", "")


def ended(ran: Ran) -> tuple[int, str, str]:
    """How a run ended, and what it printed."""
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.parametrize(
    ("call", "error"),
    [
        *(("linkat", error) for error in ("EPERM", "EOPNOTSUPP", "EMLINK")),
        *(("fallocate", error) for error in ("EOPNOTSUPP", "EINVAL")),
        *(("flock", error) for error in ("ENOLCK", "EOPNOTSUPP", "EBADF", "ENOSYS")),
    ],
)
def test_a_call_that_a_disk_does_not_have(
    tmp_path: Path, save: Saver, small: PrivateKey, call: str, error: str
) -> None:
    """Without hard links, early allocation or locks the key is saved all the same.

    It is whole and no longer than it is, with its mode, and no other file stays.
    """
    directory = tmp_path / "out"
    ran = save(directory, before=poor(tmp_path, f"--inject={call}:error={error}"))
    assert ended(ran) == SAVED
    assert contents(directory) == {
        "k.pem": (0o600, small.pem.reveal()),
        "k.pem.pub": (0o644, f"{small.public.line('a comment')}\n".encode()),
    }


@pytest.mark.parametrize(
    ("call", "error"),
    [("linkat", "EPERM"), *(("renameat2", each) for each in ("ENOSYS", "EINVAL", "EOPNOTSUPP"))],
)
def test_force_keeps_the_old_key_on_any_disk(  # noqa: PLR0913, PLR0917  fixtures and cases
    tmp_path: Path, save: Saver, small: PrivateKey, other: PrivateKey, call: str, error: str
) -> None:
    """Without hard links it is copied, 0600; where names cannot be swapped, one step still does."""
    directory = tmp_path / "out"
    directory.mkdir(0o700)
    put_key(directory / "k.pem", other)
    ran = save(directory, "--force", before=poor(tmp_path, f"--inject={call}:error={error}"))
    assert ended(ran) == REPLACED
    name, old, public = sorted(found := contents(directory))
    assert (name, public) == ("k.pem", "k.pem.pub")
    assert old.startswith("k.pem.old-")
    assert found[old] == (0o600, other.pem.reveal())
    assert found[name] == (0o600, small.pem.reveal())


@pytest.mark.parametrize("force", [False, True])
def test_without_hard_links_nothing_is_overwritten(
    tmp_path: Path, save: Saver, other: PrivateKey, *, force: bool
) -> None:
    """Another key is refused there as anywhere; what could only be kept in part stays, too."""
    directory = tmp_path / "out"
    directory.mkdir(0o700)
    path = put_key(directory / "k.pem", other)
    if force:
        path.write_bytes(b"x" * 100_000)
    before = contents(directory)
    ran = save(directory, *["--force"] * force, before=poor(tmp_path, NO_LINKS))
    message = "is too big to be kept next to it" if force else "holds another key"
    assert ended(ran) == (9 if force else 5, "", f"{path} {message}\n")
    assert contents(directory) == before


@pytest.mark.parametrize(
    ("injections", "message"),
    [
        (["fallocate:error=ENOSPC"], "no space left on device"),
        (["fallocate:error=EDQUOT"], "disk quota exceeded"),
        (["fallocate:error=EIO"], "input/output error"),
        (["fallocate:error=EINVAL", "pwrite64:error=ENOSPC:when=1"], "no space left on device"),
        # The first is of the new directory's parent.
        (["fallocate:error=EINVAL", "fsync:error=ENOSPC:when=2"], "no space left on device"),
    ],
)
def test_a_disk_without_space(
    tmp_path: Path, save: Saver, injections: list[str], message: str
) -> None:
    """Reported before a key is requested, and nothing stays.

    A disk that refuses space is believed; else it is taken by writing and flushing.
    """
    directory = tmp_path / "out"
    ran = save(directory, before=poor(tmp_path, *(f"--inject={each}" for each in injections)))
    assert ended(ran) == (9, "", f"cannot write in {directory}: {message}\n")
    assert contents(directory) == {}


def test_without_hard_links_a_failed_write_leaves_no_part(tmp_path: Path, save: Saver) -> None:
    """The file under the key's own name is removed again."""
    directory = tmp_path / "out"
    second_write = "--inject=pwrite64:error=ENOSPC:when=2"
    ran = save(directory, before=poor(tmp_path, NO_LINKS, second_write))
    assert ended(ran) == (9, "", f"cannot write {directory / 'k.pem'}: no space left on device\n")
    assert contents(directory) == {}


def test_without_locks_forty_processes_save_one_key_once(tmp_path: Path, save: Saver) -> None:
    """The exclusive link alone keeps them from overwriting each other."""
    directory = tmp_path / "out"
    locks = "--inject=flock:error=ENOLCK"
    ran = save(directory, "--together=40", before=poor(tmp_path, locks))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert sorted(ran.stdout.split()) == ["saved"] + ["unchanged"] * 39
    modes = {name: mode for name, (mode, _) in contents(directory).items()}
    assert modes == {"k.pem": 0o600, "k.pem.pub": 0o644}


@pytest.mark.parametrize(
    "injection", ["error=EINVAL", f"retval=0:poke_exit=@arg2={bytes(120).hex()}"]
)
def test_a_disk_that_does_not_say_how_long_a_name_may_be(
    tmp_path: Path, save: Saver, injection: str
) -> None:
    """Whether it fails to say or says 0, as some do, 255 bytes with `.pub` may be saved."""
    injected = f"--inject=fstatfs:{injection}"
    ran = save(tmp_path / "out", before=poor(tmp_path, injected))
    assert ended(ran) == SAVED
    if "(INJECTED" not in (tmp_path / "log").read_text():
        pytest.skip("this C library does not query the disk")
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
    assert contents(directory) == {"k.pem": (0o600, small.pem.reveal())}


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
    """Whether it shows before the request or at the end: no success, and no draft stays."""
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
