"""A key pair in full: the instances that use it and the local files that hold it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from lskeys.keys.fingerprints import Comparison, FingerprintType
from lskeys.keys.matching import (
    LocalKey,
    Match,
    UnreadableFile,
    compare,
    match_all,
    match_one,
    why_unknown,
)
from lskeys.keys.opening_keys import InstanceAccess, instance_accesses, replaced_file
from lskeys.model import Instance, KeyPair
from lskeys.values import replace


@dataclass(frozen=True, slots=True)
class PossibleFile:
    """A local file named after a key pair that may hold its key, and why that is unknown."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class KeyPairDetails:
    """Everything that is known about one key pair.

    Attributes:
        pair: The key pair, with its instances and local files as far as they are known.
        older: The instances launched before the key pair was created, so with an earlier key, and
            the local keys that may open them. None if the instances are unknown.
        matches: The local files that hold its private or public key.
        possible: Those named after it that may hold one of them.
        authorize: The command that lets its key in on the older instances; None if none does.
    """

    pair: KeyPair
    older: tuple[InstanceAccess, ...] | None
    matches: tuple[Match, ...]
    possible: tuple[PossibleFile, ...] = ()
    authorize: str | None = None

    @property
    def fingerprint_type(self) -> str | None:
        """The type of fingerprint by which a local key matches the reported one."""
        return next((match.fingerprint_type for match in self.matches), None)

    @property
    def older_names(self) -> tuple[str, ...] | None:
        """The names of the older instances."""
        if self.older is None:
            return None
        return tuple(each.instance.name for each in self.older)

    @property
    def fix_commands(self) -> tuple[str, ...]:
        """The commands that fix the permissions of the files, and what older instances let in."""
        commands = (*(match.key.fix_command for match in self.matches), self.authorize)
        return tuple(command for command in commands if command)


def key_pair_details(
    pair: KeyPair,
    instances: Iterable[Instance] | None,
    keys: Iterable[LocalKey],
    unreadable: Iterable[UnreadableFile] = (),
) -> KeyPairDetails:
    """The details of a key pair, from the instances (None if unknown) and the local files."""
    keys = tuple(keys)
    matches = match_one(pair.fingerprint, keys)
    possible = (
        *(
            PossibleFile(key.path, why_unknown(pair.fingerprint, key))
            for key in keys
            if may_hold(pair, key, keys)
        ),
        *(
            PossibleFile(each.path, f"cannot be read: {each.reason}")
            for each in unreadable
            if is_named_after(each.path, pair)
        ),
    )
    files = tuple(str(match.key.path) for match in matches)
    pair = replace(pair, local_files=files)
    if instances is None:
        return KeyPairDetails(pair, None, matches, possible)
    there = tuple(instances)
    older = (each for each in there if each.key_pair_name == pair.name and each.predates(pair))
    by_name = sorted(older, key=lambda each: each.name)
    accesses = tuple(instance_accesses(by_name, [pair], keys))
    return KeyPairDetails(pair.with_usage(there), accesses, matches, possible)


def is_named_after(path: PurePath, pair: KeyPair) -> bool:
    """Whether a file is called as the private or public key of a pair, or PuTTY's, would be."""
    expected = pair.key_file
    putty = PurePath(expected).with_suffix(".ppk").name
    return path.name.removesuffix(".pub") in {expected, putty}


def _was_of(key: LocalKey, pair: KeyPair) -> bool:
    old = replaced_file(key.path.name)
    return old is not None and old[0] == pair.key_file


def may_hold(pair: KeyPair, key: LocalKey, keys: Iterable[LocalKey]) -> bool:
    """Whether a local key is named after a pair and does not show whether it is the pair's."""
    if not is_named_after(key.path, pair):
        return False
    return compare(pair.fingerprint, key, keys) is Comparison.UNKNOWN


@dataclass(frozen=True, slots=True)
class MatchingPair:
    """A key pair, and the type of fingerprint by which a file matches it."""

    pair: KeyPair
    fingerprint_type: FingerprintType


@dataclass(frozen=True, slots=True)
class KeyWithPairs:
    """A key file and the key pairs it belongs to.

    Attributes:
        owners: The key pairs whose fingerprint it has; None if no account was queried.
        possible: Those it is named after, if it does not show whether it holds their key.
        earlier: Those of whose name it was the key before it was replaced.
    """

    key: LocalKey
    owners: tuple[MatchingPair, ...] | None = None
    possible: tuple[KeyPair, ...] = ()
    earlier: tuple[KeyPair, ...] = ()


def with_key_pairs(
    keys: Iterable[LocalKey], pairs: Iterable[KeyPair], others: Iterable[LocalKey]
) -> list[KeyWithPairs]:
    """Each key with the key pairs it belongs to.

    `others` are local keys that may add fingerprints: SHA-1 is computed from the private key only,
    which may be in another directory than the `.pub` file.
    """
    shown, known = tuple(keys), tuple(pairs)
    every = tuple(dict.fromkeys((*shown, *others)))
    matched = match_all(known, every)
    return [
        KeyWithPairs(
            key,
            tuple(
                MatchingPair(each.pair, match.fingerprint_type)
                for each in matched
                for match in each.matches
                if match.key == key
            ),
            tuple(pair for pair in known if may_hold(pair, key, every)),
            tuple(pair for pair in known if _was_of(key, pair)),
        )
        for key in shown
    ]
