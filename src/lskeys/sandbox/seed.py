"""What a new sandbox has in it: an account used for two years. Pure, but for chance."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from lskeys.sandbox.addresses import public_ipv6
from lskeys.sandbox.keys import KeyMaterial, Origin, make_ed25519, make_rsa
from lskeys.sandbox.launching import new_instance
from lskeys.sandbox.resources import DEFAULT_PAIR, KeyPair, State, StaticIp, Tag
from lskeys.sandbox.transaction import Transaction


@dataclass(frozen=True, slots=True)
class _Pair:
    region: str
    name: str
    origin: Origin
    age: int
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True)
class _Machine:
    region: str
    name: str
    blueprint: str
    key_pair_name: str
    age: int
    ipv4: str | None
    static_ip: str | None = None
    tags: tuple[Tag, ...] = ()
    state: State = State.RUNNING


_PRODUCTION = Tag("stage", "production")

# Ages are days before now. Ireland has no default pair; in Frankfurt it is younger than the
# instance `monitor`, which therefore holds an older default key under the same name.
_PAIRS = (
    _Pair("us-east-1", "laptop", Origin.IMPORTED_ED25519, 640, (Tag("owner", "ana"),)),
    _Pair("us-east-1", DEFAULT_PAIR, Origin.DEFAULT, 610),
    _Pair("us-east-1", "web-production", Origin.CREATED, 420, (_PRODUCTION, Tag("owner", "ana"))),
    _Pair("us-east-1", "ci-deploy", Origin.IMPORTED_RSA, 210, (Tag("automation"),)),
    _Pair("us-east-1", "old-desktop", Origin.IMPORTED_ED25519, 710),
    _Pair("us-west-2", "laptop", Origin.IMPORTED_ED25519, 330, (Tag("owner", "ana"),)),
    _Pair("eu-west-1", "laptop", Origin.IMPORTED_ED25519, 300, (Tag("owner", "ana"),)),
    _Pair("eu-central-1", "shop.example", Origin.CREATED, 180, (_PRODUCTION,)),
    _Pair("eu-central-1", DEFAULT_PAIR, Origin.DEFAULT, 35),
    _Pair("ap-southeast-2", DEFAULT_PAIR, Origin.DEFAULT, 90),
)
_MACHINES = (
    _Machine(
        "us-east-1",
        "web-1",
        "ubuntu_24_04",
        "web-production",
        419,
        "203.0.113.10",
        static_ip="web-1-address",
        tags=(_PRODUCTION,),
    ),
    _Machine("us-east-1", "blog", "wordpress", DEFAULT_PAIR, 600, "203.0.113.21"),
    _Machine("us-east-1", "office", "windows_server_2022", DEFAULT_PAIR, 150, "203.0.113.33"),
    _Machine("us-west-2", "backup", "debian_12", "laptop", 329, "198.51.100.7"),
    _Machine("eu-west-1", "experiments", "amazon_linux_2023", "laptop", 12, "198.51.100.40"),
    _Machine(
        "eu-west-1",
        "archive",
        "debian_12",
        "laptop",
        280,
        "198.51.100.41",
        state=State.STOPPED,
    ),
    _Machine("eu-west-1", "edge", "amazon_linux_2023", "laptop", 60, None),  # IPv6-only
    _Machine("eu-central-1", "monitor", "debian_12", DEFAULT_PAIR, 400, "192.0.2.14"),
    _Machine("eu-central-1", "shop", "ubuntu_24_04", "shop.example", 179, "192.0.2.80"),
    _Machine("eu-central-1", "staging", "amazon_linux_2023", DEFAULT_PAIR, 20, "192.0.2.81"),
    _Machine("ap-southeast-2", "game", "ubuntu_24_04", DEFAULT_PAIR, 89, "203.0.113.77"),
)


def seed(transaction: Transaction, now: datetime) -> None:
    """Fill empty tables; about 0.5 s of making keys, in two threads."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        materials = pool.map(_material, _PAIRS)
        for pair, material in sorted(
            zip(_PAIRS, materials, strict=True), key=lambda each: -each[0].age
        ):
            transaction.add(_key_pair(pair, material, now))
    for machine in sorted(_MACHINES, key=lambda each: -each.age):
        _add_machine(transaction, machine, now)


def _material(pair: _Pair) -> KeyMaterial:
    if pair.origin is Origin.IMPORTED_ED25519:
        return make_ed25519()
    made = make_rsa()
    if pair.origin is Origin.DEFAULT:
        return made
    return KeyMaterial(made.public_line, made.fingerprints)


def _key_pair(pair: _Pair, material: KeyMaterial, now: datetime) -> KeyPair:
    created_at = now - timedelta(days=pair.age)
    return KeyPair(pair.region, pair.name, created_at, pair.origin, material, pair.tags)


def _add_machine(transaction: Transaction, machine: _Machine, now: datetime) -> None:
    created_at = now - timedelta(days=machine.age, hours=3)
    instance = new_instance(
        machine.region,
        machine.name,
        created_at,
        blueprint_id=machine.blueprint,
        key_pair_name=machine.key_pair_name,
        ipv4=machine.ipv4,
        ipv6=public_ipv6(),
        static_ip=machine.static_ip,
        state=machine.state,
        tags=machine.tags,
    )
    transaction.add(instance)
    if machine.static_ip and machine.ipv4:
        transaction.add(StaticIp(machine.region, machine.static_ip, created_at, machine.ipv4))
