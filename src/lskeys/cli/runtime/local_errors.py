"""What the system refused that nothing else has explained. Touches: the disk, reading."""

import errno
import os
from pathlib import Path

from lskeys.errors import LocalError, LskeysError


def from_system(error: OSError | MemoryError) -> LskeysError:
    """The error for it, which names the file if there is one."""
    from lskeys.config import paths

    if isinstance(error, MemoryError):
        return LocalError("out of memory", hint="end other programs, or raise ulimit -v")
    reason = os.strerror(error.errno or errno.EIO).lower()
    if not error.filename:
        return LocalError(reason, hint=None)
    message = f"{error.filename}: {reason}"
    path = Path(os.fsdecode(error.filename))
    return paths.of_home(error, path, message) or LocalError(message, hint=None)
