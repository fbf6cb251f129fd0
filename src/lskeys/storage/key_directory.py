"""The directory private keys are saved in, while it is held. Touches: the disk."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lskeys.errors import MissingError
from lskeys.model import Secret
from lskeys.storage.directory import Directory, make, opened
from lskeys.storage.key_destination import KeyDestination, check_name
from lskeys.storage.lock import locked

_PATIENCE = 60.0  # seconds; the default time limit of a request of another lskeys


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class KeyDirectory:
    """A directory that is held against other lskeys processes."""

    path: Path
    _directory: Directory
    _now: Callable[[], datetime]

    def reserve(
        self,
        name: str,
        *,
        force: bool,
        fresh: bool = False,
        passphrase: Secret | None = None,
    ) -> AbstractContextManager[KeyDestination]:
        """Look at the destination of a key, check it and take its space: `KeyDestination`.

        A passphrase opens an encrypted file that lies there.

        Raises:
            RefusedError: No key can be saved there.
            LocalError: The disk is full, read-only, or closed to you.
        """
        destination = KeyDestination(self._directory, name, self._now, passphrase)
        return destination.reserve(force=force, fresh=fresh)


@contextmanager
def open_key_directory(
    path: Path,
    *,
    wait: float = _PATIENCE,
    now: Callable[[], datetime] = _utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[KeyDirectory]:
    """Hold a directory for saving keys in it, made 0700 with its parents where it is missing.

    Args:
        path: The directory; a link to one is followed.
        wait: Seconds to wait for another lskeys that holds it.
        now: The time in UTC, for the names of old files that are kept.
        sleep: Waits for some seconds.

    Raises:
        RefusedError: It is no directory, others could swap files in it, or another lskeys holds it.
        LocalError: It cannot be made or opened.
    """
    make(path)
    with opened(path) as directory, locked(directory, wait=wait, sleep=sleep):
        moment = now()  # one for the run: what it keeps of a file lies together
        yield KeyDirectory(path, directory, lambda: moment)


def inspect(
    path: Path, *, force: bool = False, fresh: bool = False, passphrase: Secret | None = None
) -> KeyDestination | None:
    """Look at the destination of a key and check it; nothing is made, changed or held.

    A passphrase opens an encrypted file that lies there.

    Returns:
        What lies there; None where there is no directory yet.

    Raises:
        RefusedError: `open_key_directory` or `reserve` would refuse too.
        LocalError: The directory or a file in it cannot be read.
    """
    check_name(path.name)
    try:
        with opened(path.parent) as directory:
            destination = KeyDestination(directory, path.name, _utc_now, passphrase)
            destination.check(force=force, fresh=fresh)
            return destination
    except MissingError:
        return None
