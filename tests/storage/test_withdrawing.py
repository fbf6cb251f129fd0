"""Saving a key that is new, and taking it back: as if it had never been made."""

from pathlib import Path

import pytest

from lskeys.errors import LocalError, RefusedError
from lskeys.keys import PrivateKey
from lskeys.storage import key_directory
from tests.support.saved_keys import NAME, Saver, contents, put_key, reserved, save_key
from tests.support.tracing import needs_strace, watch

Contents = dict[str, tuple[int, bytes]]


def save_and_withdraw(directory: Path, key: PrivateKey, *, force: bool = False) -> Contents:
    """Save a new key and take it back; what was there between."""
    with reserved(directory, force=force, fresh=True) as destination:
        saved = destination.save(key)
        between = contents(directory)
        destination.withdraw(saved)
    return between


def test_nothing_is_left(tmp_path: Path, key: PrivateKey) -> None:
    """Both files were there, and are gone again; nothing but what was saved is touched."""
    (tmp_path / f"{NAME}.txt").write_text("mine")
    before = contents(tmp_path)
    between = save_and_withdraw(tmp_path, key)
    assert between[NAME] == (0o600, key.pem.reveal())
    assert contents(tmp_path) == before


def test_what_was_replaced_comes_back(tmp_path: Path, key: PrivateKey, other: PrivateKey) -> None:
    """With force the old files have their names back, and nothing lies next to them."""
    save_key(tmp_path, other)
    before = contents(tmp_path)
    between = save_and_withdraw(tmp_path, key, force=True)
    assert between[NAME][1] == key.pem.reveal()
    assert contents(tmp_path) == before


def test_a_private_key_alone_comes_back_alone(
    tmp_path: Path, key: PrivateKey, other: PrivateKey
) -> None:
    """Where no .pub was, none stays."""
    put_key(tmp_path / NAME, other)
    before = contents(tmp_path)
    assert len(save_and_withdraw(tmp_path, key, force=True)) == 3
    assert contents(tmp_path) == before


@needs_strace
@pytest.mark.parametrize("options", [(), ("--force",)])
def test_what_is_taken_back_lasts(
    tmp_path: Path, save: Saver, other: PrivateKey, options: tuple[str, ...]
) -> None:
    """The last that is done is to flush the directory, after every name in it is as it was."""
    directory = tmp_path / "out"
    directory.mkdir(0o700)
    if options:
        (directory / "k.pem").write_bytes(other.pem.reveal())
        (directory / "k.pem.pub").write_text(other.public.line())
    trace = watch(save, directory, tmp_path / "log", "--withdraw", *options)
    steps = [each.name for each in trace if each.changes_the_disk or each.name == "fsync"]
    assert steps[-3:] == [*(["renameat"] if options else ["unlinkat"]) * 2, "fsync"]


def test_a_key_that_cannot_be_taken_back(tmp_path: Path, key: PrivateKey) -> None:
    """Which file is still there, and that its key is of no use, is reported."""
    with reserved(tmp_path) as destination:
        saved = destination.save(key)
        saved.path.unlink()
        saved.path.mkdir()  # a directory is not unlinked
        with pytest.raises(LocalError) as failure:
            destination.withdraw(saved)
    assert failure.value.message.startswith(
        f"{saved.path} cannot be removed again, and holds a key of no key pair: "
    )


@pytest.mark.parametrize("suffix", ["", ".pub"])
def test_a_fresh_key_is_in_no_file_yet(tmp_path: Path, key: PrivateKey, suffix: str) -> None:
    """Before it is made, a file of its name is another's, even if it holds a good key."""
    text = key.public.line().encode() if suffix else key.pem.reveal()
    path = tmp_path / (NAME + suffix)
    path.write_bytes(text)
    with pytest.raises(RefusedError, match="holds another key"), reserved(tmp_path, fresh=True):
        pytest.fail("it was reserved")
    assert contents(tmp_path).keys() == {NAME + suffix}
    with pytest.raises(RefusedError, match="holds another key"):
        key_directory.inspect(tmp_path / NAME, fresh=True)
