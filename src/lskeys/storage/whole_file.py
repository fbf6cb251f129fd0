"""Writes a file that is no key, whole or not at all. Touches: the disk."""

from lskeys.model import Secret
from lskeys.storage.directory import Directory
from lskeys.storage.temporary import drafted
from lskeys.storage.writing import PRIVATE


def write_file(  # noqa: PLR0913  what differs from file to file
    directory: Directory,
    name: str,
    content: bytes,
    *,
    mode: int = PRIVATE,
    replaces: bool = True,
    durable: bool = True,
) -> bool:
    """Give a file in an open directory this content; readers see the old file or the new one.

    `mode` are its permission bits, whatever the umask. With `durable` it returns only when the disk
    has it and it was read back; a cache can do without.

    Returns:
        False where the name is taken and is not replaced.

    Raises:
        OSError, LocalError: The disk failed; there is the old file, or the message says so.
    """
    text = Secret(content)
    with drafted(directory, size=len(content), durable=durable) as draft:
        if not replaces:
            return draft.create(name, text, mode)
        draft.replace(name, text, mode)
    return True
