"""What an audit knows: the account's side, the disk's side, and who belongs to whom. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lskeys.audit.remedies import Lskeys
from lskeys.keypairs.names import default_key_file
from lskeys.keys import fingerprints
from lskeys.keys.matching import KeyFolder, LocalKey, match_all
from lskeys.model import KeyPair, Place, place_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that is judged.

    Attributes:
        places: The regions that were asked, each with its profile where several accounts were.
        everywhere: Whether these are all there are.
        silent: Those of them that did not tell their pairs.
        pairs: All pairs of the others; `used_by` is None where the instances are not known.
        keys: The keys in the key folders.
        folders: The key folders.
        now: The time.
        max_age: Days a pair may be old; None means any number.
        lskeys: Spells commands for the account that was asked.
    """

    places: tuple[Place, ...]
    everywhere: bool
    silent: frozenset[Place]
    pairs: tuple[KeyPair, ...]
    keys: tuple[LocalKey, ...]
    folders: tuple[KeyFolder, ...]
    now: datetime
    max_age: int | None = None
    lskeys: Lskeys = field(default_factory=Lskeys)

    def holders(self) -> Mapping[KeyPair, tuple[LocalKey, ...]]:
        """Each pair, and the files that hold its key or the public half of it."""
        matched = match_all(self.pairs, self.keys).pairs
        return {each.pair: tuple(match.key for match in each.matches) for each in matched}

    def homes(self) -> Mapping[LocalKey, tuple[KeyPair, ...]]:
        """Each file that belongs to a pair, and all pairs it belongs to, by place and name."""
        found: dict[LocalKey, list[KeyPair]] = {}
        for pair, keys in self.holders().items():
            for key in keys:
                found.setdefault(key, []).append(pair)
        return {key: tuple(sorted(pairs, key=place_and_name)) for key, pairs in found.items()}

    def private_keys(self) -> tuple[LocalKey, ...]:
        """The files with a private half."""
        return tuple(key for key in self.keys if key.has_private)

    def lies_beside(self, path: Path, name: str) -> bool:
        """Whether there is a file of this name in the key folder of that one."""
        return any(each.path == path.parent and name in each.names for each in self.folders)


def place_and_name(pair: KeyPair) -> tuple[Place, str]:
    """What orders pairs."""
    return (place_of(pair), pair.name)


def file_name(pair: KeyPair) -> str:
    """The file the pair's key is expected in, as the web console and `create` name it."""
    return default_key_file(pair.region) if pair.is_default else f"{pair.name}.pem"


def has_fingerprint(pair: KeyPair) -> bool:
    """Whether the service reports what can be compared."""
    return fingerprints.parse(pair.fingerprint or "") is not None


def is_hidden(key: LocalKey) -> bool:
    """Whether it does not show whose key it is: an encrypted PEM without `.pub`."""
    return key.has_private and not key.fingerprints
