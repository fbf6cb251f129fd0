"""What can lie in a file's place and is no file."""

import os
import socket
import stat
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest

PRECIOUS = b"precious"
"""What is in the file that the symbolic link leads to."""


def put_socket(path: Path) -> None:
    """A socket, made by its name alone: its address has room for about a hundred characters."""
    with chdir(path.parent), socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


def put_unreadable(path: Path) -> str:
    """A file that not even root can read; the error of the system, in lower case."""
    memory = Path("/proc/self/mem")  # nothing is mapped at its beginning
    if memory.exists():
        path.symlink_to(memory)
    else:
        path.touch(0o000)
    try:
        path.read_bytes()
    except OSError as exc:
        return str(exc.strerror).lower()
    pytest.skip("root can read everything here")


def _symlink(path: Path) -> None:
    path.with_name("elsewhere").write_bytes(PRECIOUS)
    path.symlink_to("elsewhere")


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root makes devices")


STRANGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "symlink": (_symlink, "is a symbolic link"),
    "dangling symlink": (_dangling, "is a symbolic link"),
    "pipe": (os.mkfifo, "is a named pipe"),
    "directory": (Path.mkdir, "is a directory"),
    "socket": (put_socket, "is a socket"),
    "device": (_device, "is a device"),
}
"""What creates each at a path, and what lskeys reports."""
