"""The nouns of the account: key pairs, instances, tags, operations. Pure, but for chance."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from lskeys.sandbox.blueprints import BLUEPRINTS, BUNDLES, Blueprint, Bundle
from lskeys.sandbox.host_keys import HostKey
from lskeys.sandbox.keys import KeyMaterial, Origin

DEFAULT_PAIR = "LightsailDefaultKeyPair"
"""The name of the default key pair in every region."""

KEY_PAIR = "KeyPair"
INSTANCE = "Instance"
STATIC_IP = "StaticIp"


def new_identifier() -> str:
    """What distinguishes a resource from all others there ever were."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag; a tag without a value is a key-only tag."""

    key: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key pair; its material has a private key only if it is the default pair."""

    region: str
    name: str
    created_at: datetime
    origin: Origin
    material: KeyMaterial
    tags: tuple[Tag, ...] = ()
    identifier: str = field(default_factory=new_identifier)


class State(StrEnum):
    """What an instance does."""

    RUNNING = "running"
    STOPPED = "stopped"

    @property
    def code(self) -> int:
        """The number that EC2 gives it."""
        return {State.RUNNING: 16, State.STOPPED: 80}[self]


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance, as far as keys are concerned; `key_pair_name` outlives the pair it names.

    `ports` are the TCP ports its firewall opens. Without `ipv4` it is IPv6-only.
    """

    region: str
    name: str
    created_at: datetime
    blueprint_id: str
    bundle_id: str
    key_pair_name: str
    username: str
    ipv4: str | None
    ipv6: str | None
    private_ip: str
    ports: tuple[int, ...]
    state: State = State.RUNNING
    static_ip: str | None = None
    host_keys: tuple[HostKey, ...] = ()
    tags: tuple[Tag, ...] = ()
    identifier: str = field(default_factory=new_identifier)

    @property
    def blueprint(self) -> Blueprint:
        """What it was made from."""
        return BLUEPRINTS[self.blueprint_id]

    @property
    def bundle(self) -> Bundle:
        """Its size."""
        return BUNDLES[self.bundle_id]

    @property
    def public_ipv4(self) -> str | None:
        """The address it has now: one that is stopped keeps only a static one."""
        is_there = self.state is State.RUNNING or self.static_ip is not None
        return self.ipv4 if is_there else None


@dataclass(frozen=True, slots=True)
class StaticIp:
    """A static address, and the instance that has it now."""

    region: str
    name: str
    created_at: datetime
    address: str
    attached_to: str | None = None
    tags: tuple[Tag, ...] = ()
    identifier: str = field(default_factory=new_identifier)


@dataclass(frozen=True, slots=True)
class Operation:
    """A change that was made; on key pairs and tags it is complete with the response."""

    region: str
    resource_name: str
    resource_type: str
    operation_type: str
    created_at: datetime
    identifier: str = field(default_factory=new_identifier)
