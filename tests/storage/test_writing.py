"""Single steps of saving a key, each failed or disturbed at the moment that only it guards."""

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lskeys.errors import LocalError, RefusedError
from lskeys.keys import SIZE_LIMIT, PrivateKey
from lskeys.storage import key_directory, repair, temporary
from tests.support.audited_calls import Listener, hearing
from tests.support.saved_keys import (
    NAME,
    NOON,
    Saver,
    contents,
    opened,
    put_key,
    reserved,
    save_key,
)
from tests.support.tracing import needs_strace, strace


def failing(event: str, number: int, *, when: Callable[[str], bool] = lambda _: True) -> Listener:
    """What makes every call of a kind fail, if its first arguments are those that are meant."""

    def fail(happened: str, arguments: tuple[object, ...]) -> None:
        if happened == event and when(" ".join(map(str, arguments))):
            raise OSError(number, os.strerror(number))

    return fail


@needs_strace
def test_a_draft_that_cannot_be_removed_is_reported(tmp_path: Path, save: Saver) -> None:
    """The key has its name; this is reported, not that it could not be written."""
    directory = tmp_path / "out"
    words = ("--seccomp-bpf", "--trace=unlinkat", "--inject=unlinkat:error=EIO:when=1")
    ran = save(directory, before=strace(tmp_path / "log", *words))
    assert ran.returncode == 9
    assert ran.stderr.startswith(f"{directory / 'k.pem'} is saved, but {directory / '.lskeys-'}")
    assert ran.stderr.endswith(" cannot be removed: input/output error\n")


def test_nothing_stays_open(tmp_path: Path, key: PrivateKey, other: PrivateKey) -> None:
    """Not one descriptor, after every kind of save, refusal, look and fixing."""
    directory = tmp_path / "made" / "out"

    def every() -> None:
        for each, force in ((key, False), (key, False), (other, True), (key, True)):
            save_key(directory, each, force=force)
        with (
            contextlib.suppress(RefusedError),
            reserved(directory, fresh=True),
        ):
            pytest.fail("it was taken")
        key_directory.inspect(directory / NAME)
        (directory / f"{NAME}.pub").unlink()
        repair.write_public_key(directory / NAME)
        (directory / NAME).chmod(0o644)
        repair.restrict_file(directory / NAME)
        repair.restrict_directory(directory)
        (directory / ".lskeys-left").touch(0o600)
        assert temporary.leftovers(directory)

    before = opened()
    every()
    assert opened() <= before


def test_a_directory_that_another_program_makes_first(tmp_path: Path, key: PrivateKey) -> None:
    """The key is saved in it."""
    directory, once = tmp_path / "made", [0o700]

    def hurry(event: str, _: tuple[object, ...]) -> None:
        if event == "os.mkdir" and once:
            directory.mkdir(once.pop())

    with hearing(hurry):
        assert save_key(directory, key).outcome == "saved"


