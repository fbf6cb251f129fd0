"""What all operations share: pages, records of changes, absence. Touches: the store."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from lskeys.sandbox import rules
from lskeys.sandbox.errors import ServiceError, not_found
from lskeys.sandbox.keys import KeyMaterial, Origin
from lskeys.sandbox.resources import DEFAULT_PAIR, KeyPair, Operation, Tag
from lskeys.sandbox.store import Store
from lskeys.sandbox.switches import Switches
from lskeys.sandbox.transaction import Transaction

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of the items, and the token for more, if there are more."""

    items: tuple[T, ...]
    next_token: str | None


class Records:
    """The account's store, with the switches in force, the clock, and what makes new RSA keys."""

    def __init__(
        self,
        store: Store,
        switches: Switches,
        now: Callable[[], datetime],
        make_key: Callable[[], KeyMaterial],
    ) -> None:
        self._store = store
        self._switches = switches
        self._now = now
        self._make_key = make_key

    def fingerprint(self, pair: KeyPair) -> str | None:
        """A key pair's fingerprint as Lightsail reports it."""
        return self._switches.fingerprint(pair.origin, pair.material.fingerprints)

    def page_of(
        self, operation: str, region: str, every: Sequence[T], token: str | None
    ) -> Page[T]:
        """A page of a list that is not kept in the store."""
        after = rules.read_page_token(operation, region, token)
        return self._page(operation, region, list(enumerate(every, start=1))[after:])

    def _page(
        self, operation: str, region: str, found: Sequence[tuple[int, T]], size: int = 0
    ) -> Page[T]:
        shown = found[: size or self._switches.page_size]
        more = len(found) > len(shown)
        token = rules.page_token(operation, region, shown[-1][0]) if more else None
        return Page(tuple(item for _, item in shown), token)

    def _record(
        self, transaction: Transaction, region: str, name: str, kind: str, operation_type: str
    ) -> Operation:
        operation = Operation(region, str(uuid.uuid4()), name, kind, operation_type, self._now())
        transaction.add_operation(operation)
        return operation

    def _default_pair(self, region: str) -> KeyPair:
        """The region's default pair, made now if there is none; the key is made unlocked."""
        with self._store.reading() as transaction:
            pair = transaction.key_pair(region, DEFAULT_PAIR)
        if pair is not None:
            return pair
        made = self._new_pair(region, DEFAULT_PAIR, Origin.DEFAULT, self._make_key())
        with self._store.writing() as transaction:
            pair = transaction.key_pair(region, DEFAULT_PAIR)  # another may have been quicker
            if pair is None:
                transaction.add_key_pair(made)
        return pair or made

    def _new_pair(
        self,
        region: str,
        name: str,
        origin: Origin,
        material: KeyMaterial,
        tags: tuple[Tag, ...] = (),
    ) -> KeyPair:
        return KeyPair(region, name, str(uuid.uuid4()), self._now(), origin, material, tags)

    def _not_found(self, kind: str, name: str) -> ServiceError:
        return not_found(kind, name, status=self._switches.not_found_status)
