"""What operations are made of and work with: store, switches, clock; pages, records, absence.

Touches: the store.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Generic, TypeVar

from lskeys.sandbox import rules
from lskeys.sandbox.errors import ServiceError, not_found
from lskeys.sandbox.keys import KeyMaterial, Origin
from lskeys.sandbox.members import Member
from lskeys.sandbox.resources import DEFAULT_PAIR, Instance, KeyPair, Operation
from lskeys.sandbox.shapes import Raw
from lskeys.sandbox.store import Store
from lskeys.sandbox.switches import Switches
from lskeys.sandbox.transaction import Numbered, Transaction

T = TypeVar("T")

Query = Callable[[Transaction, str, int, int], Numbered[T]]
"""What finds, in a region and after a number, at most so many items."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of the items, and the token for more, if there are more."""

    items: tuple[T, ...]
    next_token: str | None

    def as_member(self, name: str, shape: Callable[[T], object]) -> Raw:
        """The response that has the items as this member."""
        more = {"nextPageToken": self.next_token} if self.next_token else {}
        return {name: [shape(each) for each in self.items], **more}


@dataclass(frozen=True)
class Service:
    """The account's store, the switches in force, the clock, and what makes new RSA keys.

    `generation` changes with every reset.
    """

    store: Store
    switches: Switches
    now: Callable[[], datetime]
    make_key: Callable[[], KeyMaterial]
    generation: str | None

    @cached_property
    def temporary_key(self) -> KeyMaterial:
        """Opens every instance as long as this runs; AWS makes one each time."""
        return self.make_key()

    def fingerprint(self, pair: KeyPair) -> str | None:
        """A key pair's fingerprint as Lightsail reports it."""
        return self.switches.fingerprint(pair.origin, pair.material.fingerprints)

    def page(
        self, operation: str, region: str, raw: Raw, query: Query[T], *, times: int = 1
    ) -> Page[T]:
        """The page that a request is for, so many times as long as the page size."""
        after = rules.read_page_token(operation, region, raw.get("pageToken"))
        size = times * self.switches.page_size
        with self.store.reading() as transaction:
            found = query(transaction, region, after, size + 1)
        more = len(found) > size
        token = rules.page_token(operation, region, found[size - 1][0]) if more else None
        return Page(tuple(item for _, item in found[:size]), token)

    def record(
        self, transaction: Transaction, region: str, name: str, kind: str, operation_type: str
    ) -> Operation:
        """Keep a change for GetOperation."""
        operation = Operation(region, name, kind, operation_type, self.now())
        transaction.add_operation(operation)
        return operation

    def default_pair(self, region: str) -> KeyPair:
        """The region's default pair, made now if there is none; the key is made unlocked."""
        with self.store.reading() as transaction:
            pair = transaction.find(KeyPair, region, DEFAULT_PAIR)
        if pair is not None:
            return pair
        made = KeyPair(region, DEFAULT_PAIR, self.now(), Origin.DEFAULT, self.make_key())
        with self.store.writing() as transaction:
            pair = transaction.find(KeyPair, region, DEFAULT_PAIR)  # another may have been quicker
            if pair is None:
                transaction.add(made)
        return pair or made

    def placed(self, instance: Instance) -> Instance:
        """The instance with the address of the server that stands for it, if there is one."""
        for place in self.switches.sshd:
            if place.is_for(instance):
                return place.applied_to(instance)
        return instance

    def not_found(self, kind: str, name: str) -> ServiceError:
        """A resource that the region does not have."""
        return not_found(kind, name, status=self.switches.not_found_status)


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """An operation: the members it takes, and its response to (service, region, members)."""

    members: Mapping[str, Member]
    response: Callable[[Service, str, Raw], Raw]