def test_a_parent_that_cannot_be_opened(tmp_path: Path, key: PrivateKey) -> None:
    """A parent, like /home, may be closed for reading: the new directory serves all the same."""
    directory = tmp_path / "made"

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and arguments[0] == str(tmp_path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with hearing(refuse):
        assert save_key(directory, key).outcome == "saved"


def test_a_directory_that_cannot_be_opened(tmp_path: Path, key: PrivateKey) -> None:
    """A disk that fails there is reported with the directory's name, and nothing is written."""
    fails = failing("open", errno.EIO, when=lambda words: words.startswith(f"{tmp_path} "))
    with hearing(fails), pytest.raises(LocalError) as failure:
        save_key(tmp_path, key)
    assert failure.value.message == f"cannot open the directory {tmp_path}: input/output error"
    assert contents(tmp_path) == {}


def test_a_key_that_vanishes_before_it_is_confirmed(tmp_path: Path, key: PrivateKey) -> None:
    """A file that cannot be read back counts as not saved, whoever removed it."""
    directory = tmp_path / "out"

    def take(event: str, arguments: tuple[object, ...]) -> None:
        if event == "os.remove" and str(arguments[0]).startswith(".lskeys-"):
            (directory / NAME).rename(tmp_path / "taken")

    with (
        reserved(directory) as destination,
        hearing(take),
        pytest.raises(LocalError, match="does not read back as it was written"),
    ):
        destination.save(key)


def test_a_file_that_becomes_a_pipe_while_it_is_opened(tmp_path: Path, key: PrivateKey) -> None:
    """What was looked at is looked at again once it is open: nothing is read from the other."""
    path = put_key(tmp_path / NAME, key)

    def swap(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and arguments[0] == path.name:
            path.unlink()
            os.mkfifo(path)

    with hearing(swap), pytest.raises(RefusedError, match="is a named pipe"):
        key_directory.inspect(path)


def test_permissions_that_cannot_be_changed_are_reported(tmp_path: Path, key: PrivateKey) -> None:
    """A file of another user is named, with the way out."""
    path = put_key(tmp_path / NAME, key, 0o644)

    def refuse(event: str, _: tuple[object, ...]) -> None:
        if event == "os.chmod":
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    with hearing(refuse), pytest.raises(LocalError) as failure:
        repair.restrict_file(path)
    assert (
        failure.value.message == f"cannot change the permissions on {path}: operation not permitted"
    )
    assert failure.value.hint is not None
    assert failure.value.hint.endswith(f"whether that disk keeps permissions: ls -ld {path}")


def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path, key: PrivateKey) -> None:
    """Either file of a key is named, and no unfinished file is left."""
    path = put_key(tmp_path / NAME, key)
    with hearing(failing("os.link", errno.EIO)), pytest.raises(LocalError) as failure:
        repair.write_public_key(path)
    assert failure.value.message == f"cannot write {path}.pub: input/output error"
    with hearing(failing("os.link", errno.EIO)), pytest.raises(LocalError) as failure:
        repair.write_usable(path, NOON)
    assert failure.value.message == f"cannot write {path}: input/output error"
    assert list(tmp_path.iterdir()) == [path]


def test_a_destination_that_cannot_be_read_is_reported(tmp_path: Path, key: PrivateKey) -> None:
    """The file is named, and stays as it is."""
    path = put_key(tmp_path / NAME, key)
    with (
        hearing(failing("open", errno.EIO, when=lambda said: said.startswith(NAME))),
        pytest.raises(LocalError) as failure,
    ):
        save_key(tmp_path, key)
    assert failure.value.message == f"cannot read {path}: input/output error"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_without_words_is_reported_by_its_kind(tmp_path: Path) -> None:
    """What no operating system said has neither a number nor a text, and is one sentence still."""

    def fail(event: str, _: tuple[object, ...]) -> None:
        if event == "os.mkdir":
            raise TimeoutError

    with (
        hearing(fail),
        pytest.raises(LocalError) as failure,
        key_directory.open_key_directory(tmp_path / "made"),
    ):
        pytest.fail("it was made")
    assert failure.value.message == f"cannot make the directory {tmp_path / 'made'}: timeouterror"
    assert failure.value.hint is None


def test_a_signal_while_what_is_not_finished_is_cleared_away(tmp_path: Path) -> None:
    """It ends the cleanup, but the temporary files are still removed."""
    once = [KeyboardInterrupt]

    def interrupt(event: str, _: tuple[object, ...]) -> None:
        if event == "os.remove" and once:
            raise once.pop()

    with (
        hearing(interrupt),
        pytest.raises(KeyboardInterrupt),
        reserved(tmp_path),
    ):
        assert len(list(tmp_path.iterdir())) == 2
    assert not once
    assert list(tmp_path.iterdir()) == []


def test_a_temporary_file_that_cannot_be_closed(tmp_path: Path) -> None:
    """It is still removed, and the first error is the one reported."""

    def fail() -> None:
        with reserved(tmp_path):
            drafts = {each.stat().st_ino for each in tmp_path.iterdir()}
            for number in map(int, opened()):
                with contextlib.suppress(OSError):
                    if os.fstat(number).st_ino in drafts:
                        os.close(number)
            raise LocalError("the first")

    with pytest.raises(LocalError, match="the first"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_does_not_confirm(tmp_path: Path, key: PrivateKey) -> None:
    """What has its name, but cannot be read back, is reported as that: it may be there or not."""
    path = tmp_path / NAME
    with (
        hearing(failing("open", errno.EIO, when=lambda words: words.startswith(NAME))),
        pytest.raises(LocalError) as failure,
    ):
        save_key(tmp_path, key)
    assert failure.value.message == (
        f"{path} is written, but the disk does not confirm it: input/output error"
    )


# Leftovers


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A temporary file of a run that was killed."""
    path = tmp_path / ".lskeys-left"
    path.touch(0o600)
    return path


@pytest.mark.parametrize("becomes_link", [True, False])
def test_a_leftover_that_is_replaced_or_removed(
    tmp_path: Path, left: Path, *, becomes_link: bool
) -> None:
    """Between the look at it and its opening: what a link leads to, or nothing, is no leftover."""
    (tmp_path / "mine").touch()

    def swap(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]) == str(left):
            left.unlink()
            if becomes_link:
                left.symlink_to("mine")

    with hearing(swap):
        assert temporary.leftovers(tmp_path) == ()
    assert left.is_symlink() is becomes_link


@pytest.mark.parametrize(
    ("event", "number"), [("open", errno.EACCES), ("fcntl.flock", errno.ENOLCK)]
)
def test_a_leftover_that_may_be_in_use(tmp_path: Path, left: Path, event: str, number: int) -> None:
    """One that cannot be opened, or where there are no locks, is reported.

    It may be a key of yours that root saved; better reported once too often.
    """
    meant = str(left) if event == "open" else ""
    with hearing(failing(event, number, when=lambda words: meant in words)):
        assert temporary.leftovers(tmp_path) == (left,)


# Keeping what is replaced


def replaced(directory: Path, key: PrivateKey) -> Path:
    """Save a key over what has its name; where that is now."""
    kept = save_key(directory, key, force=True).kept
    assert kept is not None
    return kept


def test_the_largest_file_that_can_be_copied(tmp_path: Path, key: PrivateKey) -> None:
    """Without hard links, a file of 64 KiB is kept whole."""
    text = b"x" * SIZE_LIMIT
    (tmp_path / NAME).write_bytes(text)
    with hearing(failing("os.link", errno.EPERM)):
        assert replaced(tmp_path, key).read_bytes() == text


def test_nothing_stays_open_without_hard_links(
    tmp_path: Path, key: PrivateKey, other: PrivateKey
) -> None:
    """Neither after what is written under its own name, nor after a copy."""
    put_key(tmp_path / NAME, other)
    before = opened()
    with hearing(failing("os.link", errno.EPERM)):
        replaced(tmp_path, key)
    assert opened() <= before


@pytest.mark.parametrize("force", [False, True])
def test_a_disk_that_fails_to_link_is_no_disk_without_links(
    tmp_path: Path, key: PrivateKey, other: PrivateKey, *, force: bool
) -> None:
    """Past a failure nothing is written or copied another way: it is reported, nothing changes."""
    if force:
        put_key(tmp_path / NAME, other)
    before = contents(tmp_path)
    with (
        hearing(failing("os.link", errno.EIO)),
        pytest.raises(LocalError, match=r"cannot write .*: input/output error"),
    ):
        save_key(tmp_path, key, force=force)
    assert contents(tmp_path) == before


def test_a_file_that_is_gone_before_it_is_copied(
    tmp_path: Path, key: PrivateKey, other: PrivateKey
) -> None:
    """Without hard links, what is taken away at that moment cannot be kept: reported."""
    put_key(tmp_path / NAME, other)

    def take(event: str, _: tuple[object, ...]) -> None:
        if event == "os.link":
            (tmp_path / NAME).rename(tmp_path / "taken")
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    with (
        hearing(take),
        pytest.raises(LocalError, match=r"cannot write .*: operation not permitted"),
    ):
        replaced(tmp_path, key)
    assert [each.name for each in tmp_path.iterdir()] == ["taken"]


@contextlib.contextmanager
def quicker_program(path: Path, key: PrivateKey) -> Iterator[None]:
    """Another program that puts a key, open to all, where one is about to be named."""

    def hurry(event: str, _: tuple[object, ...]) -> None:
        if event == "os.link" and not path.exists():
            put_key(path, key, 0o644)

    with hearing(hurry):
        yield


def test_the_same_key_of_a_quicker_program(tmp_path: Path, key: PrivateKey) -> None:
    """The outcome is "unchanged", and the file is closed to others."""
    path = tmp_path / NAME
    with quicker_program(path, key):
        assert save_key(tmp_path, key).outcome == "unchanged"
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (key.pem.reveal(), 0o600)


def test_another_key_of_a_quicker_program(
    tmp_path: Path, key: PrivateKey, other: PrivateKey
) -> None:
    """It stays under the name or, if forced, next to it."""
    path = tmp_path / NAME
    with (
        quicker_program(path, other),
        pytest.raises(RefusedError, match="holds another key"),
    ):
        save_key(tmp_path, key)
    assert path.read_bytes() == other.pem.reveal()
    path.unlink()
    with quicker_program(path, other):
        assert replaced(tmp_path, key).read_bytes() == other.pem.reveal()
    assert path.read_bytes() == key.pem.reveal()


def test_a_file_that_appears_and_disappears(tmp_path: Path, key: PrivateKey) -> None:
    """Another program was quicker, and removed its file: nothing is kept, and that is reported.

    The place is as it was, and the next run saves the key.
    """
    once = [errno.EEXIST]

    def come(event: str, _: tuple[object, ...]) -> None:
        if event == "os.link" and once:
            raise OSError(once.pop(), "")

    with hearing(come), pytest.raises(LocalError, match="no such file or directory"):
        replaced(tmp_path, key)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_becomes_a_link_before_it_is_kept(
    tmp_path: Path, key: PrivateKey, other: PrivateKey
) -> None:
    """The link is what is kept; the file it leads to gets no second name."""
    put_key(tmp_path / NAME, other)
    (tmp_path / "mine").write_bytes(b"mine")

    def swap(event: str, arguments: tuple[object, ...]) -> None:
        if event == "os.link" and arguments[0] == NAME:
            (tmp_path / NAME).unlink()
            (tmp_path / NAME).symlink_to("mine")

    with hearing(swap):
        assert replaced(tmp_path, key).is_symlink()
    assert (tmp_path / "mine").stat().st_nlink == 1


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_before_it_is_replaced(
    tmp_path: Path, key: PrivateKey, other: PrivateKey, *, links: bool
) -> None:
    """What was put there after the old file was kept is kept, too: force loses nothing."""
    put_key(tmp_path / NAME, other)
    once = [b"another program's"]

    def appear(event: str, _: tuple[object, ...]) -> None:
        if event == "os.truncate" and once:
            (tmp_path / NAME).unlink()
            (tmp_path / NAME).write_bytes(once.pop())

    without = contextlib.nullcontext() if links else hearing(failing("os.link", errno.EPERM))
    with without, hearing(appear):
        assert replaced(tmp_path, key).read_bytes() == b"another program's"
    found = {each.read_bytes() for each in tmp_path.iterdir() if each.suffix != ".pub"}
    assert found == {key.pem.reveal(), other.pem.reveal(), b"another program's"}


def test_ninety_nine_copies_of_one_second(
    tmp_path: Path, key: PrivateKey, other: PrivateKey
) -> None:
    """The last name is used, and then no other: nothing of all that is there is overwritten."""
    put_key(tmp_path / NAME, other)
    stamp = f"{NAME}.old-20260704T120000Z"
    taken = [stamp, *(f"{stamp}-{number}" for number in range(2, 99))]
    for each in taken:
        (tmp_path / each).touch()
    assert save_key(tmp_path, key, force=True).kept == tmp_path / f"{stamp}-99"
    with pytest.raises(LocalError, match="too many copies of 20260704T120000Z lie next to"):
        save_key(tmp_path, other, force=True)
    assert (tmp_path / NAME).read_bytes() == key.pem.reveal()
    assert (tmp_path / f"{stamp}-99").read_bytes() == other.pem.reveal()
    assert all((tmp_path / each).read_bytes() == b"" for each in taken)
