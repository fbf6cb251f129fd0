"""The local key files, found by what is in them. Touches: the disk, reading only."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lskeys import keys
from lskeys.keys import KeyFileContent, PublicKey
from lskeys.keys.matching import DirectoryListing, LocalKey, UnreadableFile
from lskeys.storage.temporary import DRAFT_PREFIX

READ_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What a search met: the keys, and what could not be read and so may hold any key."""

    keys: tuple[LocalKey, ...]
    unreadable: tuple[UnreadableFile, ...]


def find(directories: Iterable[Path]) -> tuple[LocalKey, ...]:
    """Every key in the files directly in the directories, in the directories' order, then by name.

    What is no regular file of at most 64 KiB with one key in it is passed over, and so is
    what an interrupted run of lskeys left, which is to be removed and so no copy of a key. An
    encrypted PEM does not show its public key: it is taken from the neighbour of the same name
    with `.pub` behind it, so that pair is one by name only.
    """
    return search(directories).keys


def search(directories: Iterable[Path]) -> FoundFiles:
    """The same, with the files and directories that could not be read."""
    found: list[LocalKey] = []
    unreadable: list[UnreadableFile] = []
    for directory in _distinct(directories):
        try:
            for path in _files(directory):
                _add(path, found, unreadable)
        except OSError as exc:
            unreadable.append(UnreadableFile(directory, reason(exc)))
    return FoundFiles(tuple(found), tuple(unreadable))


def _add(path: Path, found: list[LocalKey], unreadable: list[UnreadableFile]) -> None:
    try:
        opened = _open(path)
    except FileNotFoundError:  # removed meanwhile
        return
    except OSError as exc:
        unreadable.append(UnreadableFile(path, reason(exc)))
        return
    content = keys.read_local(opened[0]) if opened else None
    if opened and content:
        found.append(local_key(path, content, opened[1]))


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
    )


def reason(exc: OSError) -> str:
    """What the operating system says, in lower case."""
    return (exc.strerror or type(exc).__name__).lower()


def list_directories(directories: Iterable[Path]) -> tuple[DirectoryListing, ...]:
    """The directories that can be listed, each once: permissions and names of files."""
    return tuple(
        seen for directory in _distinct(directories) if (seen := _list_directory(directory))
    )


def _distinct(directories: Iterable[Path]) -> Iterator[Path]:
    """The directories that are there, each once under whatever name."""
    seen: set[tuple[int, int] | None] = {None}
    for directory in directories:
        identity = _identity(directory)
        if identity not in seen:
            seen.add(identity)
            yield directory


def _list_directory(directory: Path) -> DirectoryListing | None:
    try:
        mode = stat.S_IMODE(directory.stat().st_mode)
        return DirectoryListing(
            directory, mode, frozenset(each.name for each in directory.iterdir())
        )
    except OSError:
        return None


def _identity(directory: Path) -> tuple[int, int] | None:
    try:
        status = directory.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino)


def _files(directory: Path) -> Iterator[Path]:
    """Regular files, those behind a link too; the type is known before anything is opened."""
    with os.scandir(directory) as entries:
        names = sorted(each.name for each in entries if _is_key_file(each))
    yield from (directory / name for name in names)


def _is_key_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file() and not entry.name.startswith(DRAFT_PREFIX)
    except OSError:  # a link that goes in circles
        return False


def _open(path: Path) -> tuple[bytes, int] | None:
    """Content and permission bits of a regular file, or None where it is none or too big."""
    if not stat.S_ISREG(path.stat().st_mode):  # opening a device can already do something
        return None
    descriptor = os.open(path, READ_FLAGS)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > keys.SIZE_LIMIT:
            return None
        content = os.read(descriptor, keys.SIZE_LIMIT + 1)
    finally:
        os.close(descriptor)
    return content, stat.S_IMODE(status.st_mode)


def _neighbour(path: Path) -> PublicKey | None:
    try:
        opened = _open(path.with_name(path.name + ".pub"))
    except OSError:
        return None
    beside = keys.read_local(opened[0]) if opened else None
    return beside.public if beside and not beside.has_private else None
