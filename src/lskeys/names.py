"""Names of key pairs, refused if none can have them, and of their files. Pure."""

import re

from lskeys.errors import UsageError

# The guide allows letters, digits and - _ . from 2 to 255 characters; the rest is the service's.
# No name begins with a dash; one that does is an option that came after `--`.
_NAME = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]{1,254}")


def check_name(name: str) -> None:
    """Refuse what cannot be a key pair's name; a path in it could otherwise choose a file.

    Raises:
        UsageError: Says what a name is made of.
    """
    if not _NAME.fullmatch(name) or not name.strip("."):
        raise UsageError(
            f"{name} is not a key pair's name" if name else "a name is empty",
            hint="a name has 2 to 255 letters, digits, dashes, underscores or dots",
        )


def default_key_file(region: str) -> str:
    """The default private key's file, as the web console names it."""
    return f"LightsailDefaultKey-{region}.pem"
