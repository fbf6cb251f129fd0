"""A directory that only the user can change: made, checked, held open. Touches: the disk."""

import fcntl
import os
import shlex
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lskeys import regular_files
from lskeys.errors import MissingError, RefusedError
from lskeys.model import Secret
from lskeys.regular_files import NotRegularError
from lskeys.storage import ownership
from lskeys.storage.os_errors import os_errors
from lskeys.values import value

_OWNER_ONLY = 0o700
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NONBLOCK | os.O_CLOEXEC
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@value
class Directory:
    """A directory held open: whatever is renamed meanwhile, its files are reached through it.

    Attributes:
        path: Its name, for messages.
        descriptor: What every file in it is opened, linked and removed relative to.
    """

    path: Path
    descriptor: int

    def flush(self) -> None:
        """Make the names in it last."""
        flush(self.descriptor)


@value
class FileContent:
    """A regular file that lies in a directory now, or that a link in it leads to.

    Attributes:
        owner: The number of the user it belongs to.
        links: How many names it has.
        is_link: Whether the name is a symbolic link's.
    """

    content: Secret
    mode: int
    owner: int
    links: int
    is_link: bool


def make(path: Path) -> None:
    """Make a directory and its missing parents, each 0700 whatever the umask, and flush them.

    Raises:
        RefusedError: Others could swap what would be made.
        LocalError: It cannot be made.
    """
    missing = []
    for each in (path, *path.parents):
        if os.path.lexists(each):
            break
        missing.append(each)
    for each in reversed(missing):
        with os_errors(f"cannot make the directory {each}", each.parent):
            ownership.refuse_unsafe(each)  # which is missing: the way to it is judged
            _make_one(each)


@contextmanager
def opened(path: Path) -> Iterator[Directory]:
    """Hold a directory open.

    Raises:
        MissingError: There is none.
        RefusedError: It is no directory, or others could swap files in it.
        LocalError: It cannot be opened.
    """
    with os_errors(f"cannot open the directory {path}", path):
        if path.exists() and not path.is_dir():
            raise _not_a_directory(path)
        ownership.refuse_unsafe(path)  # after which no other user can exchange it
        descriptor = _open(path)
    try:
        yield Directory(path, descriptor)
    finally:
        with suppress(OSError):  # nothing was written through it
            os.close(descriptor)


def read_file(
    directory: Directory, name: str, *, limit: int, follow: bool = False
) -> FileContent | None:
    """The regular file of that name, or None where nothing is; one byte more than `limit` at most.

    Raises:
        RefusedError: Something else is there: a directory, a pipe, a device, or a link, which
            with `follow` is refused only if it leads to no regular file, or to one that others
            could swap.
        OSError: It cannot be read.
    """
    try:
        return _read(directory, name, limit, follow=False)
    except FileNotFoundError:
        return None
    except NotRegularError as error:
        refusal = _not_regular(directory.path / name, error.mode)
        if not follow or not stat.S_ISLNK(error.mode):
            raise refusal from None
    try:
        ownership.refuse_unsafe((directory.path / name).resolve().parent)
        return _read(directory, name, limit, follow=True)
    except (FileNotFoundError, NotRegularError, RuntimeError):  # RuntimeError: links in a circle
        raise refusal from None


def _read(directory: Directory, name: str, limit: int, *, follow: bool) -> FileContent:
    content, status = regular_files.read(
        name, limit + 1, dir_fd=directory.descriptor, follow=follow
    )
    mode = stat.S_IMODE(status.st_mode)
    return FileContent(Secret(content), mode, status.st_uid, status.st_nlink, is_link=follow)


@contextmanager
def held_open(path: Path | str, flags: int, *, at: int | None = None) -> Iterator[int]:
    """A descriptor of what is there, perhaps below the directory `at`; closed afterwards."""
    descriptor = os.open(path, flags, dir_fd=at)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def flush(descriptor: int) -> None:
    """Wait until the disk has it."""
    os.fsync(descriptor)
    if sys.platform == "darwin":  # there fsync(2) leaves it in the drive's own cache
        with suppress(OSError):  # which not every filesystem can flush
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)


def _make_one(path: Path) -> None:
    try:
        path.mkdir(_OWNER_ONLY)
    except FileExistsError:  # another process was quicker: judged when it is opened
        return
    except NotADirectoryError:
        raise _not_a_directory(path.parent) from None
    if stat.S_IMODE(path.lstat().st_mode) & _OWNER_ONLY != _OWNER_ONLY:
        path.chmod(_OWNER_ONLY)  # a umask that takes the owner's own permissions
    # A parent like /home may be closed for reading.
    with suppress(PermissionError), held_open(path.parent, _DIRECTORY) as parent:
        if ownership.home_owner() is not None:
            with held_open(path.name, _DIRECTORY | os.O_NOFOLLOW, at=parent) as made:
                ownership.give(made, parent)
        flush(parent)


def _open(path: Path) -> int:
    try:
        return os.open(path, _DIRECTORY)
    except FileNotFoundError:
        if path.is_symlink():
            raise MissingError(
                f"{path} is a link that leads nowhere", hint="remove it, or make its target"
            ) from None
        raise MissingError(
            f"there is no directory {path}", hint=f"make it: mkdir -p {shlex.quote(str(path))}"
        ) from None
    except NotADirectoryError:
        raise _not_a_directory(path) from None


def _not_a_directory(path: Path) -> RefusedError:
    return RefusedError(
        f"{path} is not a directory", hint="choose another directory, or move that file away"
    )


def _not_regular(path: Path, mode: int) -> RefusedError:
    kind = _KINDS.get(stat.S_IFMT(mode), "no regular file")
    return RefusedError(
        f"{path} is {kind}, and nothing is written through one",
        hint="remove it, or choose another path",
    )
