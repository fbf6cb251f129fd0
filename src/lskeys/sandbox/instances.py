"""The rules of instances: one method per operation, each one atomic. Touches: the store."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from lskeys.sandbox import addresses, rules, temporary_access
from lskeys.sandbox.blueprints import BLUEPRINTS, BUNDLES
from lskeys.sandbox.errors import ServiceError, invalid, name_taken
from lskeys.sandbox.host_keys import HostKey, make_host_keys
from lskeys.sandbox.keys import KeyMaterial
from lskeys.sandbox.records import Page, Records
from lskeys.sandbox.regions import zones_of
from lskeys.sandbox.resources import (
    DEFAULT_PAIR,
    INSTANCE,
    KEY_PAIR,
    Instance,
    KeyPair,
    Operation,
    State,
    Tag,
)
from lskeys.sandbox.temporary_access import TemporaryAccess
from lskeys.sandbox.transaction import NameTakenError, Transaction

AUTHORITY = "authority"
"""The setting that keeps the certificate authority's private key."""

_DUALSTACK, _IPV4, _IPV6 = "dualstack", "ipv4", "ipv6"


@dataclass(frozen=True, slots=True)
class Launch:
    """What CreateInstances is to make; every instance the same but for its name."""

    names: tuple[str, ...]
    zone: str
    blueprint_id: str
    bundle_id: str
    key_pair_name: str | None
    address_type: str | None
    tags: tuple[Tag, ...]


def new_instance(  # noqa: PLR0913  each has its default, and callers name what they mean
    region: str,
    name: str,
    created_at: datetime,
    *,
    blueprint_id: str,
    key_pair_name: str,
    ipv4: str | None,
    ipv6: str | None,
    username: str | None = None,
    bundle_id: str | None = None,
    ports: Sequence[int] | None = None,
    state: State = State.RUNNING,
    static_ip: str | None = None,
    host_keys: tuple[HostKey, ...] | None = None,
    tags: tuple[Tag, ...] = (),
) -> Instance:
    """A new instance with what follows from its blueprint: the smallest bundle, ports, host keys.

    ValueError if there is no such blueprint.
    """
    blueprint = BLUEPRINTS.get(blueprint_id)
    if blueprint is None:
        raise ValueError(f"no blueprint {blueprint_id!r}; there are {' '.join(BLUEPRINTS)}")
    kind = ("_win" if blueprint.is_windows else "") + ("" if ipv4 else "_ipv6")
    return Instance(
        region=region,
        name=name,
        identifier=str(uuid.uuid4()),
        created_at=created_at,
        blueprint_id=blueprint_id,
        bundle_id=bundle_id or f"nano{kind}_3_0",
        key_pair_name=key_pair_name,
        username=username or blueprint.username,
        ipv4=ipv4,
        ipv6=ipv6,
        private_ip=addresses.private_ipv4(),
        ports=tuple(blueprint.ports if ports is None else ports),
        state=state,
        static_ip=static_ip,
        host_keys=make_host_keys(created_at) if host_keys is None else host_keys,
        tags=tags,
    )


