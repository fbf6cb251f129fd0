"""Files that can be made again, read only where no other user can change them. Touches: the disk.

Never a reason to fail: what cannot be kept is not, and what cannot be trusted is not there.
"""

from contextlib import suppress
from pathlib import Path

from lskeys.errors import LskeysError
from lskeys.storage import ownership
from lskeys.storage.directory import make, opened, read_file
from lskeys.storage.ownership import OTHERS_WRITE
from lskeys.storage.whole_file import write_file

_MAX_SIZE = 16 * 1024 * 1024  # bytes


class CacheDirectory:
    """The files in a directory of the user's cache."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str) -> bytes | None:
        """What a file holds, read once; None where there is none that can be trusted."""
        with suppress(LskeysError, OSError), opened(self.path) as directory:
            found = read_file(directory, name, limit=_MAX_SIZE)
            if found and ownership.is_ours(found.owner) and not found.mode & OTHERS_WRITE:
                return found.content.reveal()
        return None

    def write(self, name: str, content: bytes) -> bool:
        """Replace a file in one step, private to the user; whether it is kept."""
        with suppress(LskeysError, OSError):
            make(self.path)
            with opened(self.path) as directory:
                return write_file(directory, name, content, durable=False)
        return False
