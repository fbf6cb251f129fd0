"""The local key files, found by what is in them. Touches: the disk, reading only."""

import errno
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lskeys import keys, regular_files
from lskeys.errors import os_reason
from lskeys.keys import KeyFileContent, PublicKey
from lskeys.keys.matching import DirectoryListing, LocalKey, UnreadableFile
from lskeys.keys.material import public_key_file
from lskeys.regular_files import NotRegularError
from lskeys.storage.temporary import DRAFT_PREFIX


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What a search met: the keys, what could not be read, and the directories searched."""

    keys: tuple[LocalKey, ...]
    unreadable: tuple[UnreadableFile, ...]
    directories: tuple[DirectoryListing, ...] = ()


def find(directories: Iterable[Path]) -> tuple[LocalKey, ...]:
    """Every key in the files directly in the directories, in the directories' order, then by name.

    What is no regular file of at most 64 KiB with one key in it is passed over, and so is
    what an interrupted run of lskeys left, which is to be removed and so no copy of a key. An
    encrypted PEM does not show its public key: it is taken from the neighbour of the same name
    with `.pub` behind it, so that pair is one by name only.
    """
    return search(directories).keys


def search(directories: Iterable[Path]) -> FoundFiles:
    """The same, with what could not be read, and the directories, each once by whatever name."""
    found: list[LocalKey] = []
    unreadable: list[UnreadableFile] = []
    seen: dict[tuple[int, int], DirectoryListing] = {}
    for directory in directories:
        try:
            status = directory.stat()
            identity = (status.st_dev, status.st_ino)
            if identity in seen or not stat.S_ISDIR(status.st_mode):
                continue
            mode = stat.S_IMODE(status.st_mode)
            seen[identity] = DirectoryListing(directory, mode, frozenset())
            names = _names(directory)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as exc:
            unreadable.append(_unreadable(directory, exc, is_directory=True))
            continue
        seen[identity] = DirectoryListing(directory, mode, frozenset(names))
        for name in sorted(each for each, may_be_key in names.items() if may_be_key):
            _add(directory / name, found, unreadable)
    return FoundFiles(tuple(found), tuple(unreadable), tuple(seen.values()))


def _add(path: Path, found: list[LocalKey], unreadable: list[UnreadableFile]) -> None:
    try:
        opened = _open(path)
    except FileNotFoundError:  # removed meanwhile
        return
    except OSError as exc:
        unreadable.append(_unreadable(path, exc))
        return
    content = keys.read_local(opened[0]) if opened else None
    if opened and content:
        found.append(local_key(path, content, opened[1]))


def _unreadable(path: Path, exc: OSError, *, is_directory: bool = False) -> UnreadableFile:
    needed = stat.S_IRUSR | (stat.S_IXUSR if is_directory else 0)
    try:
        status = path.stat()
    except OSError:
        is_own = False
    else:
        is_own = status.st_uid == os.geteuid() and status.st_mode & needed != needed
    return UnreadableFile(path, os_reason(exc), is_directory, is_own)


def local_key(path: Path, content: KeyFileContent, mode: int) -> LocalKey:
    """The key in a file, as it is known without the private key itself."""
    public = content.public or _neighbour(path)
    return LocalKey(
        path=path,
        fingerprints=content.fingerprints or (public.fingerprints if public else ()),
        has_private=content.has_private,
        encrypted=content.encrypted,
        mode=mode,
        algorithm=public.algorithm if public else None,
        bits=public.bits if public else None,
        blob=public.blob if public else None,
        comment=public.comment if public else "",
        is_by_name=content.public is None and public is not None,
        obstacle=content.obstacle,
        is_repeated=content.is_repeated,
    )


def _names(directory: Path) -> dict[str, bool]:
    """The names in a directory, and whether each may be that of a key file."""
    with os.scandir(directory) as entries:
        return {each.name: _is_key_file(each) for each in entries}


def _is_key_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a regular file, also behind a link; known before anything is opened."""
    if entry.name.startswith(DRAFT_PREFIX):
        return False
    try:
        return entry.is_file()
    except OSError as exc:  # what a link leads to may be a key, but not where links form a circle
        return exc.errno != errno.ELOOP


def _open(path: Path) -> tuple[bytes, int] | None:
    """Content and permission bits of a regular file, or None where it is none or too big."""
    try:
        content, status = regular_files.read(path, keys.SIZE_LIMIT + 1)
    except NotRegularError:
        return None
    return (content, stat.S_IMODE(status.st_mode)) if len(content) <= keys.SIZE_LIMIT else None


def _neighbour(path: Path) -> PublicKey | None:
    try:
        opened = _open(public_key_file(path))
    except OSError:
        return None
    public = keys.read_local(opened[0]) if opened else None
    return public.public if public and not public.has_private else None