class Instances(Records):
    """The instances of the emulated account: what each operation does, or why not.

    Every method raises ServiceError for what AWS refuses.
    """

    def page(self, region: str, *, token: str | None) -> Page[Instance]:
        """A page of instances."""
        after = rules.read_page_token("GetInstances", region, token)
        with self._store.reading() as transaction:
            found = transaction.instances(region, after=after, limit=self._switches.page_size + 1)
        placed = [(number, self._placed(each)) for number, each in found]
        return self._page("GetInstances", region, placed)

    def get(self, region: str, name: str) -> Instance:
        """One instance."""
        rules.check_name(name)
        with self._store.reading() as transaction:
            return self._find(transaction, region, name)

    def access(self, region: str, name: str) -> tuple[Instance, TemporaryAccess]:
        """A running instance, and what opens it for ten minutes."""
        instance = self.get(region, name)
        if instance.state is not State.RUNNING:
            raise ServiceError(
                "OperationFailureException",
                f"The instance is not in a running state: {name}",
                tip="Start the instance, and try again.",
            )
        with self._store.reading() as transaction:
            authority = transaction.setting(AUTHORITY)
        assert authority is not None
        return instance, temporary_access.grant(
            instance, self._temporary_key, authority, self._now()
        )

    def key_pair_of(self, instance: Instance) -> KeyPair | None:
        """The key pair of the name that an instance has, if there is one."""
        with self._store.reading() as transaction:
            return transaction.key_pair(instance.region, instance.key_pair_name)

    def create(self, region: str, launch: Launch) -> list[Operation]:
        """Make instances, all or none; without a key pair's name, with the default pair."""
        self._check_launch(region, launch)
        key_pair_name = launch.key_pair_name or DEFAULT_PAIR
        if key_pair_name == DEFAULT_PAIR:
            self._default_pair(region)
        made = [self._made(region, name, key_pair_name, launch) for name in launch.names]
        with self._store.writing() as transaction:
            if transaction.key_pair(region, key_pair_name) is None:
                raise self._not_found(KEY_PAIR, key_pair_name)
            for instance in made:
                try:
                    transaction.add_instance(instance)
                except NameTakenError:
                    raise name_taken(instance.name) from None
            return [self._changed(transaction, each, "CreateInstance") for each in made]

    def delete(self, region: str, name: str) -> Operation:
        """Delete an instance; its static address stays."""
        rules.check_name(name)
        with self._store.writing() as transaction:
            instance = self._find(transaction, region, name)
            transaction.remove(region, name)
            return self._changed(transaction, instance, "DeleteInstance")

    def set_state(self, region: str, name: str, state: State) -> Operation:
        """Start or stop an instance; one that is in that state already is no error."""
        rules.check_name(name)
        operation_type = "StartInstance" if state is State.RUNNING else "StopInstance"
        with self._store.writing() as transaction:
            instance = self._find(transaction, region, name)
            transaction.set_state(region, name, state)
            return self._changed(transaction, instance, operation_type)

    @cached_property
    def _temporary_key(self) -> KeyMaterial:
        """One for all instances as long as this runs; AWS makes one each time."""
        return self._make_key()

    def _find(self, transaction: Transaction, region: str, name: str) -> Instance:
        instance = transaction.instance(region, name)
        if instance is None:
            raise self._not_found(INSTANCE, name)
        return self._placed(instance)

    def _placed(self, instance: Instance) -> Instance:
        """The instance with the address of the server that stands for it, if there is one."""
        for place in self._switches.sshd:
            if place.is_for(instance):
                return place.applied_to(instance)
        return instance

    def _changed(
        self, transaction: Transaction, instance: Instance, operation_type: str
    ) -> Operation:
        return self._record(transaction, instance.region, instance.name, INSTANCE, operation_type)

    def _made(self, region: str, name: str, key_pair_name: str, launch: Launch) -> Instance:
        address_type = _address_type(launch)
        return new_instance(
            region,
            name,
            self._now(),
            blueprint_id=launch.blueprint_id,
            bundle_id=launch.bundle_id,
            key_pair_name=key_pair_name,
            ipv4=None if address_type == _IPV6 else addresses.public_ipv4(),
            ipv6=None if address_type == _IPV4 else addresses.public_ipv6(),
            tags=launch.tags,
        )

    def _check_launch(self, region: str, launch: Launch) -> None:
        if not launch.names:
            raise invalid("At least one instance name is required.")
        for name in launch.names:
            rules.check_name(name)
        if launch.zone not in zones_of(region):
            raise invalid(f"The Availability Zone is not valid: {launch.zone}")
        blueprint, bundle = BLUEPRINTS.get(launch.blueprint_id), BUNDLES.get(launch.bundle_id)
        if blueprint is None:
            raise invalid(f"The blueprint ID is not valid: {launch.blueprint_id}")
        if bundle is None:
            raise invalid(f"The bundle ID is not valid: {launch.bundle_id}")
        if blueprint.is_windows != bundle.is_windows:
            raise invalid(f"The bundle {bundle.identifier} does not support {blueprint.name}.")
        if (_address_type(launch) == _IPV6) != bundle.is_ipv6_only:
            raise invalid(f"The bundle {bundle.identifier} does not support this ipAddressType.")


def _address_type(launch: Launch) -> str:
    """The address type asked for, or the one that the bundle has."""
    bundle = BUNDLES[launch.bundle_id]
    usual = _IPV6 if bundle.is_ipv6_only else _DUALSTACK
    if launch.address_type not in (None, _DUALSTACK, _IPV4, _IPV6):
        raise invalid(f"The ipAddressType is not valid: {launch.address_type}")
    return launch.address_type or usual
