"""Saving a key, watched by strace: in which order, how files are made and opened.

Every call that fails or kills: tests/faults/test_crash_sweep.py.
"""

import re
from pathlib import Path

import pytest

from lskeys.keys import PrivateKey
from tests.support.saved_keys import Saver, put_key
from tests.support.tracing import needs_strace, watch

pytestmark = needs_strace


def test_the_order_of_writing(tmp_path: Path, save: Saver) -> None:
    """Space before the key; content flushed before it has its name; the name flushed; read back."""
    trace = watch(save, tmp_path / "out", tmp_path / "log")
    steps = [
        each.name
        for each in trace
        if each.name
        in ("fallocate", "pwrite64", "ftruncate", "fsync", "linkat", "unlinkat", "read")
    ]
    one_file = ["pwrite64", "ftruncate", "fsync", "linkat", "unlinkat", "fsync", "read"]
    directory_made = ["fsync"]
    assert steps == [*directory_made, "fallocate", "fallocate", *one_file, *one_file]


def test_the_order_of_replacing(tmp_path: Path, save: Saver, other: PrivateKey) -> None:
    """The old file has its second name, flushed, before the new one takes the first."""
    (tmp_path / "k.pem").write_bytes(other.pem.reveal())
    trace = watch(save, tmp_path, tmp_path / "log", "--force")
    names = [each.name for each in trace if each.changes_the_disk or each.name == "fsync"]
    kept = names.index("linkat")
    close_old = ["fchmod", "fsync"]
    keep_old = ["linkat", "fsync"]
    write_new = ["pwrite64", "ftruncate", "fchmod", "fsync"]
    take_name = ["renameat2", "unlinkat", "fsync"]
    steps = close_old + keep_old + write_new + take_name
    assert names[kept - 2 : kept - 2 + len(steps)] == steps


def test_a_key_that_was_there_is_flushed_too(tmp_path: Path, save: Saver) -> None:
    """Another program may not have flushed them: each file, then its name."""
    assert save(tmp_path).returncode == 0
    trace = watch(save, tmp_path, tmp_path / "log")
    private, directory, public, again = (each.arguments for each in trace if each.name == "fsync")
    assert directory == again
    assert directory not in (private, public)


def test_no_file_is_ever_made_open_to_others(tmp_path: Path, save: Saver) -> None:
    """Created exclusively, 0600, by names that cannot be guessed; only the `.pub` becomes 0644."""
    trace = watch(save, tmp_path / "out", tmp_path / "log", "--umask=0")
    made = [each.arguments for each in trace if "O_CREAT" in each.arguments]
    pattern = (
        r'\d+, "\.lskeys-[0-9a-f]{16}", O_WRONLY\|O_CREAT\|O_EXCL\|O_NOFOLLOW\|O_CLOEXEC, 0600'
    )
    assert len(made) == 2
    assert all(re.fullmatch(pattern, each) for each in made)
    modes = [each.arguments.split(", ")[1] for each in trace if each.name == "fchmod"]
    assert modes == ["0600", "0600", "0600", "0644"]
    assert [each.arguments.split(", ")[1] for each in trace if each.name == "mkdir"] == ["0700"]


@pytest.mark.parametrize("option", [(), ("--force",)])
def test_no_link_is_followed_in_the_directory(
    tmp_path: Path, save: Saver, other: PrivateKey, option: tuple[str, ...]
) -> None:
    """Every file in it is opened so that a link, swapped in after any check, is an error."""
    directory = tmp_path / "out"
    if option:
        directory.mkdir(0o700)
        put_key(directory / "k.pem", other, 0o644)
        (directory / "k.pem.pub").write_text(other.public.line() + "\n")
    trace = watch(save, directory, tmp_path / "log", *option)
    opened = [each.arguments for each in trace if each.name == "openat"]
    inside = [each for each in opened if not each.startswith("AT_FDCWD")]
    assert len(inside) >= 4
    assert all("O_NOFOLLOW" in each and "O_CLOEXEC" in each for each in inside)
    assert all("O_NONBLOCK" in each or "O_CREAT" in each for each in inside)
    by_path = [each for each in opened if f'"{tmp_path}' in each]
    assert by_path
    assert all("O_DIRECTORY" in each for each in by_path)
