"""Which local keys open an instance: by dates of key pairs and instances, and by content. Pure.

An instance keeps the public key it was launched with. When a key pair is replaced by another of
its name, `NAME.pem` becomes `NAME.pem.old-STAMP`, where STAMP is when that happened. So an
instance that is older than its key pair is opened by the file with the first stamp after its
launch; a file that has no stamp yet and is not the key pair's was replaced elsewhere, and last.
Copies that people and browsers make (`NAME.pem.bak`, `NAME (1).pem`) have no date, and come last.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lskeys.keys.matching import LocalKey, MatchedPair, match_all
from lskeys.model import Instance, KeyPair, private_key_file

_OLD = re.compile(r"(.+)\.old-(\d{8}T\d{6}Z)(?:-\d+)?", re.DOTALL)
_COPY = re.compile(r"(?: ?\(\d+\)| copy| - Copy)?\.pem(?:[^A-Za-z0-9].*)?", re.DOTALL)
_LATEST = datetime.max.replace(tzinfo=UTC)


def replaced_file(name: str) -> tuple[str, datetime] | None:
    """Of a file `NAME.old-STAMP`, `NAME` and when it was replaced; None for another name."""
    old = _OLD.fullmatch(name)
    if not old:
        return None
    try:
        return old[1], datetime.strptime(old[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class InstanceAccess:
    """An instance, the key pair of the name it has, and the local keys that may open it."""

    instance: Instance
    pair: KeyPair | None
    opening: "OpeningKeys"


@dataclass(frozen=True, slots=True)
class OpeningKeys:
    """The private keys on this computer that may open an instance, likeliest first.

    Attributes:
        current: The one among them that is the key pair's key of today.
        unusable: A file with that key which ssh cannot load, if there is no other.
        proved_at: When the first one was proved to open it, if it was.
    """

    keys: tuple[LocalKey, ...] = ()
    current: LocalKey | None = None
    unusable: LocalKey | None = None
    proved_at: datetime | None = None

    @property
    def first(self) -> LocalKey | None:
        """The likeliest key, as far as logins, dates and content say."""
        return self.keys[0] if self.keys else None

    @property
    def is_current(self) -> bool:
        """Whether the first one is the key pair's key of today."""
        return self.current is not None and self.first == self.current


def instance_accesses(
    instances: Iterable[Instance], pairs: Iterable[KeyPair], keys: Sequence[LocalKey]
) -> list[InstanceAccess]:
    """Each instance, with the key pair and the keys that may open it."""
    matches = match_all(pairs, keys)
    by_name = {(each.pair.where, each.pair.name): each for each in matches}
    found = []
    for instance in instances:
        matched = by_name.get((instance.where, instance.key_pair_name or ""))
        opening = opening_keys(instance, matched, keys)
        found.append(InstanceAccess(instance, matched.pair if matched else None, opening))
    return found


def opening_keys(
    instance: Instance, matched: MatchedPair | None, keys: Iterable[LocalKey]
) -> OpeningKeys:
    """The keys that may open an instance, of all these local keys.

    `matched` is the key pair of the name it has, with its local files; None if there is none.
    """
    if instance.key_pair_name is None:
        return OpeningKeys()
    saved_as = private_key_file(instance.key_pair_name, instance.region)
    matches = [match.key for match in matched.matches if match.key.has_private] if matched else []
    usable = [key for key in matches if key.obstacle is None]
    unusable = matches[0] if matches and not usable else None
    current = [min(usable, key=_faults)] if usable else []
    names = {saved_as, *(key.path.name for key in matches)}
    known = {key.blob for key in matches if key.blob is not None}
    others = [
        key
        for key in keys
        if key.has_private and key.obstacle is None and key not in matches and key.blob not in known
    ]
    old = _by_launch(instance, others, names)
    dated = {key.blob for key in old} - {None}
    undated = best_of_each(
        [key for key in others if _is_copy(key, names) and key.blob not in dated]
    )
    if matched and not instance.predates(matched.pair):
        # Keys that were set aside before it was launched never opened it.
        has_dates = None not in (instance.created_at, matched.pair.created_at)
        found = current if has_dates else [*current, *old, *undated]
    else:
        found = [*old[:1], *current, *old[1:], *undated]
    return OpeningKeys(tuple(found), current[0] if current else None, unusable)


def _by_launch(instance: Instance, keys: Iterable[LocalKey], names: set[str]) -> list[LocalKey]:
    """Earlier keys: those replaced after the launch first, the earliest of them before the rest."""
    dated = [(moment, key) for key in keys if (moment := _replaced_at(key, names)) is not None]
    launched = instance.created_at or _LATEST

    def order(each: tuple[datetime, LocalKey]) -> tuple[bool, float]:
        moment, _ = each
        is_before = moment < launched
        return is_before, -moment.timestamp() if is_before else moment.timestamp()

    return best_of_each([key for _, key in sorted(dated, key=order)])


def best_of_each(keys: Sequence[LocalKey]) -> list[LocalKey]:
    """One file of each key, in the order of the keys.

    Rather one that ssh accepts the permissions of, and one that proved itself.
    """
    best: dict[object, LocalKey] = {}
    for key in keys:
        identity = key.path if key.blob is None else key.blob
        best[identity] = min(best.get(identity, key), key, key=_faults)
    return list(best.values())


def _faults(key: LocalKey) -> tuple[bool, bool]:
    return (key.fix_command is not None, key.is_by_name)


def _replaced_at(key: LocalKey, names: set[str]) -> datetime | None:
    """When a key of these file names was set aside; None if it is of another name."""
    if key.path.name in names:
        return _LATEST
    old = replaced_file(key.path.name)
    return old[1] if old and old[0] in names else None


def _is_copy(key: LocalKey, names: set[str]) -> bool:
    """Whether a file is called like a copy of one of these, by which it may be an earlier key."""
    name = key.path.name
    stems = (each.removesuffix(".pem") for each in names if each.endswith(".pem"))
    is_like = any(name.startswith(each) and _COPY.fullmatch(name, len(each)) for each in stems)
    return is_like and name not in names and replaced_file(name) is None
