"""What an audit knows: the account's side, the disk's side, and who belongs to whom. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lskeys.audit.remedies import Lskeys
from lskeys.keypairs.names import default_key_file
from lskeys.keys import fingerprints
from lskeys.keys.matching import DirectoryListing, LocalKey, match_all
from lskeys.model import AccountRegion, KeyPair, account_region


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that is judged.

    Attributes:
        account_regions: The regions that were asked, with the profile where there are several.
        everywhere: Whether these are all there are.
        silent: Those of them that did not tell their pairs.
        pairs: All pairs of the others; `used_by` is None where the instances are not known.
        keys: The keys in the key directories.
        directories: The key directories.
        now: The time.
        max_age: Days a pair may be old; None means any number.
        lskeys: Spells commands for the account that was asked.
    """

    account_regions: tuple[AccountRegion, ...]
    everywhere: bool
    silent: frozenset[AccountRegion]
    pairs: tuple[KeyPair, ...]
    keys: tuple[LocalKey, ...]
    directories: tuple[DirectoryListing, ...]
    now: datetime
    max_age: int | None = None
    lskeys: Lskeys = field(default_factory=Lskeys)

    def holders(self) -> Mapping[KeyPair, tuple[LocalKey, ...]]:
        """Each pair, and the files that hold its key or the public key of it."""
        matched = match_all(self.pairs, self.keys).pairs
        return {each.pair: tuple(match.key for match in each.matches) for each in matched}

    def homes(self) -> Mapping[LocalKey, tuple[KeyPair, ...]]:
        """Each file that belongs to a pair, and all pairs it belongs to, by place and name."""
        found: dict[LocalKey, list[KeyPair]] = {}
        for pair, keys in self.holders().items():
            for key in keys:
                found.setdefault(key, []).append(pair)
        return {key: tuple(sorted(pairs, key=region_and_name)) for key, pairs in found.items()}

    def private_keys(self) -> tuple[LocalKey, ...]:
        """The files with a private key."""
        return tuple(key for key in self.keys if key.has_private)

    def lies_beside(self, path: Path, name: str) -> bool:
        """Whether there is a file of this name in the key directory of that one."""
        return any(each.path == path.parent and name in each.names for each in self.directories)


def region_and_name(pair: KeyPair) -> tuple[AccountRegion, str]:
    """What orders pairs."""
    return (account_region(pair), pair.name)


def file_name(pair: KeyPair) -> str:
    """The file the pair's key is expected in, as the web console and `create` name it."""
    return default_key_file(pair.region) if pair.is_default else f"{pair.name}.pem"


def has_fingerprint(pair: KeyPair) -> bool:
    """Whether AWS reports what can be compared."""
    return fingerprints.parse(pair.fingerprint or "") is not None


def is_hidden(key: LocalKey) -> bool:
    """Whether it does not show whose key it is: an encrypted PEM without `.pub`."""
    return key.has_private and not key.fingerprints
