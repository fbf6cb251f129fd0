"""Fixes what surrounds a private key that is there: permissions, and its `.pub`. Touches: the disk.

Nothing here can lose a key: permissions are only taken away, and a file is only put where none is.
"""

import os
import stat
from pathlib import Path

from lskeys import keys
from lskeys.errors import MissingError, RefusedError
from lskeys.keys import KeyFileContent
from lskeys.model import Secret
from lskeys.storage import writing
from lskeys.storage.directory import Directory, opened, read_file
from lskeys.storage.os_errors import os_errors
from lskeys.storage.temporary import drafted
from lskeys.storage.writing import PRIVATE, PUBLIC, PUBLIC_SIZE

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def restrict_directory(path: Path) -> None:
    """Take away everybody else's right to put files in a directory.

    Raises:
        LocalError: It is no directory, or not yours.
    """
    with os_errors(f"cannot change the permissions on {path}"):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
            os.fchmod(descriptor, mode & ~_OTHERS_WRITE)
        finally:
            os.close(descriptor)


def restrict_file(path: Path) -> None:
    """Make a private key file 0600.

    Raises:
        MissingError: It is gone.
        RefusedError: It is a link, holds no private key, or others may write in its directory.
        LocalError: It is not yours, or the disk failed.
    """
    with opened(path.parent) as directory, os_errors(f"cannot change the permissions on {path}"):
        _private(directory, path)
        writing.tighten_mode(directory, path.name, PRIVATE)


def write_public_key(path: Path) -> Path:
    """Write the public key of a private key file next to it; the new file.

    Raises:
        MissingError: The private key is gone.
        RefusedError: Something is there already, or the private key does not show its public key.
        LocalError: The disk failed.
    """
    public_path = path.with_name(f"{path.name}.pub")
    with opened(path.parent) as directory, os_errors(f"cannot write {public_path}"):
        public = _private(directory, path).public
        if public is None:
            raise RefusedError(
                f"{path} is encrypted and does not show its public key",
                hint="ssh-keygen -y asks for the passphrase and prints it",
            )
        with drafted(directory, size=PUBLIC_SIZE) as draft:
            line = Secret(public.line().encode() + b"\n")
            if not draft.create(public_path.name, line, PUBLIC):
                raise RefusedError(f"{public_path} is there by now, and stays as it is")
    return public_path


def _private(directory: Directory, path: Path) -> KeyFileContent:
    found = read_file(directory, path.name, limit=keys.SIZE_LIMIT)
    if found is None:
        raise MissingError(f"there is no file {path}")
    material = keys.read_local(found.content.reveal())
    if material is None or not material.has_private:
        raise RefusedError(f"{path} holds no private key")
    return material
