"""The sandbox's file: private, versioned, reset on demand, and never another file."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from lskeys.sandbox import NameTakenError, Sandbox, SandboxError, Switches
from tests.support.aws_clients import Running, Start


def mode(path: Path) -> int:
    """The permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_private_from_the_start(tmp_path: Path, umask: int) -> None:
    """Directories are made 0700 and the file 0600, whatever the umask."""
    before = os.umask(umask)
    try:
        Sandbox(tmp_path / "a" / "b" / "account.db", seed=False).prepare()
    finally:
        os.umask(before)
    made = [tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "account.db"]
    assert [mode(path) for path in made] == [0o700, 0o700, 0o600]


def test_no_other_file(running: Running) -> None:
    """Between transactions the account is a single file."""
    running.client().download_default_key_pair()
    assert list(running.sandbox.path.parent.glob("account*")) == [running.sandbox.path]


def test_naming_touches_nothing(tmp_path: Path) -> None:
    """A sandbox that is named and not used makes no file."""
    Sandbox(tmp_path / "a" / "account.db")
    assert list(tmp_path.iterdir()) == []


def test_reset_begins_anew(start: Start) -> None:
    """After a reset the account is as first made: here, empty."""
    running = start()
    running.sandbox.add_key_pairs("us-east-1", ["laptop"])
    running.sandbox.add_instance("us-east-1", "web-1")
    running.sandbox.reset()
    assert running.names() == []
    assert running.client().get_instances()["instances"] == []


def test_switches_stick(tmp_path: Path) -> None:
    """Switches given to reset are in force for everyone who comes later and brings none.

    A server's own are in force for its run, and are not kept.
    """
    path = tmp_path / "account.db"
    settings = ["page-size=5", "latency=0.5", "key-text=crlf", "fault=GetKeyPairs=reset*2"]
    switches = Switches().changed([*settings, "fingerprint-default=none", "doubled-prefix=on"])
    Sandbox(path, seed=False).reset(switches)
    assert Sandbox(path, switches=Switches(page_size=7)).switches().page_size == 7
    assert Sandbox(path).switches() == switches


def test_another_version(running: Running) -> None:
    """A file of another version is not used, until it is reset."""
    path = running.sandbox.path
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.execute("CREATE TABLE later (number INTEGER)")
    connection.close()
    with pytest.raises(SandboxError, match="version 99, not 3; reset it"):
        Sandbox(path).prepare()
    Sandbox(path, seed=False).reset()
    assert running.names() == []


@pytest.mark.parametrize("content", [b"-----BEGIN RSA PRIVATE KEY-----\n" * 40, b"a", None])
def test_a_file_that_is_no_sandbox(tmp_path: Path, content: bytes | None) -> None:
    """Any other file or database is never used as a sandbox: not filled, emptied or replaced."""
    path = tmp_path / "key.pem"
    if content is None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE treasures (name TEXT)")
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    for use in (Sandbox(path).prepare, Sandbox(path).reset):
        with pytest.raises(SandboxError, match=r"key\.pem"):
            use()
    assert path.read_bytes() == before


def test_no_symbolic_link_is_followed(tmp_path: Path) -> None:
    """A link where the file should be is an error, and its target is not made."""
    path = tmp_path / "account.db"
    path.symlink_to(tmp_path / "target")
    with pytest.raises(SandboxError, match=r"account\.db is no sandbox"):
        Sandbox(path).prepare()
    assert not (tmp_path / "target").exists()


def test_preloading_is_all_or_nothing(running: Running) -> None:
    """If one name is taken, none of the others is added."""
    running.sandbox.add_key_pairs("us-east-1", ["laptop"])
    with pytest.raises(NameTakenError):
        running.sandbox.add_key_pairs("us-east-1", ["one", "two", "laptop"])
    assert running.names() == ["laptop"]
