"""What the rules judge: key pairs, local keys, and which belongs to which. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lskeys.audit.remedies import LskeysCommands
from lskeys.keys import fingerprints
from lskeys.keys.fingerprints import Comparison
from lskeys.keys.matching import (
    DirectoryListing,
    LocalKey,
    UnreadableFile,
    compare,
    match_all,
    match_one,
)
from lskeys.keys.opening_keys import OpeningKeys
from lskeys.model import AccountRegion, KeyPair
from lskeys.storage.ownership import UnsafeDirectory


@dataclass(frozen=True, slots=True)
class Inventory:
    """The key pairs of the account and the keys on this computer.

    Attributes:
        account_regions: The regions queried, with the profile if there are several.
        everywhere: Whether these are all regions.
        silent: Those of them whose key pairs could not be listed.
        pairs: All key pairs of the others; `used_by` is None if the instances are unknown.
        unsafe: For each of them that others could swap, or swap files in, by which directory.
        max_age: Allowed age of a key pair in days; None for any age.
        lskeys: Builds command lines for the account queried.
        elsewhere: Keys in directories that are searched but not checked: `~/.ssh` for the sandbox.
        openers: The local keys that may open an instance, by region and instance name.
        for_ssh: The instances that ssh can reach.
    """

    account_regions: tuple[AccountRegion, ...]
    everywhere: bool
    silent: frozenset[AccountRegion]
    pairs: tuple[KeyPair, ...]
    keys: tuple[LocalKey, ...]
    directories: tuple[DirectoryListing, ...]
    now: datetime
    max_age: int | None = None
    lskeys: LskeysCommands = field(default_factory=LskeysCommands)
    unsafe: Mapping[Path, UnsafeDirectory] = field(default_factory=dict)
    unreadable: tuple[UnreadableFile, ...] = ()
    elsewhere: tuple[LocalKey, ...] = ()
    openers: Mapping[tuple[AccountRegion, str], OpeningKeys] = field(default_factory=dict)
    for_ssh: frozenset[tuple[AccountRegion, str]] = frozenset()

    @property
    def searched(self) -> str:
        """The regions that were queried, in words."""
        if not self.everywhere:
            return ", ".join(str(place) for place in sorted(self.account_regions))
        owners = sorted({place.profile for place in self.account_regions} - {""})
        return f"any region of {', '.join(owners)}" if owners else "any region"

    def files_by_pair(self) -> Mapping[KeyPair, tuple[LocalKey, ...]]:
        """The files that hold the private or public key of each key pair."""
        matched = match_all(self.pairs, self.keys)
        return {each.pair: tuple(match.key for match in each.matches) for each in matched}

    def pairs_by_file(self) -> Mapping[LocalKey, tuple[KeyPair, ...]]:
        """The key pairs that each file belongs to, by region and name; other files are left out."""
        found: dict[LocalKey, list[KeyPair]] = {}
        for pair, keys in self.files_by_pair().items():
            for key in keys:
                found.setdefault(key, []).append(pair)
        return {key: tuple(sorted(pairs, key=region_and_name)) for key, pairs in found.items()}

    def compare(self, pair: KeyPair, key: LocalKey) -> Comparison:
        """Whether a file holds the key of a pair; what does not show is not "other"."""
        return compare(pair.fingerprint, key, self.keys)

    def has_unchecked_copy(self, pair: KeyPair) -> bool:
        """Whether the private key of a pair is in a directory that is not checked."""
        matches = match_one(pair.fingerprint, self.elsewhere)
        return any(match.key.has_private for match in matches)

    def may_be_hidden(self, pair: KeyPair) -> bool:
        """Whether the key of a pair may be in a file that does not show it, going by its name.

        A directory that cannot be read may have a file of any name.
        """
        name = pair.key_file
        return any(each.is_directory or each.path.name == name for each in self.unreadable) or any(
            key.path.name == name and self.compare(pair, key) is Comparison.UNKNOWN
            for key in self.private_keys()
        )

    def private_keys(self) -> tuple[LocalKey, ...]:
        """The files that hold a private key."""
        return tuple(key for key in self.keys if key.has_private)

    def file_named_as(self, pair: KeyPair) -> Path | None:
        """What has the name of a pair's private key file, whatever it is."""
        name = pair.key_file
        return next((each.path / name for each in self.directories if name in each.names), None)

    def is_taken(self, path: str | Path) -> bool:
        """Whether a key directory has a file of this path."""
        directory, name = Path(path).parent, Path(path).name
        return any(each.path == directory and name in each.names for each in self.directories)

    def public_beside(self, key: LocalKey) -> Path | None:
        """The `.pub` of a private key next to it, if it is the public key of that."""
        public = key.public_path
        is_its = any(each.path == public and each.blob == key.blob for each in self.keys)
        return public if is_its else None


def region_and_name(pair: KeyPair) -> tuple[AccountRegion, str]:
    """The sort key of a key pair."""
    return (pair.where, pair.name)


def has_fingerprint(pair: KeyPair) -> bool:
    """Whether AWS reports a fingerprint that can be compared."""
    return fingerprints.parse(pair.fingerprint or "") is not None


def is_hidden(key: LocalKey) -> bool:
    """Whether its public key is unknown: an encrypted PEM file without a `.pub`."""
    return key.has_private and not key.fingerprints
