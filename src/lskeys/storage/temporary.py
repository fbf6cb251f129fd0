"""One file that appears whole or not at all, and over nothing else. Touches: the disk."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path

from lskeys.errors import LocalError
from lskeys.model import Secret
from lskeys.storage import ownership, writing
from lskeys.storage.directory import Directory, read_file
from lskeys.storage.os_errors import os_errors
from lskeys.storage.writing import NOT_THE_OWNER, PRIVATE

DRAFT_PREFIX = ".lskeys-"
"""What files that are not finished are called; a run that is killed leaves them behind."""


@contextmanager
def drafted(directory: Directory, *, size: int, durable: bool = True) -> Iterator["Draft"]:
    """A draft whose temporary file is gone afterwards, whatever happens but SIGKILL."""
    draft = Draft(directory, durable=durable)
    try:
        with os_errors(f"cannot write in {directory.path}", directory.path):
            draft.reserve(size)
        yield draft
    finally:
        try:
            draft.discard()
        finally:  # once more: a signal, of which there is only one, may have cut the first short
            draft.discard()


class Draft:
    """A temporary file next to its destination, private from its first byte.

    Its name cannot be guessed; a lock on it shows other processes that it is in use. What it
    becomes is flushed and read back if it is `durable`.

    Attributes:
        is_there: Whether that name is still its own, to be removed at the end.
    """

    __slots__ = ("_descriptor", "_directory", "_is_durable", "is_there", "name")

    def __init__(self, directory: Directory, *, durable: bool) -> None:
        self._directory = directory
        self._is_durable = durable
        self.name = DRAFT_PREFIX + os.urandom(8).hex()
        self._descriptor: int | None = None
        self.is_there = True  # before it is, so that a signal right after its creation is no leak

    def reserve(self, size: int) -> None:
        """Create the file and take its space on the disk."""
        directory = self._directory.descriptor
        self._descriptor = os.open(self.name, writing.CREATE, PRIVATE, dir_fd=directory)
        os.fchmod(self._descriptor, PRIVATE)
        if os.fstat(self._descriptor).st_mode & NOT_THE_OWNER:
            raise LocalError(
                f"the disk of {self._directory.path} cannot keep a file private",
                hint="choose a directory on a disk that keeps permissions",
            )
        ownership.give(self._descriptor, directory)
        with suppress(OSError):  # some network disks have no locks
            flock(self._descriptor, LOCK_EX | LOCK_NB)
        writing.reserve(self._descriptor, size)

    def create(self, name: str, text: Secret, mode: int) -> bool:
        """Give it content and name; False where the name is taken, whose file stays as it is."""
        self.write(text, mode)
        try:
            writing.publish(self._directory, self.name, name, text, mode)
        except FileExistsError:
            return False
        with os_errors(
            f"{self._path(name)} is saved, but {self._path(self.name)} cannot be removed",
            self._directory.path,
        ):
            os.unlink(self.name, dir_fd=self._directory.descriptor)
        self.is_there = False
        self.confirm(name, text, mode)
        return True

    def replace(self, name: str, text: Secret, mode: int) -> None:
        """Give it content, and the name instead of what has it, in one step."""
        self.write(text, mode)
        directory = self._directory.descriptor
        os.rename(self.name, name, src_dir_fd=directory, dst_dir_fd=directory)
        self.is_there = False
        self.confirm(name, text, mode)

    def confirm(self, name: str, text: Secret, mode: int) -> None:
        """Flush the directory, and read back what it has under that name.

        Raises:
            LocalError: It has something else, or the disk failed.
        """
        if not self._is_durable:
            return
        with os_errors(
            f"{self._path(name)} is written, but the disk does not confirm it", self._path(name)
        ):
            self._directory.flush()
            found = read_file(self._directory, name, limit=len(text.reveal()))
        if (
            found is None
            or found.content.reveal() != text.reveal()
            or found.mode & NOT_THE_OWNER & ~mode
        ):
            raise LocalError(
                f"{self._path(name)} does not read back as it was written",
                hint="do not rely on that file: check the disk, then try again",
            )

    def discard(self) -> None:
        """Remove the temporary file if it is still there; never hides the error before it."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):
                os.close(descriptor)
        if self.is_there:
            with suppress(OSError):
                os.unlink(self.name, dir_fd=self._directory.descriptor)
            self.is_there = False

    def _path(self, name: str) -> Path:
        return self._directory.path / name

    def write(self, text: Secret, mode: int) -> None:
        """Give it content and permissions."""
        descriptor = self._descriptor
        if descriptor is None:  # filled before the name turned out to be taken
            return
        writing.write_content(descriptor, text, mode, durable=self._is_durable)
        self._descriptor = None
        os.close(descriptor)


def leftovers(directory: Path) -> tuple[Path, ...]:
    """Temporary files of runs that were killed, by name; those in use are not among them.

    Each may hold a private key, 0600 as ever; lskeys names them and leaves them to the user.
    """
    try:
        with os.scandir(directory) as entries:
            names = sorted(each.name for each in entries if each.name.startswith(DRAFT_PREFIX))
    except OSError:
        return ()
    return tuple(path for name in names if _is_stale(path := directory / name))


def _is_stale(path: Path) -> bool:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as exc:
        return isinstance(exc, PermissionError)  # there, but another user's
    try:
        flock(descriptor, LOCK_SH | LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # no locks here: better named once too often
        return True
    finally:
        os.close(descriptor)
    return True
