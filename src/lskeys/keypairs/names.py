"""Names of key pairs, checked, and where their files go. Pure."""

import re
from pathlib import Path

from lskeys.errors import RefusedError, UsageError
from lskeys.model import DEFAULT_PAIR
from lskeys.values import value

# The guide allows letters, digits and - _ . from 2 to 255 characters; the rest is AWS's.
# No name begins with a dash; one that does is an option that came after `--`.
_NAME = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]{1,254}")


def check_name(name: str) -> None:
    """Check that a key pair can have this name; a path in it could otherwise choose a file.

    Raises:
        UsageError: It cannot.
    """
    if not _NAME.fullmatch(name) or not name.strip("."):
        raise UsageError(
            f"{name} is not a valid key pair name" if name else "a name is empty",
            hint="a name has 2 to 255 letters, digits, dashes, underscores or dots",
        )


def check_new_name(name: str) -> None:
    """Check that a new key pair can have this name.

    Raises:
        UsageError: No key pair can have it.
        RefusedError: It is the name of the default key pair, which only AWS creates.
    """
    check_name(name)
    if name == DEFAULT_PAIR:
        raise RefusedError(
            f"{name} is the name of the default key pair, which AWS creates",
            hint="to have it made: lskeys download-default --create",
        )


@value
class Destination:
    """Where private keys are saved: a directory, and a file name if given; None means stdout."""

    directory: Path | None
    name: str | None = None

    def path_for(self, usual: str) -> Path | None:
        """The file, which has the usual name if none is given; None means stdout."""
        return self.directory and self.directory / (self.name or usual)
