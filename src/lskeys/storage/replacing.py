"""Replaces a file by a draft, and keeps whatever it replaces. Touches: the disk."""

import ctypes
import errno
import os
import stat
import sys
from contextlib import suppress

from lskeys.model import Secret
from lskeys.storage import writing
from lskeys.storage.directory import Directory, read_file
from lskeys.storage.temporary import Draft

_EXCHANGE = 2
_EXCHANGE_CALL = "renameatx_np" if sys.platform == "darwin" else "renameat2"
_NO_EXCHANGE = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def replace(  # noqa: PLR0913, PLR0917  which file, by what, and how the old one is kept
    directory: Directory, draft: Draft, name: str, text: Secret, mode: int, stamp: str
) -> str:
    """Replace what has the name, which is kept as `NAME.old-STAMP`; that name.

    The two files are exchanged, where system and disk can do that, so that one which appeared
    after the other was kept is found under the draft's name, and kept as well.

    Raises:
        OSError, LocalError: The disk failed; the message says what is there.
    """
    at = directory.descriptor
    kept = writing.keep_backup(directory, name, stamp=stamp)
    draft.write(text, mode)
    draft.is_there = False  # the name may be another file's at any moment: rather left than lost
    try:
        is_exchanged = _exchange(directory, draft.name, name)
        if not is_exchanged:
            os.rename(draft.name, name, src_dir_fd=at, dst_dir_fd=at)
    except OSError:
        draft.is_there = True
        raise
    if is_exchanged:
        if not _is_same_file(directory, draft.name, kept):
            kept = writing.keep_backup(directory, draft.name, stamp=stamp, base=name)
        draft.is_there = True  # the file of that name has another by now
        os.unlink(draft.name, dir_fd=at)
        draft.is_there = False
    draft.confirm(name, text, mode)
    return kept


def _exchange(directory: Directory, name: str, other: str) -> bool:
    """Swap the files of two names in one step; False where the system or the disk cannot.

    Sources: renameat2(2) on Linux, renameatx_np(2) on macOS; both call the flag 2.
    """
    call = getattr(ctypes.CDLL(None, use_errno=True), _EXCHANGE_CALL, None)
    if call is None:
        return False
    at = directory.descriptor
    if call(at, os.fsencode(name), at, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NO_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number))


def _is_same_file(directory: Directory, name: str, other: str) -> bool:
    """Whether two names surely have the same file, or copies of one."""
    with suppress(OSError):
        return _are_same(directory, name, other)
    return False


def _are_same(directory: Directory, name: str, other: str) -> bool:
    first, second = (
        os.stat(each, dir_fd=directory.descriptor, follow_symlinks=False) for each in (name, other)
    )
    if os.path.samestat(first, second):
        return True
    if not all(stat.S_ISREG(each.st_mode) for each in (first, second)):
        return False
    contents = [read_file(directory, each, limit=writing.MAX_COPIED) for each in (name, other)]
    return len({each and each.content.reveal() for each in contents}) == 1
