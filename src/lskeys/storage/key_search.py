"""The key local files, found by what is in them. Touches: the disk, reading only."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from lskeys import keys
from lskeys.errors import LocalError, MissingError, RefusedError
from lskeys.keys import KeyMaterialError, PublicKey
from lskeys.keys.matching import DirectoryListing, LocalKey
from lskeys.model import Secret
from lskeys.storage.temporary import DRAFT_PREFIX

Opens = Callable[[Path], Secret | None]
"""Gives the passphrase of an encrypted file, or None to leave it shut."""

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


def find(directories: Iterable[Path]) -> tuple[LocalKey, ...]:
    """Every key in the files directly in the directories, in the directories' order, then by name.

    What is no readable regular file of at most 64 KiB with one key in it is passed over, and so is
    what an interrupted run of lskeys left, which is to be removed and so no copy of a key. An
    encrypted PEM does not show its public key: it is taken from the neighbour of the same name
    with `.pub` behind it, so that pair is one by name only.
    """
    return tuple(
        key
        for directory in _distinct(directories)
        for path in _files(directory)
        if (key := _read_one(path))
    )


def list_directories(directories: Iterable[Path]) -> tuple[DirectoryListing, ...]:
    """The directories that can be listed, each once: permissions and names of files."""
    return tuple(
        seen for directory in _distinct(directories) if (seen := _list_directory(directory))
    )


def read(path: Path, opens: Opens | None = None) -> LocalKey:
    """The key in one named file; an encrypted one is opened where `opens` has its passphrase.

    Raises:
        MissingError: There is no such file.
        RefusedError: It is a directory, a device, too big, holds no single key, or does not open.
        LocalError: It cannot be read.
    """
    try:
        opened = _open(path)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingError(f"there is no file {path}") from None
    except OSError as exc:
        raise LocalError(f"cannot read {path}: {_reason(exc)}") from exc
    if opened is None:
        raise RefusedError(
            f"{path} is not a regular file of at most {keys.SIZE_LIMIT // 1024} KiB",
            hint="name the file that holds the key",
        )
    return read_content(path, *opened, opens)


def read_content(path: Path, content: bytes, mode: int, opens: Opens | None = None) -> LocalKey:
    """The key in a content; `path` and `mode` are of the file or stream it came from.

    Raises:
        RefusedError: It holds no single key, or does not open.
    """
    key = _key(path, content, mode)
    if key is None:
        raise RefusedError(
            f"{path} holds no key that can be read",
            hint="name a private key, or its public key, in PEM, OpenSSH or RFC 4716 form",
        )
    passphrase = opens(path) if opens and key.encrypted else None
    return _unlocked(key, content, passphrase) if passphrase else key


def _unlocked(key: LocalKey, content: bytes, passphrase: Secret) -> LocalKey:
    try:
        private = keys.read_private(content, passphrase=passphrase.reveal())
    except KeyMaterialError as error:
        raise RefusedError(f"{key.path}: {error.message}", hint=error.hint) from None
    return replace(
        key,
        fingerprints=private.fingerprints,
        algorithm=private.public.algorithm,
        bits=private.public.bits,
        blob=private.public.blob,
        is_by_name=False,
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
    try:
        with os.scandir(directory) as entries:
            names = sorted(each.name for each in entries if _is_key_file(each))
    except OSError:
        return
    yield from (directory / name for name in names)


def _is_key_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file() and not entry.name.startswith(DRAFT_PREFIX)
    except OSError:  # a link that goes in circles
        return False


def _read_one(path: Path) -> LocalKey | None:
    try:
        opened = _open(path)
    except OSError:
        return None
    return _key(path, *opened) if opened else None


def _open(path: Path) -> tuple[bytes, int] | None:
    """Content and permission bits of a regular file, or None where it is none or too big."""
    if not stat.S_ISREG(path.stat().st_mode):  # opening a device can already do something
        return None
    descriptor = os.open(path, _FLAGS)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > keys.SIZE_LIMIT:
            return None
        content = os.read(descriptor, keys.SIZE_LIMIT + 1)
    finally:
        os.close(descriptor)
    return content, stat.S_IMODE(status.st_mode)


def _key(path: Path, content: bytes, mode: int) -> LocalKey | None:
    material = keys.read_local(content)
    if material is None:
        return None
    public = material.public or _neighbour(path)
    return LocalKey(
        path=path,
        fingerprints=material.fingerprints or (public.fingerprints if public else ()),
        has_private=material.has_private,
        encrypted=material.encrypted,
        mode=mode,
        algorithm=public.algorithm if public else None,
        bits=public.bits if public else None,
        blob=public.blob if public else None,
        comment=public.comment if public else "",
        is_by_name=material.public is None and public is not None,
    )


def _neighbour(path: Path) -> PublicKey | None:
    try:
        opened = _open(path.with_name(path.name + ".pub"))
    except OSError:
        return None
    beside = keys.read_local(opened[0]) if opened else None
    return beside.public if beside and not beside.has_private else None


def _reason(exc: OSError) -> str:
    return (exc.strerror or type(exc).__name__).lower()
