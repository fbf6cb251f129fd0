"""Reads regular files, at most so many bytes, and waits for no pipe or device. Touches: the disk.

Light enough for TAB: it imports nothing that Python has not loaded at its start.
"""

import os
import stat

TYPE_CHECKING = False  # as typing has it, which would be an import
if TYPE_CHECKING:
    from collections.abc import Callable

FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
"""Opens a file, without waiting for another program to open the other end of a pipe."""


class NotRegularError(OSError):
    """What has that name is a directory, a pipe, a device or the like; `mode` is its st_mode."""

    def __init__(self, path: "str | os.PathLike[str]", mode: int) -> None:
        super().__init__(0, "not a regular file", os.fspath(path))
        self.mode = mode


def read(
    path: "str | os.PathLike[str]", limit: int, *, dir_fd: int | None = None, follow: bool = True
) -> tuple[bytes, os.stat_result]:
    """The first `limit` bytes of a regular file, and its status; a link is followed if `follow`.

    Raises:
        NotRegularError: Something else has that name.
        OSError: Nothing has it, or it cannot be read.
    """
    status = os.stat(path, dir_fd=dir_fd, follow_symlinks=follow)
    _check(path, status)  # before it is opened: opening a device can already do something
    descriptor = os.open(path, FLAGS | (0 if follow else os.O_NOFOLLOW), dir_fd=dir_fd)
    try:
        status = os.fstat(descriptor)
        _check(path, status)
        content = b""
        while len(content) < limit and (part := os.read(descriptor, limit - len(content))):
            content += part
            if len(content) == status.st_size:
                break
    finally:
        os.close(descriptor)
    return content, status


def free_name(path: str, is_taken: "Callable[[str], bool]" = os.path.lexists) -> str:
    """The first name that nothing has: `NAME.EXT`, `NAME-2.EXT`, `NAME-3.EXT` and so on."""
    name, extension = os.path.splitext(path)  # noqa: PTH122  TAB loads no pathlib
    number = 1
    while is_taken(path):
        number += 1
        path = f"{name}-{number}{extension}"
    return path


def _check(path: "str | os.PathLike[str]", status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotRegularError(path, status.st_mode)
