"""Mends what surrounds a private key that is there: rights, and its `.pub`. Touches: the disk.

Nothing here can lose a key: rights are only taken away, and a file is only put where none is.
"""

import os
import stat
from pathlib import Path

from lskeys import keys as keymaker
from lskeys.errors import MissingError, RefusedError
from lskeys.keys import LocalMaterial
from lskeys.model import Secret
from lskeys.storage import writing
from lskeys.storage.directory import Directory, look, opened
from lskeys.storage.os_errors import told
from lskeys.storage.temporary import drafted
from lskeys.storage.writing import PRIVATE, PUBLIC, PUBLIC_SIZE

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def close_folder(path: Path) -> None:
    """Take away everybody else's right to put files in a folder.

    Raises:
        LocalError: It is no folder, or not yours.
    """
    with told(f"cannot change the rights on {path}"):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
            os.fchmod(descriptor, mode & ~_OTHERS_WRITE)
        finally:
            os.close(descriptor)


def close_file(path: Path) -> None:
    """Make a private key file 0600.

    Raises:
        MissingError: It is gone.
        RefusedError: It is a link, holds no private key, or others may write in its folder.
        LocalError: It is not yours, or the disk failed.
    """
    with opened(path.parent) as directory, told(f"cannot change the rights on {path}"):
        _private(directory, path)
        writing.mend(directory, path.name, PRIVATE)


def complete(path: Path) -> Path:
    """Write the public half of a private key file beside it; the new file.

    Raises:
        MissingError: The private key is gone.
        RefusedError: Something is there already, or the private key does not show its public half.
        LocalError: The disk failed.
    """
    public_path = path.with_name(f"{path.name}.pub")
    with opened(path.parent) as directory, told(f"cannot write {public_path}"):
        public = _private(directory, path).public
        if public is None:
            raise RefusedError(
                f"{path} is encrypted and does not show its public half",
                hint="ssh-keygen -y asks for the passphrase and prints it",
            )
        with drafted(directory, size=PUBLIC_SIZE) as draft:
            line = Secret(public.line().encode() + b"\n")
            if not draft.place(public_path.name, line, PUBLIC):
                raise RefusedError(f"{public_path} is there by now, and stays as it is")
    return public_path


def _private(directory: Directory, path: Path) -> LocalMaterial:
    found = look(directory, path.name)
    if found is None:
        raise MissingError(f"there is no file {path}")
    material = keymaker.read_local(found.content.reveal())
    if material is None or not material.has_private:
        raise RefusedError(f"{path} holds no private key")
    return material
