"""The nouns of the account: key pairs, instances, tags, operations. Pure."""

from dataclasses import dataclass
from datetime import datetime

from lskeys.sandbox.blueprints import BLUEPRINTS, Blueprint
from lskeys.sandbox.host_keys import HostKey
from lskeys.sandbox.keys import KeyMaterial, Origin

DEFAULT_PAIR = "LightsailDefaultKeyPair"
"""The name of the default key pair in every region."""

KEY_PAIR = "KeyPair"
INSTANCE = "Instance"
STATIC_IP = "StaticIp"


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
    identifier: str
    created_at: datetime
    origin: Origin
    material: KeyMaterial
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance, as far as keys are concerned; `key_pair_name` outlives the pair it names."""

    region: str
    name: str
    identifier: str
    created_at: datetime
    blueprint_id: str
    key_pair_name: str
    public_ip: str
    private_ip: str
    is_static_ip: bool = False
    host_keys: tuple[HostKey, ...] = ()
    tags: tuple[Tag, ...] = ()

    @property
    def blueprint(self) -> Blueprint:
        """What it was made from."""
        return BLUEPRINTS[self.blueprint_id]


@dataclass(frozen=True, slots=True)
class StaticIp:
    """A static address, of which only the name matters: no key pair can have it."""

    region: str
    name: str
    identifier: str
    created_at: datetime
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """A change that was made; on key pairs and tags it is complete with the response."""

    region: str
    identifier: str
    resource_name: str
    resource_type: str
    operation_type: str
    created_at: datetime
