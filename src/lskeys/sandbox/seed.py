"""What a new sandbox has in it: an account used for two years. Pure, but for chance."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lskeys.sandbox.addresses import public_ipv6
from lskeys.sandbox.keys import KeyMaterial, Origin, make_ed25519, make_rsa
from lskeys.sandbox.launching import new_instance
from lskeys.sandbox.resources import DEFAULT_PAIR, KeyPair, State, StaticIp, Tag
from lskeys.sandbox.transaction import Transaction

_PRODUCTION = Tag("stage", "production")
_ANA = Tag("owner", "ana")

# Ages are days before now. Ireland has no default pair; in Frankfurt it is younger than the
# instance `monitor`, which therefore holds an older default key under the same name.
_PAIRS: tuple[tuple[int, str, str, Origin, tuple[Tag, ...]], ...] = (
    (710, "us-east-1", "old-desktop", Origin.IMPORTED_ED25519, ()),
    (640, "us-east-1", "laptop", Origin.IMPORTED_ED25519, (_ANA,)),
    (610, "us-east-1", DEFAULT_PAIR, Origin.DEFAULT, ()),
    (420, "us-east-1", "web-production", Origin.CREATED, (_PRODUCTION, _ANA)),
    (330, "us-west-2", "laptop", Origin.IMPORTED_ED25519, (_ANA,)),
    (300, "eu-west-1", "laptop", Origin.IMPORTED_ED25519, (_ANA,)),
    (210, "us-east-1", "ci-deploy", Origin.IMPORTED_RSA, (Tag("automation"),)),
    (180, "eu-central-1", "shop.example", Origin.CREATED, (_PRODUCTION,)),
    (90, "ap-southeast-2", DEFAULT_PAIR, Origin.DEFAULT, ()),
    (35, "eu-central-1", DEFAULT_PAIR, Origin.DEFAULT, ()),
)
"""Age, region, name, origin and tags of each key pair, the oldest first."""

_WEB = {"static_ip": "web-1-address", "tags": (_PRODUCTION,)}
_STOPPED = {"state": State.STOPPED}
_MACHINES: tuple[tuple[int, str, str, str, str, str | None, dict[str, Any]], ...] = (
    (600, "us-east-1", "blog", "wordpress", DEFAULT_PAIR, "203.0.113.21", {}),
    (419, "us-east-1", "web-1", "ubuntu_24_04", "web-production", "203.0.113.10", _WEB),
    (400, "eu-central-1", "monitor", "debian_12", DEFAULT_PAIR, "192.0.2.14", {}),
    (329, "us-west-2", "backup", "debian_12", "laptop", "198.51.100.7", {}),
    (280, "eu-west-1", "archive", "debian_12", "laptop", "198.51.100.41", _STOPPED),
    (179, "eu-central-1", "shop", "ubuntu_24_04", "shop.example", "192.0.2.80", {}),
    (150, "us-east-1", "office", "windows_server_2022", DEFAULT_PAIR, "203.0.113.33", {}),
    (89, "ap-southeast-2", "game", "ubuntu_24_04", DEFAULT_PAIR, "203.0.113.77", {}),
    (60, "eu-west-1", "edge", "amazon_linux_2023", "laptop", None, {}),  # IPv6-only
    (20, "eu-central-1", "staging", "amazon_linux_2023", DEFAULT_PAIR, "192.0.2.81", {}),
    (12, "eu-west-1", "experiments", "amazon_linux_2023", "laptop", "198.51.100.40", {}),
)
"""Age, region, name, blueprint, key pair, IPv4 address and the rest of each instance."""


def seed(transaction: Transaction, now: datetime) -> None:
    """Fill empty tables; about 0.5 s of making keys, in two threads."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        materials = pool.map(_material, (origin for _, _, _, origin, _ in _PAIRS))
        for (age, region, name, origin, tags), material in zip(_PAIRS, materials, strict=True):
            created_at = now - timedelta(days=age)
            transaction.add(KeyPair(region, name, created_at, origin, material, tags))
    for age, region, name, blueprint_id, key_pair_name, ipv4, others in _MACHINES:
        created_at = now - timedelta(days=age, hours=3)
        instance = new_instance(
            region,
            name,
            created_at,
            blueprint_id=blueprint_id,
            key_pair_name=key_pair_name,
            ipv4=ipv4,
            ipv6=public_ipv6(),
            **others,
        )
        transaction.add(instance)
        if instance.static_ip and ipv4:
            transaction.add(StaticIp(region, instance.static_ip, created_at, ipv4))


def _material(origin: Origin) -> KeyMaterial:
    if origin is Origin.IMPORTED_ED25519:
        return make_ed25519()
    made = make_rsa()
    return made if origin is Origin.DEFAULT else replace(made, private_pem=None)
