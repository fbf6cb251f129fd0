"""Which key was proved to open which instance, and when: by a login. Touches: the disk.

It is a memory, and no more: what is lost or unreadable is proved again. No key is in it.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from lskeys.errors import LskeysError
from lskeys.keys.matching import LocalKey, match_one
from lskeys.keys.opening_keys import InstanceAccess, best_of_each
from lskeys.model import Instance, KeyPair
from lskeys.storage.directory import make, opened, read_file
from lskeys.storage.lock import locked
from lskeys.storage.whole_file import write_file
from lskeys.values import replace

MAX_KEYS = 3
"""Keys offered to one instance: sshd(8) hangs up after six, those of an agent included."""

_FILE = "proofs.json"
_SIZE_LIMIT = 4 * 1024 * 1024
_VERSION = 1


@dataclass(frozen=True, slots=True)
class ProvedLogin:
    """A login that worked: which instance, with the public key of which hash, and when."""

    instance: str
    key: str
    proved_at: datetime


class ProvedLogins:
    """The logins that worked, the latest of each instance and key.

    `directory` is the user's state directory; None where there is no home for one.
    """

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory

    def of(self, instance: Instance) -> Mapping[str, datetime]:
        """The keys that were proved for an instance, by their hash; the file is read once."""
        return self._by_instance.get(_name(instance), {})

    @cached_property
    def _by_instance(self) -> Mapping[str, Mapping[str, datetime]]:
        found: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
        for each in self._read():
            found[each.instance][each.key] = each.proved_at
        return found

    def record(
        self,
        proved: Iterable[tuple[Instance, bytes]],
        gone: Iterable[tuple[Instance, bytes]],
        now: datetime,
        *,
        wait: float,
    ) -> None:
        """Remember keys that opened instances, and forget those that do so no more.

        Raises:
            LocalError: The disk failed.
            RefusedError: Another lskeys is writing there, or others may.
        """
        new = {(_name(instance), hash_of(blob)): now for instance, blob in proved}
        lost = {(_name(instance), hash_of(blob)) for instance, blob in gone}
        known = {(each.instance, each.key) for each in self._read()}
        if self._directory is None or not (new or lost & known):
            return
        make(self._directory)
        with opened(self._directory) as directory, locked(directory, wait=wait):
            every = {(each.instance, each.key): each.proved_at for each in self._read()} | new
            proofs = [
                {"instance": instance, "key": key, "provedAt": moment.isoformat()}
                for (instance, key), moment in sorted(every.items())
                if (instance, key) not in lost
            ]
            document = {"version": _VERSION, "proofs": proofs}
            write_file(directory, _FILE, json.dumps(document, indent=1).encode() + b"\n")

    def _read(self) -> list[ProvedLogin]:
        if self._directory is None:
            return []
        with suppress(LskeysError, OSError, ValueError, LookupError, TypeError, RecursionError):
            with opened(self._directory) as directory:
                found = read_file(directory, _FILE, limit=_SIZE_LIMIT)
            document = json.loads(found.content.reveal()) if found else {}
            if document.get("version") == _VERSION:
                return [_login(raw) for raw in document["proofs"]]
        return []


def without_proved(
    pair: KeyPair, instances: Iterable[Instance], keys: Iterable[LocalKey], proofs: ProvedLogins
) -> KeyPair:
    """The pair whose `outdated` lacks the instances that its key of today was proved to open."""
    if not pair.outdated:
        return pair
    hashes = {
        hash_of(match.key.blob)
        for match in match_one(pair.fingerprint, keys)
        if match.key.blob is not None
    }
    proved = {
        each.name
        for each in instances
        if each.name in pair.outdated and hashes.intersection(proofs.of(each))
    }
    return replace(pair, outdated=tuple(name for name in pair.outdated if name not in proved))


def proved_first(
    access: InstanceAccess, keys: Iterable[LocalKey], proofs: ProvedLogins
) -> InstanceAccess:
    """An instance with the keys to offer: of all local ones, those first that a login proved.

    A key that was added there, as by `authorize`, opens it whatever its file's name and date are.
    """
    proved = proofs.of(access.instance)

    def proved_at(key: LocalKey) -> datetime | None:
        return proved.get(hash_of(key.blob)) if key.blob is not None else None

    by_dates = access.opening.keys
    known = {key.blob for key in by_dates}
    added = [
        key
        for key in (keys if proved else ())
        if key.has_private and key.obstacle is None and key.blob not in known and proved_at(key)
    ]
    ordered = sorted([*by_dates, *best_of_each(added)], key=lambda key: proved_at(key) is None)
    offered = tuple(ordered[:MAX_KEYS])
    first = proved_at(offered[0]) if offered else None
    return replace(access, opening=replace(access.opening, keys=offered, proved_at=first))


def hash_of(blob: bytes) -> str:
    """What stands for a public key: the SHA-256 of its wire bytes."""
    return hashlib.sha256(blob).hexdigest()


def _name(instance: Instance) -> str:
    """An instance, distinguished from an earlier one of its name."""
    created_at = instance.created_at.isoformat() if instance.created_at else ""
    return instance.arn or f"{instance.region}/{instance.name}/{created_at}"


def _login(raw: Any) -> ProvedLogin:  # noqa: ANN401  what JSON gives
    return ProvedLogin(
        str(raw["instance"]), str(raw["key"]), datetime.fromisoformat(raw["provedAt"])
    )
