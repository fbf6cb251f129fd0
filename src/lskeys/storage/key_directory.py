"""The directory private keys are saved in, while it is held. Touches: the disk."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lskeys.errors import MissingError
from lskeys.storage.directory import Directory, lock, make, opened
from lskeys.storage.key_destination import (
    ExistingFile,
    Reservation,
    check_destination,
    check_name,
    reserved,
)

_PATIENCE = 60.0  # seconds; the longest another lskeys asks AWS one question by default


@dataclass(frozen=True, slots=True)
class KeyDirectory:
    """A directory that is held against other lskeys processes; its places may fill in threads."""

    path: Path
    _directory: Directory
    _now: Callable[[], datetime]

    def reserve(
        self, name: str, *, force: bool = False, fresh: bool = False
    ) -> AbstractContextManager[Reservation]:
        """Check the destination of a key and take its space on the disk; saved or left empty.

        Raises:
            RefusedError: No key can be saved there: the name is none or too long, a link,
                directory, pipe or device is there, or, without `force`, a file without a key that
                could be compared; for a `fresh` key, which is not made yet, any file.
            LocalError: The disk is full, read-only, or closed to you.
        """
        return reserved(self._directory, name, force=force, fresh=fresh, now=self._now)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def open_key_directory(
    path: Path,
    *,
    make_missing: bool = True,
    wait: float = _PATIENCE,
    now: Callable[[], datetime] = _utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[KeyDirectory]:
    """Hold a directory for saving keys in it, made 0700 with its parents where it is missing.

    Args:
        path: The directory; a link to one is followed.
        make_missing: Whether a missing directory is made.
        wait: Seconds to wait for another lskeys that holds it.
        now: The time in UTC, for the names of old files that are kept.
        sleep: Waits for some seconds.

    Raises:
        MissingError: It is missing, and not to be made.
        RefusedError: It is no directory, others may write in it, or another lskeys holds it.
        LocalError: It cannot be made or opened.
    """
    if make_missing:
        make(path)
    with opened(path) as directory:
        lock(directory, wait=wait, sleep=sleep)
        yield KeyDirectory(path, directory, now)


def inspect(
    path: Path, *, force: bool = False, fresh: bool = False
) -> tuple[ExistingFile | None, ExistingFile | None]:
    """What lies where a private key and its `.pub` would go; nothing is made or changed.

    Raises:
        RefusedError: `open_key_directory` or `reserve` would refuse too.
        LocalError: The directory or a file in it cannot be read.
    """
    check_name(path.name)
    try:
        with opened(path.parent) as directory:
            return check_destination(directory, path.name, force=force, fresh=fresh)
    except MissingError:
        return None, None
