"""The sandbox's file: one SQLite database for many processes and threads. Touches: the disk."""

import contextlib
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from lskeys.sandbox.errors import SandboxError
from lskeys.sandbox.schema import APPLICATION, SCHEMA_VERSION, TABLES
from lskeys.sandbox.transaction import Transaction

_PATIENCE = 60.0
"""Seconds to wait for another's lock: 200 processes may stand in the line."""

_SMALLEST = 512
"""Bytes of one page of the smallest kind; SQLite takes a shorter file for an empty database."""

_MAKING = threading.Lock()

Filling = Callable[[Transaction], None]
"""Puts an account's first content into its empty tables."""


class Store:
    """The database at a path; directory 0700 and file 0600, for default pairs' private keys.

    A rollback journal, not WAL: it is one file, and nothing of it outlives a transaction.
    Each transaction opens its own connection, so threads share none. Every method raises
    SandboxError where the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self, fill: Filling) -> None:
        """Make the file with its tables and first content, unless that is done already.

        Of several processes one does it, and the others wait until it is done.
        OSError if the directory or the file cannot be made.
        """
        _make(self.path)
        with self._connected() as connection:
            if self._version(connection) == SCHEMA_VERSION:
                return
            with _transaction(connection, "IMMEDIATE"):
                if self._version(connection) == 0:
                    _make_tables(connection)
                    fill(Transaction(connection))

    def reset(self, fill: Filling) -> None:
        """Replace everything in one transaction, whatever the version.

        What is no sandbox is left alone, with SandboxError. OSError if the directory or the file
        cannot be made.
        """
        _make(self.path)
        with self._connected() as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            with _transaction(connection, "IMMEDIATE"):
                self._check_ours(connection)
                for table in _tables(connection):
                    connection.execute(f'DROP TABLE "{table}"')
                _make_tables(connection)
                fill(Transaction(connection))

    @contextlib.contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that sees one state of the account and takes no write lock."""
        with self._connected() as connection, _transaction(connection, "DEFERRED"):
            yield Transaction(connection)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that alone may write; it is undone if the block raises."""
        with self._connected() as connection, _transaction(connection, "IMMEDIATE"):
            yield Transaction(connection)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        existing = self.path.absolute().as_uri() + "?mode=rw"
        try:
            connection = sqlite3.connect(
                existing, uri=True, timeout=_PATIENCE, isolation_level=None
            )
            with contextlib.closing(connection):
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA foreign_keys = ON")
                yield connection
        except sqlite3.Error as error:
            raise SandboxError(f"{self.path} is not usable as a sandbox: {error}") from error

    def _version(self, connection: sqlite3.Connection) -> int:
        """SCHEMA_VERSION, or 0 for a file that is not prepared."""
        self._check_ours(connection)
        version = _pragma(connection, "user_version")
        if version not in (0, SCHEMA_VERSION):
            raise SandboxError(
                f"{self.path} is a sandbox of version {version}, not {SCHEMA_VERSION}; reset it"
            )
        return version

    def _check_ours(self, connection: sqlite3.Connection) -> None:
        if _tables(connection) and _pragma(connection, "application_id") != APPLICATION:
            raise SandboxError(f"{self.path} is a database, but no sandbox")


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    connection.execute(f"BEGIN {kind}")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    )
    return [row["name"] for row in rows]


def _make_tables(connection: sqlite3.Connection) -> None:
    for table in TABLES:
        connection.execute(table)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _make(path: Path) -> None:
    """An empty file with 0600 if there is none; SandboxError if what is there cannot be ours.

    A file that exists is not opened: closing it would drop the locks that SQLite's other
    connections of this process hold (https://sqlite.org/howtocorrupt.html, section 2.2).
    """
    _make_directory(path.parent)
    with _MAKING, contextlib.suppress(FileExistsError):
        _give(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), path.parent)
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or 0 < found.st_size < _SMALLEST:
        raise SandboxError(f"{path} is no sandbox")


def _make_directory(directory: Path) -> None:
    if directory.exists():
        return
    _make_directory(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)
    _give(os.open(directory, os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC), directory.parent)


def _give(descriptor: int, parent: Path) -> None:
    """Give what root made to the owner of where it lies, as under a sudo that keeps HOME."""
    try:
        if os.geteuid() == 0:
            owner = parent.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    finally:
        os.close(descriptor)
