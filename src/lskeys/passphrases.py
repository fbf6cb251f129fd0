"""Passphrases: from a file, or typed twice. Touches: the disk, reading only."""

from pathlib import Path

from lskeys.errors import LocalError, MissingError, RefusedError
from lskeys.keymaker import LONGEST_PASSPHRASE
from lskeys.model import Secret


def read(path: Path) -> Secret:
    """The first line of a file, without its end.

    Raises:
        MissingError: There is no such file.
        RefusedError: The line is empty or too long.
        LocalError: It cannot be read.
    """
    try:
        with path.open("rb") as file:  # a pipe such as <(pass show key), too
            line = file.readline(LONGEST_PASSPHRASE + 2).rstrip(b"\r\n")
    except FileNotFoundError:
        raise MissingError(f"there is no file {path}") from None
    except OSError as exc:
        reason = (exc.strerror or type(exc).__name__).lower()
        raise LocalError(f"cannot read {path}: {reason}") from None
    if not 0 < len(line) <= LONGEST_PASSPHRASE:
        raise RefusedError(
            f"the first line of {path} is no passphrase: it is {'too long' if line else 'empty'}",
            hint="put the passphrase alone on its first line",
        )
    return Secret(line)


def agreed(typed: Secret, again: Secret) -> Secret:
    """The passphrase for a new key, which was typed twice.

    Raises:
        RefusedError: The two differ, or it is empty or too long.
    """
    words = typed.reveal()
    if words != again.reveal():
        raise RefusedError("the two passphrases differ, nothing was made", hint="try again")
    if not 0 < len(words) <= LONGEST_PASSPHRASE:
        raise RefusedError(
            f"the passphrase is {'too long' if words else 'empty'}, nothing was made",
            hint="without --passphrase the key is not encrypted",
        )
    return typed
