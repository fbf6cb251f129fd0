"""Command lines that fix a finding, quoted for a shell. Pure."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lskeys.keys.ciphers import ENCRYPT_ANEW
from lskeys.model import DEFAULT_ALIAS, AccountRegion, KeyPair
from lskeys.regular_files import free_name
from lskeys.storage.writing import UNUSABLE
from lskeys.text import lskeys_command

_MAX_NAME = 255

IsTaken = Callable[[str], bool]
"""Whether something has a path: no command may write over it."""


@dataclass(frozen=True, slots=True)
class LskeysCommands:
    """Command lines of lskeys for the accounts queried.

    `profiles` are those given on the command line, `options` the other options that choose the
    account.
    """

    profiles: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def show(self, pair: KeyPair) -> str:
        """Show everything about a key pair, as a basis for a decision."""
        return self._line(pair.profile, "show", pair.name, "--region", pair.region)

    def delete(self, pair: KeyPair) -> str:
        """Delete a key pair after confirmation; a default key pair only with --fingerprint."""
        guarded = ("--fingerprint",) if pair.is_default else ()
        return self._line(pair.profile, "delete", pair.name, "--region", pair.region, *guarded)

    def download(self, pair: KeyPair) -> str:
        """Save the default private key."""
        return self._line(pair.profile, "download-default", "--region", pair.region)

    def download_over(self, pair: KeyPair, file: Path) -> str:
        """Save the default private key over another key, which is kept as a backup."""
        target = ("--file", str(file), "--force")
        return self._line(pair.profile, "download-default", "--region", pair.region, *target)

    def renew(self, pair: KeyPair, now: datetime) -> str:
        """The first step to a new key: rotate-default, or create with today's date in the name."""
        if pair.is_default:
            return self._line(pair.profile, "rotate-default", "--region", pair.region)
        dated = f"-{now:%Y-%m-%d}"
        name = pair.name[: _MAX_NAME - len(dated)] + dated
        return self._line(pair.profile, "create", name, "--region", pair.region)

    def authorize(self, pair: KeyPair, names: Sequence[str]) -> str:
        """Add the key of a key pair to instances that were launched with an earlier one."""
        called = DEFAULT_ALIAS if pair.is_default else pair.name
        words = ("authorize", *names, "--key-pair", called, "--region", pair.region)
        return self._line(pair.profile, *words)

    def fix(self, pair: KeyPair | None, regions: Sequence[AccountRegion]) -> str:
        """Have the audit fix what it can, with the same options."""
        region = pair.region if pair else regions[0].region
        profile = pair.profile if pair else None
        return self._line(profile, "audit", "--fix", "--region", region)

    def look_everywhere(self, file: Path) -> str:
        """Search all regions for the key pair of a file."""
        return self._line(None, "fingerprint", str(file), "--match", "--all-regions")

    def _line(self, profile: str | None, *words: str) -> str:
        profiles = (profile,) if profile else self.profiles
        named = (word for each in profiles for word in ("--profile", each))
        return lskeys_command(*named, *self.options, *words)


def put_aside(file: Path, ending: str, is_taken: IsTaken, public: Path | None = None) -> str:
    """Rename a file, and its public key next to it, by appending `.ENDING`; to free names only."""

    def is_either(name: str) -> bool:
        return is_taken(name) or is_taken(f"{name}.pub")

    aside = free_name(f"{file}.{ending}", is_either)
    moves = [(file, aside), *([(public, f"{aside}.pub")] if public else [])]
    return " && ".join(shlex.join(("mv", "-n", str(old), new)) for old, new in moves)


def encrypt_anew(file: Path, is_taken: IsTaken) -> str:
    """Encrypt a key with a current cipher and keep the old file; openssl prompts for passphrases.

    The old one's name is like those that lskeys gives to files that ssh cannot load.
    """
    new = free_name(f"{file}.new", is_taken)
    old = free_name(f"{file}.old{UNUSABLE}", is_taken)
    convert = shlex.join((*ENCRYPT_ANEW.split(), "-in", str(file), "-out", new))
    return (
        f"{convert} && mv -n {shlex.join((str(file), old))} && mv -n {shlex.join((new, str(file)))}"
    )


def convert_putty(file: Path, is_taken: IsTaken) -> str:
    """Write a PuTTY key as one that ssh loads, next to it; puttygen prompts for its passphrase.

    puttygen overwrites whatever has the name.
    """
    target = file.with_suffix(".pem") if file.suffix == ".ppk" else Path(f"{file}.pem")
    free = free_name(str(target), is_taken)
    return shlex.join(("puttygen", str(file), "-O", "private-openssh", "-o", free))
