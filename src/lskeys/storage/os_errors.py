"""What a failing disk says, as errors with a way out. Pure."""

import errno
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lskeys.errors import LocalError

_WAYS_OUT: dict[int | None, str] = {
    errno.ENOSPC: "free some space on that disk, then try again",
    errno.EDQUOT: "free some of your quota on that disk, then try again",
    errno.EROFS: "that disk is mounted read-only: choose a directory on another",
    errno.EACCES: "check its owner and permissions: ls -ld {path}",
    errno.EPERM: "check its owner, and whether that disk keeps permissions: ls -ld {path}",
    errno.EMFILE: "too many files are open: raise the limit with ulimit -n",
    errno.EFBIG: "the limit on file sizes is too low: raise it with ulimit -f",
    errno.EIO: "the disk may be failing: check it before you trust what is on it",
}


@contextmanager
def os_errors(failed: str, path: Path) -> Iterator[None]:
    """Turn what the operating system reports into one sentence that begins with what failed.

    Args:
        failed: What failed.
        path: The file or directory whose owner or permissions may be the reason.
    """
    try:
        yield
    except OSError as exc:
        reason = (exc.strerror or type(exc).__name__).lower()
        hint = _WAYS_OUT.get(exc.errno)
        hint = hint and hint.format(path=shlex.quote(str(path)))
        raise LocalError(f"{failed}: {reason}", hint=hint) from exc
