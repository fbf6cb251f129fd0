"""Single steps of writing a file: space, content, names, permissions. Touches: the disk."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from lskeys.errors import LocalError, RefusedError
from lskeys.model import Secret
from lskeys.storage import ownership
from lskeys.storage.directory import Directory, flush, held_open, read_file

PRIVATE = 0o600
PUBLIC = 0o644
PUBLIC_SIZE = 4 * 1024
NOT_THE_OWNER = 0o077
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
UNUSABLE = "-unusable"
"""In the name of a backup that ssh cannot load, so that it is not taken for the old key."""

MAX_SUFFIX = len(".old-20260101T000000Z-99")

_NO_FALLOCATE = (errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS)
_MAX_COPIES = 99
MAX_COPIED = 64 * 1024
"""Bytes of a file that is kept as a copy, where the disk knows no hard links."""


def reserve(descriptor: int, size: int) -> None:
    """Take space on the disk, so that a full one shows now and not when there is a key to lose."""
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(descriptor, 0, size)
        except OSError as exc:
            if exc.errno not in _NO_FALLOCATE:
                raise
        else:
            return
    _write(descriptor, bytes(size))
    flush(descriptor)  # a network disk says only now that it is full


def write_content(descriptor: int, text: Secret, mode: int, *, durable: bool = True) -> None:
    """Make a text the whole content of a file; if `durable`, wait until the disk has it."""
    content = text.reveal()
    _write(descriptor, content)
    os.ftruncate(descriptor, len(content))
    os.fchmod(descriptor, mode)  # last: what is open to others is never still to be written
    if durable:
        flush(descriptor)


def publish(directory: Directory, draft: str, name: str, text: Secret, mode: int) -> None:
    """Give a finished draft its name, or where disks know no hard links, write under that name.

    Raises:
        FileExistsError: The name is taken; what has it stays as it is.
    """
    try:
        _link(directory, draft, name)
    except OSError as exc:
        if exc.errno not in _NO_LINKS:
            raise
        _create(directory, name, text, mode)


def keep_backup(directory: Directory, name: str, *, stamp: str, base: str | None = None) -> str:
    """Give a file a second name next to it, `NAME.old-STAMP`, and return it; NAME may be another.

    Raises:
        LocalError: There are too many of that second, or it is too big to be copied.
    """
    base = name if base is None else base
    for number in range(1, _MAX_COPIES + 1):
        kept = f"{base}.old-{stamp}" + (f"-{number}" if number > 1 else "")
        with suppress(FileExistsError):
            _keep_as(directory, name, kept)
            directory.flush()
            return kept
    raise LocalError(
        f"too many copies of {stamp} lie next to {directory.path / base}",
        hint="move some of them away, then run the same command again",
    )


def tighten_mode(directory: Directory, name: str, mode: int, *, follow: bool = False) -> None:
    """Take away every permission beyond `mode`, and make the file last.

    Raises:
        RefusedError: It belongs to another user.
        LocalError: The disk keeps no permissions.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    with held_open(name, flags, at=directory.descriptor) as descriptor:
        restrict(descriptor, directory.path / name, mode)
        flush(descriptor)


def restrict(descriptor: int, path: Path, mode: int) -> None:
    """Take away every permission beyond `mode`, and check that they are gone.

    Raises:
        RefusedError: It belongs to another user, whom root would take them from.
        LocalError: The disk keeps no permissions (WSL's drives without metadata, vfat).
    """
    status = os.fstat(descriptor)
    before = stat.S_IMODE(status.st_mode)
    if not before & ~mode:
        return
    if not ownership.is_ours(status.st_uid):
        owner = ownership.name_of(status.st_uid)
        raise RefusedError(f"{path} belongs to {owner}", hint=f"only {owner} can fix it")
    os.fchmod(descriptor, before & mode)
    if stat.S_IMODE(os.fstat(descriptor).st_mode) & ~mode:
        raise LocalError(
            f"others keep their permissions on {path} (mode {before:04o}): its disk keeps none",
            hint="move it to a disk that keeps permissions (on WSL not below /mnt)",
        )


def _write(descriptor: int, content: bytes) -> None:
    written = 0
    while written < len(content):
        written += os.pwrite(descriptor, memoryview(content)[written:], written)


def _link(directory: Directory, name: str, other: str) -> None:
    at = directory.descriptor
    os.link(name, other, src_dir_fd=at, dst_dir_fd=at, follow_symlinks=False)


def _create(directory: Directory, name: str, text: Secret, mode: int) -> None:
    """Write a file under its own name; gone again if that fails."""
    descriptor = os.open(name, CREATE, PRIVATE, dir_fd=directory.descriptor)
    try:
        try:
            write_content(descriptor, text, mode)
        finally:
            os.close(descriptor)
    except BaseException:
        os.unlink(name, dir_fd=directory.descriptor)
        raise


def _keep_as(directory: Directory, name: str, kept: str) -> None:
    try:
        _link(directory, name, kept)
    except OSError as exc:
        found = read_file(directory, name, limit=MAX_COPIED)
        if exc.errno not in _NO_LINKS or found is None:
            raise
        if len(found.content.reveal()) > MAX_COPIED:
            raise LocalError(
                f"{directory.path / name} is too big to be kept next to it",
                hint="move it away, then run the same command again",
            ) from exc
        _create(directory, kept, found.content, PRIVATE)
