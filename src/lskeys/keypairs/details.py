"""A key pair in full: who names it, and which local files hold it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lskeys.keys.fingerprints import FingerprintType
from lskeys.keys.matching import LocalKey, Match, match_all, match_one
from lskeys.model import Instance, KeyPair


@dataclass(frozen=True, slots=True)
class KeyPairDetails:
    """Everything that is known about one key pair.

    Attributes:
        pair: The pair, its instances and local files known as far as they could be found out.
        older: The instances among those that were launched before the pair was created: they
            hold the key of an earlier pair of its name. None where instances are not known.
        matches: The local files that hold a half of it.
    """

    pair: KeyPair
    older: tuple[Instance, ...] | None
    matches: tuple[Match, ...]

    @property
    def fingerprint_type(self) -> str | None:
        """The form in which a local key has the reported fingerprint."""
        return next((match.fingerprint_type for match in self.matches), None)

    @property
    def older_names(self) -> tuple[str, ...] | None:
        """The names of the older instances."""
        return tuple(each.name for each in self.older) if self.older is not None else None

    @property
    def fix_commands(self) -> tuple[str, ...]:
        """The commands that put the files' permissions right."""
        return tuple(match.key.fix_command for match in self.matches if match.key.fix_command)


def key_pair_details(
    pair: KeyPair, instances: Iterable[Instance] | None, keys: Iterable[LocalKey]
) -> KeyPairDetails:
    """The details of a pair, from its region's instances (None if unknown) and local keys."""
    matches = match_one(pair.fingerprint, keys)
    files = tuple(str(match.key.path) for match in matches)
    pair = replace(pair, local_files=files)
    if instances is None:
        return KeyPairDetails(pair, None, matches)
    there = tuple(instances)
    older = (each for each in there if each.key_pair_name == pair.name and each.predates(pair))
    by_name = sorted(older, key=lambda each: each.name)
    return KeyPairDetails(pair.with_usage(there), tuple(by_name), matches)


@dataclass(frozen=True, slots=True)
class Owner:
    """A key pair, and the form in which a file has its fingerprint."""

    pair: KeyPair
    fingerprint_type: FingerprintType


@dataclass(frozen=True, slots=True)
class OwnedKey:
    """A key file and the pairs it belongs to; None where no account was asked."""

    key: LocalKey
    owners: tuple[Owner, ...] | None = None


def owned(
    keys: Iterable[LocalKey], pairs: Iterable[KeyPair], others: Iterable[LocalKey]
) -> list[OwnedKey]:
    """Each key with the pairs it belongs to.

    `others` are keys of this computer that may know more: a `.pub` does not show the private form,
    its private key elsewhere does.
    """
    wanted = tuple(keys)
    matched = match_all(pairs, dict.fromkeys((*wanted, *others))).pairs
    return [
        OwnedKey(
            key,
            tuple(
                Owner(each.pair, match.fingerprint_type)
                for each in matched
                for match in each.matches
                if match.key == key
            ),
        )
        for key in wanted
    ]
