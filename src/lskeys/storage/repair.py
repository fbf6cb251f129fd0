"""Fixes a private key file that is there: permissions, format, and its `.pub`. Touches: the disk.

Nothing here can lose a key: permissions are only taken away, a file is only put where none is, and
one that is replaced is kept.
"""

import os
import shlex
from datetime import datetime
from pathlib import Path

from lskeys.errors import RefusedError, no_file
from lskeys.model import Secret
from lskeys.storage import replacing, writing
from lskeys.storage.directory import Directory, held_open, opened
from lskeys.storage.existing_file import ExistingFile, read_existing
from lskeys.storage.os_errors import os_errors
from lskeys.storage.ownership import OTHERS_WRITE
from lskeys.storage.temporary import drafted
from lskeys.storage.writing import PRIVATE, PUBLIC, PUBLIC_SIZE

_EVERYTHING = 0o7777


def restrict_directory(path: Path) -> None:
    """Take away everybody else's right to put files in a directory.

    Raises:
        LocalError: It is no directory, or not yours.
    """
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    with (
        os_errors(f"cannot change the permissions on {path}", path),
        held_open(path, flags) as descriptor,
    ):
        writing.restrict(descriptor, path, _EVERYTHING & ~OTHERS_WRITE)


def restrict_file(path: Path) -> None:
    """Make a private key file 0600.

    Raises:
        MissingError: It is gone.
        RefusedError: It is not yours, holds no private key, or others could swap it; a link is
            followed to a file where that is not so.
        LocalError: The disk failed, or keeps no permissions.
    """
    with (
        opened(path.parent) as directory,
        os_errors(f"cannot change the permissions on {path}", path),
    ):
        found = _private(directory, path)
        writing.tighten_mode(directory, path.name, PRIVATE, follow=found.is_link)


def write_public_key(path: Path) -> Path:
    """Write the public key of a private key file next to it; the new file.

    Raises:
        MissingError: The private key is gone.
        RefusedError: Something is there already, or the private key does not show its public key.
        LocalError: The disk failed.
    """
    public_path = path.with_name(f"{path.name}.pub")
    with opened(path.parent) as directory, os_errors(f"cannot write {public_path}", path.parent):
        material = _private(directory, path).material
        public = material.public if material else None
        if public is None:
            raise RefusedError(
                f"{path} is encrypted and does not show its public key",
                hint=f"to print it, with the passphrase: ssh-keygen -y -f {shlex.quote(str(path))}",
            )
        with drafted(directory, size=PUBLIC_SIZE) as draft:
            line = Secret(public.line().encode() + b"\n")
            if not draft.create(public_path.name, line, PUBLIC):
                message = f"{public_path} exists now, and was not changed"
                raise RefusedError(message, hint=_look(public_path))
    return public_path


def write_usable(path: Path, now: datetime) -> Path:
    """Write a private key that ssh cannot load as it can; the old file, which is kept next to it.

    Raises:
        MissingError: It is gone.
        RefusedError: It is a link, or its format cannot be changed without a passphrase.
        LocalError: The disk failed.
    """
    with opened(path.parent) as directory, os_errors(f"cannot write {path}", path):
        found = _private(directory, path)
        clean = found.material.clean if found.material else None
        if found.is_link:
            raise found.path_taken()
        if clean is None:
            message = f"{path} cannot be converted without its passphrase"
            raise RefusedError(message, hint=_look(path))
        writing.tighten_mode(directory, path.name, PRIVATE)  # it is kept, and private then
        with drafted(directory, size=len(clean.reveal())) as draft:
            stamp = f"{now:%Y%m%dT%H%M%SZ}{writing.UNUSABLE}"
            kept = replacing.replace(directory, draft, path.name, clean, PRIVATE, stamp)
    return path.with_name(kept)


def _private(directory: Directory, path: Path) -> ExistingFile:
    found = read_existing(directory, path.name)
    if found is None:
        raise no_file(path)
    if found.owner is not None:
        raise RefusedError(
            f"{path} belongs to {found.owner}", hint=f"only {found.owner} can fix it"
        )
    if found.material is None or not found.material.has_private:
        raise RefusedError(f"{path} holds no private key", hint=_look(path))
    return found


def _look(path: Path) -> str:
    return f"to see what it holds: lskeys fingerprint {shlex.quote(str(path))}"
