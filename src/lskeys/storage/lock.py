"""Keeps other lskeys processes out of a directory, by a lock that no other user can hold.

Touches: the disk.
"""

import fcntl
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lskeys.config.paths import state_path
from lskeys.errors import LskeysError, RefusedError
from lskeys.storage import ownership
from lskeys.storage.directory import Directory, make, opened
from lskeys.storage.os_errors import os_errors
from lskeys.storage.writing import NOT_THE_OWNER, PRIVATE

_PAUSE = 0.05  # seconds between two tries for the lock
_CREATE = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def locked(
    directory: Directory, *, wait: float, sleep: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """Keep other lskeys processes out of a directory.

    A courtesy: it spares two of them from requesting the same key. What keeps files from
    being overwritten is the exclusive link, so where there are no locks (some network disks) the
    work goes on without. A directory that others may open could be locked by them for ever: there
    a file in the user's state directory is locked instead.

    Raises:
        RefusedError: Another one still holds it after `wait` seconds.
    """
    with _descriptor(directory) as descriptor:
        if descriptor is not None:
            _lock(directory.path, descriptor, wait, sleep)
        yield


@contextmanager
def _descriptor(directory: Directory) -> Iterator[int | None]:
    """What is locked; None where there is no file that only the user can open."""
    with os_errors(f"cannot lock the directory {directory.path}", directory.path):
        status = os.fstat(directory.descriptor)
    if not status.st_mode & NOT_THE_OWNER:
        yield directory.descriptor
        return
    descriptor = None
    with suppress(LskeysError, OSError):
        descriptor = _lock_file(state_path() / "locks", f"{status.st_dev:x}-{status.st_ino:x}")
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _lock_file(path: Path, name: str) -> int:
    make(path)
    with opened(path) as locks:
        descriptor = os.open(name, _CREATE, PRIVATE, dir_fd=locks.descriptor)
        ownership.give(descriptor, locks.descriptor)
        return descriptor


def _lock(path: Path, descriptor: int, wait: float, sleep: Callable[[float], None]) -> None:
    for _ in range(max(1, math.ceil(wait / _PAUSE))):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(_PAUSE)
        except OSError:
            return
        else:
            return
    raise RefusedError(
        f"another lskeys is writing in {path}", hint="wait until it is done, then try again"
    )
