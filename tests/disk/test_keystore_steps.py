"""Single steps of saving a key, each failed or disturbed at the moment that only it guards."""

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lskeys import keystore
from lskeys.errors import LocalError, RefusedError
from lskeys.keymaker import PrivateKey

from .conftest import Saver
from .tracing import needs_strace, strace

Deed = Callable[[str, tuple[object, ...]], None]

_deeds: list[Deed] = []


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    for deed in tuple(_deeds):
        deed(event, arguments)


sys.addaudithook(_listen)  # once, since no hook can be taken away


@contextlib.contextmanager
def hearing(deed: Deed) -> Iterator[None]:
    """Have a function called before each audited call (PEP 578), which it may fail or disturb."""
    _deeds.append(deed)
    try:
        yield
    finally:
        _deeds.remove(deed)


@needs_strace
def test_a_draft_that_cannot_be_removed_is_told(tmp_path: Path, save: Saver) -> None:
    """The key has its name, and that is what is said, not that it could not be written."""
    folder = tmp_path / "out"
    words = ("--seccomp-bpf", "--trace=unlinkat", "--inject=unlinkat:error=EIO:when=1")
    ran = save(folder, before=strace(tmp_path / "log", *words))
    assert ran.returncode == 9
    assert ran.stderr.startswith(f"{folder / 'k.pem'} is saved, but {folder / '.lskeys-'}")
    assert ran.stderr.endswith(" cannot be removed: input/output error\n")


@needs_strace
def test_a_disk_that_tells_late_that_it_is_full(tmp_path: Path, save: Saver) -> None:
    """What it says only when flushed is met before AWS is asked, and nothing stays."""
    words = (
        *("--seccomp-bpf", "--trace=fallocate,fsync", "--inject=fallocate:error=EINVAL"),
        "--inject=fsync:error=ENOSPC:when=2",  # the first is of the new folder's parent
    )
    ran = save(tmp_path / "out", before=strace(tmp_path / "log", *words))
    assert ran.returncode == 9
    assert ran.stderr == f"cannot write in {tmp_path / 'out'}: no space left on device\n"
    assert list((tmp_path / "out").iterdir()) == []


def opened() -> set[str]:
    """The descriptors of this process."""
    return {each.name for each in Path("/dev/fd").iterdir()}


def test_nothing_stays_open(tmp_path: Path, key: PrivateKey, other: PrivateKey) -> None:
    """Not one descriptor, after every kind of save, refusal, look and mending."""
    folder = tmp_path / "made" / "out"

    def every() -> None:
        for each, force in ((key, False), (key, False), (other, True), (key, True)):
            with (
                keystore.open_folder(folder) as held,
                held.reserve("web.pem", force=force) as place,
            ):
                place.save(each)
        with (
            contextlib.suppress(RefusedError),
            keystore.open_folder(folder) as held,
            held.reserve("web.pem", fresh=True),
        ):
            pytest.fail("it was taken")
        keystore.inspect(folder / "web.pem")
        (folder / "web.pem.pub").unlink()
        keystore.complete(folder / "web.pem")
        (folder / "web.pem").chmod(0o644)
        keystore.close_file(folder / "web.pem")
        keystore.close_folder(folder)
        (folder / ".lskeys-left").touch(0o600)
        assert keystore.leftovers(folder)

    before = opened()
    every()
    assert opened() <= before


def test_a_folder_that_somebody_else_makes_first(tmp_path: Path, key: PrivateKey) -> None:
    """Whoever is quicker by a moment has made it, and the key is saved in it."""
    folder, once = tmp_path / "made", [0o700]

    def hurry(event: str, _: tuple[object, ...]) -> None:
        if event == "os.mkdir" and once:
            folder.mkdir(once.pop())

    with hearing(hurry), keystore.open_folder(folder) as held, held.reserve("web.pem") as place:
        assert place.save(key).outcome == "saved"


def test_a_parent_that_cannot_be_opened(tmp_path: Path, key: PrivateKey) -> None:
    """A folder above, like /home, may be closed for reading: the new folder serves all the same."""
    folder = tmp_path / "made"

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and arguments[0] == str(tmp_path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with hearing(refuse), keystore.open_folder(folder) as held, held.reserve("web.pem") as place:
        assert place.save(key).outcome == "saved"


def test_a_key_that_vanishes_before_it_is_confirmed(tmp_path: Path, key: PrivateKey) -> None:
    """What is not there to be read back was not saved, whoever took it away."""
    folder = tmp_path / "out"

    def take(event: str, arguments: tuple[object, ...]) -> None:
        if event == "os.remove" and str(arguments[0]).startswith(".lskeys-"):
            (folder / "web.pem").rename(tmp_path / "taken")

    with (
        keystore.open_folder(folder) as held,
        held.reserve("web.pem") as place,
        hearing(take),
        pytest.raises(LocalError, match="does not read back as it was written"),
    ):
        place.save(key)


def test_a_file_that_becomes_a_pipe_while_it_is_opened(tmp_path: Path, key: PrivateKey) -> None:
    """What was looked at is looked at again once it is open: nothing is read from the other."""
    path = tmp_path / "web.pem"
    path.touch(0o600)
    path.write_bytes(key.pem.reveal())

    def swap(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and arguments[0] == path.name:
            path.unlink()
            os.mkfifo(path)

    with hearing(swap), pytest.raises(RefusedError, match="is a named pipe"):
        keystore.inspect(path)


def test_rights_that_cannot_be_changed_are_told(tmp_path: Path, key: PrivateKey) -> None:
    """A file of somebody else is named, with the way out."""
    path = tmp_path / "web.pem"
    path.touch(0o600)
    path.write_bytes(key.pem.reveal())
    path.chmod(0o644)

    def refuse(event: str, _: tuple[object, ...]) -> None:
        if event == "os.chmod":
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    with hearing(refuse), pytest.raises(LocalError) as failure:
        keystore.close_file(path)
    assert failure.value.message == f"cannot change the rights on {path}: operation not permitted"
    assert failure.value.hint == "look who owns it, and whether that disk keeps permissions"


def test_a_failure_without_words_is_told_by_its_kind(tmp_path: Path) -> None:
    """What no operating system said has neither a number nor a text, and is one sentence still."""

    def fail(event: str, _: tuple[object, ...]) -> None:
        if event == "os.mkdir":
            raise TimeoutError

    with (
        hearing(fail),
        pytest.raises(LocalError) as failure,
        keystore.open_folder(tmp_path / "made"),
    ):
        pytest.fail("it was made")
    assert failure.value.message == f"cannot make the folder {tmp_path / 'made'}: timeouterror"
    assert failure.value.hint is None
