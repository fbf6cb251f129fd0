"""A key pair in full: the instances that use it and the local files that hold it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lskeys.keypairs.names import key_file
from lskeys.keys.fingerprints import FingerprintType, Sameness
from lskeys.keys.matching import LocalKey, Match, compare, match_all, match_one
from lskeys.model import Instance, KeyPair


@dataclass(frozen=True, slots=True)
class KeyPairDetails:
    """Everything that is known about one key pair.

    Attributes:
        pair: The key pair, with its instances and local files as far as they are known.
        older: The instances launched before the key pair was created, so with an earlier key.
            None if the instances are unknown.
        matches: The local files that hold its private or public key.
    """

    pair: KeyPair
    older: tuple[Instance, ...] | None
    matches: tuple[Match, ...]

    @property
    def fingerprint_type(self) -> str | None:
        """The type of fingerprint by which a local key matches the reported one."""
        return next((match.fingerprint_type for match in self.matches), None)

    @property
    def older_names(self) -> tuple[str, ...] | None:
        """The names of the older instances."""
        return tuple(each.name for each in self.older) if self.older is not None else None

    @property
    def fix_commands(self) -> tuple[str, ...]:
        """The commands that fix the permissions of the files."""
        return tuple(match.key.fix_command for match in self.matches if match.key.fix_command)


def key_pair_details(
    pair: KeyPair, instances: Iterable[Instance] | None, keys: Iterable[LocalKey]
) -> KeyPairDetails:
    """The details of a key pair, from the instances (None if unknown) and the local keys."""
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
    """A key pair, and the type of fingerprint by which a file matches it."""

    pair: KeyPair
    fingerprint_type: FingerprintType


@dataclass(frozen=True, slots=True)
class OwnedKey:
    """A key file and the key pairs it belongs to.

    Attributes:
        key: The file.
        owners: The key pairs whose fingerprint it has; None if no account was queried.
        possible: Those it is named after, if it does not show whether it holds their key.
    """

    key: LocalKey
    owners: tuple[Owner, ...] | None = None
    possible: tuple[KeyPair, ...] = ()


def owned(
    keys: Iterable[LocalKey], pairs: Iterable[KeyPair], others: Iterable[LocalKey]
) -> list[OwnedKey]:
    """Each key with the key pairs it belongs to.

    `others` are local keys that may add fingerprints: SHA-1 is computed from the private key only,
    which may be in another directory than the `.pub` file.
    """
    shown, known = tuple(keys), tuple(pairs)
    every = tuple(dict.fromkeys((*shown, *others)))
    matched = match_all(known, every).pairs
    return [
        OwnedKey(
            key,
            tuple(
                Owner(each.pair, match.fingerprint_type)
                for each in matched
                for match in each.matches
                if match.key == key
            ),
            tuple(
                pair
                for pair in known
                if key.path.name.removesuffix(".pub") == key_file(pair)
                and compare(pair.fingerprint, key, every) is Sameness.UNKNOWN
            ),
        )
        for key in shown
    ]
