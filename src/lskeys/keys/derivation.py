"""The command that derives the public key of a private key file, quoted for a shell. Pure."""

import shlex

from lskeys.keys.ciphers import outdated
from lskeys.keys.matching import LocalKey
from lskeys.keys.ssh_loading import OUTDATED_CIPHER


def derive_public(key: LocalKey) -> str:
    """Write its `.pub` file, next to it; like `print_public`."""
    return print_public(key, f"> {shlex.quote(str(key.public_path))}")


def print_public(key: LocalKey, then: str) -> str:
    """Print its public key, and do `then` with it; ssh-keygen prompts for a passphrase.

    It refuses a key that others can access, so that is fixed first. Where ssh cannot load the key,
    ssh-keygen cannot either: this is then what comes before, or why nothing does.
    """
    if key.obstacle:
        encrypt = outdated().hint_for(key.path) if key.obstacle == OUTDATED_CIPHER else None
        return encrypt or f"ssh-keygen cannot load it: {key.obstacle}"
    derive = f"{shlex.join(('ssh-keygen', '-y', '-f', str(key.path)))} {then}"
    return f"{key.fix_command} && {derive}" if key.fix_command else derive
