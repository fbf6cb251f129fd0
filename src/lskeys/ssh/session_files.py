"""Files of one session: known hosts, temporary keys, logs; private, and gone afterwards.

They lie in a directory of their own, which is locked while it is used. A run that is killed leaves
it; the next one removes it, and so a temporary key that has expired by then. Touches: the disk.
"""

import fcntl
import os
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from lskeys.model import HostKey
from lskeys.storage.directory import make
from lskeys.storage.os_errors import os_errors
from lskeys.storage.writing import CREATE, PRIVATE

_PREFIX = "session-"


def runtime_directory(environ: Mapping[str, str], state: Path) -> Path:
    """Where sessions have their files: XDG_RUNTIME_DIR, which is emptied at logout, or `state`."""
    given = environ.get("XDG_RUNTIME_DIR", "")
    if given.startswith("/"):
        with suppress(OSError):
            status = os.lstat(given)
            is_ours = status.st_uid == os.getuid() and stat.S_ISDIR(status.st_mode)
            if is_ours and stat.S_IMODE(status.st_mode) == 0o700:  # noqa: PLR2004  as it must be
                return Path(given) / "lskeys"
    return state / "run"


@contextmanager
def session_files(base: Path) -> Iterator["SessionFiles"]:
    """A directory for one session, gone afterwards; also those that killed runs left."""
    make(base)
    _remove_abandoned(base)
    with os_errors(f"cannot make a directory in {base}", base):
        files = SessionFiles(base / (_PREFIX + secrets.token_hex(8)))
    try:
        yield files
    finally:
        files.close()


class SessionFiles:
    """A private directory, locked while it is used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(0o700)
        self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        with suppress(OSError):  # some network disks have no locks
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)  # whoever cleans up holds it for a moment

    def write(self, name: str, content: bytes) -> Path:
        """A new file, 0600 whatever the umask."""
        path = self.path / name
        with os_errors(f"cannot write {path}", path.parent):
            descriptor = os.open(path, CREATE, PRIVATE)
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(descriptor, PRIVATE)
                file.write(content)
        return path

    def write_known_hosts(self, address: str, keys: Iterable[HostKey]) -> Path:
        """A new file in which an address has these host keys, and no other has any."""
        lines = (f"{address} {key.algorithm} {key.public_key}\n" for key in keys)
        return self.write("known_hosts", "".join(lines).encode())

    def link(self, name: str, target: Path) -> Path:
        """A link to a file, in place of one of that name."""
        path = self.path / name
        with os_errors(f"cannot write {path}", path.parent):
            path.unlink(missing_ok=True)
            path.symlink_to(target.absolute())
        return path

    def close(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        with suppress(OSError):
            os.close(self._descriptor)


def _remove_abandoned(base: Path) -> None:
    with suppress(OSError):
        for each in base.iterdir():
            if each.name.startswith(_PREFIX) and _is_abandoned(each):
                shutil.rmtree(each, ignore_errors=True)


def _is_abandoned(path: Path) -> bool:
    """Whether no run holds it; one that was made this very moment may not be locked yet."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return any(path.iterdir())
    except OSError:
        return False
    finally:
        os.close(descriptor)
