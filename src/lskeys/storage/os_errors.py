"""What a failing disk says, as errors with a way out. Touches: the disk, reading."""

import errno
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lskeys.config import paths
from lskeys.errors import LocalError, os_reason

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

    The owner or the permissions of `path` may be the reason.

    Raises:
        SetupError: It is the home directory that is closed to the user, or cannot be made.
        LocalError: It is something else.
    """
    try:
        yield
    except OSError as exc:
        message = f"{failed}: {os_reason(exc)}"
        is_named = isinstance(exc.filename, str) and exc.filename.startswith("/")
        if of_home := paths.of_home(exc, Path(exc.filename) if is_named else path, message):
            raise of_home from exc
        hint = _WAYS_OUT.get(exc.errno)
        raise LocalError(message, hint=hint and hint.format(path=shlex.quote(str(path)))) from exc
