"""The command lines that fix, quoted for a shell. Pure."""

import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lskeys.model import KeyPair

_MAX_NAME = 255


@dataclass(frozen=True, slots=True)
class Lskeys:
    """Command lines of lskeys for the accounts that were asked.

    `profiles` are those that were named, `options` the others that say which account it is.
    """

    profiles: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def show(self, pair: KeyPair) -> str:
        """Everything about a pair, to decide upon."""
        return self._line(pair.profile, "show", pair.name, "--region", pair.region)

    def delete(self, pair: KeyPair) -> str:
        """Remove a pair, which asks first; a default pair goes only with its fingerprint."""
        guarded = ("--fingerprint",) if pair.is_default else ()
        return self._line(pair.profile, "delete", pair.name, "--region", pair.region, *guarded)

    def download(self, pair: KeyPair) -> str:
        """Save the default key."""
        return self._line(pair.profile, "download-default", "--region", pair.region)

    def download_over(self, pair: KeyPair, file: Path) -> str:
        """Save the default key in place of another, which is kept next to it."""
        target = ("--file", str(file), "--force")
        return self._line(pair.profile, "download-default", "--region", pair.region, *target)

    def renew(self, pair: KeyPair, now: datetime) -> str:
        """The first step to a younger key: another default key, or a pair with today's date."""
        if pair.is_default:
            return self._line(pair.profile, "rotate-default", "--region", pair.region)
        dated = f"-{now:%Y-%m-%d}"
        name = pair.name[: _MAX_NAME - len(dated)] + dated
        return self._line(pair.profile, "create", name, "--region", pair.region)

    def look_everywhere(self, file: Path) -> str:
        """Ask every region whose key it is."""
        return self._line(None, "fingerprint", str(file), "--match", "--all-regions")

    def _line(self, profile: str | None, *words: str) -> str:
        profiles = (profile,) if profile else self.profiles
        named = (word for each in profiles for word in ("--profile", each))
        return shlex.join(("lskeys", *named, *self.options, *words))


def put_aside(file: Path, ending: str) -> str:
    """Give a file a name that claims nothing; `-n` never overwrites."""
    return shlex.join(("mv", "-n", str(file), f"{file}.{ending}"))


def restrict_directory(directory: Path) -> str:
    """Take everybody else's right to put files in a directory."""
    return shlex.join(("chmod", "go-w", str(directory)))


def derive_public(private: Path) -> str:
    """Write the public key beside a private key; asks for a passphrase where there is one."""
    derive = shlex.join(("ssh-keygen", "-y", "-f", str(private)))
    return f"{derive} > {shlex.quote(f'{private}.pub')}"


def replace_public(private: Path) -> str:
    """The same, after what lies there was put aside."""
    return f"{put_aside(Path(f'{private}.pub'), 'wrong')} && {derive_public(private)}"
