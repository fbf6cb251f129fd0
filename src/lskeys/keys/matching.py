"""Matches local key files with key pairs, by fingerprint and never by file name. Pure."""

import shlex
import stat
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lskeys.keys import fingerprints
from lskeys.keys.fingerprints import Comparison, Digest, Fingerprint, FingerprintType
from lskeys.keys.material import public_key_file
from lskeys.model import KeyPair
from lskeys.text import chmod_command
from lskeys.values import replace


@dataclass(frozen=True, slots=True)
class DirectoryListing:
    """A key directory: its permission bits and the names of its files, as far as it is readable."""

    path: Path
    mode: int
    names: frozenset[str]


_OTHERS_ANY = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class LocalKey:
    """A key file on this computer: its path and public data, never the key.

    Attributes:
        path: The file, in the key directory searched.
        fingerprints: All that could be computed; none for an encrypted PEM without `.pub`.
        mode: Permission bits.
        algorithm: As in its OpenSSH line; None if unknown, like `bits` and `blob`.
        blob: SSH wire bytes of the public key.
        is_by_name: Whether the public key was read from the `.pub` file, which proves nothing
            about the private key in this file.
        obstacle: Why ssh cannot load the private key from this file; None if it can.
        is_repeated: Whether the private key is in it more than once.
    """

    path: Path
    fingerprints: tuple[Fingerprint, ...]
    has_private: bool
    encrypted: bool
    mode: int
    algorithm: str | None = None
    bits: int | None = None
    blob: bytes | None = None
    comment: str = ""
    is_by_name: bool = False
    obstacle: str | None = None
    is_repeated: bool = False

    @property
    def public_path(self) -> Path:
        """Where the `.pub` of a private key file is, if there is one."""
        return public_key_file(self.path)

    @property
    def is_copy(self) -> bool:
        """Whether ssh can use the private key, which is there for certain.

        An encrypted one counts if its envelope is whole and shows its own public key.
        """
        return self.has_private and not self.is_by_name and self.obstacle is None

    @property
    def fix_command(self) -> str | None:
        """The command that fixes the permissions; None if they are right.

        ssh(1) refuses a private key that others can read; a public key must not be writable by
        others.
        """
        if not self.mode & (_OTHERS_ANY if self.has_private else _OTHERS_WRITE):
            return None
        return chmod_command("600" if self.has_private else "go-w", self.path)


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file in a key directory, or the directory, that cannot be read: it may hold any key.

    Attributes:
        reason: What the operating system says.
        is_directory: Whether it is a key directory.
        is_own: Whether only a permission is missing that the user, who owns it, can add.
    """

    path: Path
    reason: str
    is_directory: bool = False
    is_own: bool = False

    @property
    def command(self) -> str:
        """The command that makes it readable, and private; else the one that shows its owner."""
        if not self.is_own:
            return f"ls -ld {shlex.quote(str(self.path))}"
        return chmod_command("700" if self.is_directory else "600", self.path)


@dataclass(frozen=True, slots=True)
class Match:
    """A local file that belongs to a key pair, and the type of fingerprint that matched."""

    key: LocalKey
    fingerprint_type: FingerprintType


@dataclass(frozen=True, slots=True)
class MatchedPair:
    """A key pair and the local files that belong to it, in the order of the files."""

    pair: KeyPair
    matches: tuple[Match, ...]


def with_local_files(pairs: Iterable[KeyPair], keys: Iterable[LocalKey]) -> list[KeyPair]:
    """The key pairs with `local_files` taken from these keys."""
    return [
        replace(each.pair, local_files=tuple(str(match.key.path) for match in each.matches))
        for each in match_all(pairs, keys)
    ]


def match_all(pairs: Iterable[KeyPair], keys: Iterable[LocalKey]) -> tuple[MatchedPair, ...]:
    """All key pairs in order, each with its local keys."""
    known = _by_digest(tuple(keys))
    return tuple(MatchedPair(pair, known.get(_digest(pair.fingerprint), ())) for pair in pairs)


def match_one(reported: str | None, keys: Iterable[LocalKey]) -> tuple[Match, ...]:
    """The local keys that have the reported fingerprint, of any type; None matches nothing."""
    return _by_digest(tuple(keys)).get(_digest(reported), ())


def compare(reported: str | None, key: LocalKey, keys: Iterable[LocalKey] = ()) -> Comparison:
    """Whether a local key has a reported fingerprint; `keys` are others that may know more of it.

    A `.pub` that only has the same name speaks for its neighbour, never against it.
    """
    same_key = (each for each in keys if key.blob is not None and each.blob == key.blob)
    known = (fingerprint for each in (key, *same_key) for fingerprint in each.fingerprints)
    sameness = fingerprints.compare(reported, known)
    return Comparison.UNKNOWN if key.is_by_name and sameness is Comparison.OTHER else sameness


def why_unknown(reported: str | None, key: LocalKey) -> str:
    """Why `compare` cannot say whether a local key has a reported fingerprint."""
    if not reported:
        return "AWS reports no fingerprint"
    if not key.fingerprints:
        return "it is encrypted and does not show its public key"
    if fingerprints.compare(reported, key.fingerprints) is Comparison.OTHER:
        return "it is encrypted, and its .pub file has another key"
    encrypted = "is encrypted here" if key.encrypted else "is not in this file"
    return f"AWS reports the SHA-1 of the private key, which {encrypted}"


def translate(value: Digest, reported: str | None, keys: Iterable[LocalKey]) -> Match | None:
    """The local key that has both fingerprints: the one given and the one AWS reports.

    This compares a SHA256 from `ssh-keygen -l` with AWS's MD5. None if no local key has both.
    """
    known = _by_digest(tuple(keys))
    given = {match.key for match in known.get(value, ())}
    both = (match for match in known.get(_digest(reported), ()) if match.key in given)
    return next(both, None)


def _digest(reported: str | None) -> Digest | None:
    return fingerprints.parse(reported) if reported else None


def _by_digest(keys: tuple[LocalKey, ...]) -> Mapping[Digest | None, tuple[Match, ...]]:
    """The local keys by fingerprint.

    Files with the same public key share their fingerprints: SHA-1 needs the unencrypted private
    key, but its `.pub` and its encrypted copies belong to the same key pair.
    """
    shared: dict[bytes, dict[Digest, FingerprintType]] = defaultdict(dict)
    for key in keys:
        if key.blob is not None:
            shared[key.blob].update(
                (each.digest, each.fingerprint_type) for each in key.fingerprints
            )
    found: dict[Digest | None, list[Match]] = defaultdict(list)
    for key in keys:
        own = {each.digest: each.fingerprint_type for each in key.fingerprints}
        for digest, fingerprint_type in (own if key.blob is None else shared[key.blob]).items():
            found[digest].append(Match(key, fingerprint_type))
    return {digest: tuple(matches) for digest, matches in found.items()}
