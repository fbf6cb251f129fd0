"""The tables of the sandbox's file, and how nouns become rows and back. Pure."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from lskeys.sandbox.host_keys import HostKey
from lskeys.sandbox.keys import Fingerprints, KeyMaterial, Origin
from lskeys.sandbox.resources import Instance, KeyPair, Operation, State, StaticIp, Tag

APPLICATION = 0x6C736B73
"""Kept in the file as `PRAGMA application_id`, so that no other database is taken for ours."""

SCHEMA_VERSION = 2
"""Kept in the file as `PRAGMA user_version`; 0 is a file nobody has prepared."""

TABLES = (
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    # One namespace for all resource types of a region: the UNIQUE is the rule.
    """CREATE TABLE resources (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        region TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
        identifier TEXT NOT NULL, created INTEGER NOT NULL, tags TEXT NOT NULL,
        UNIQUE (region, name))""",
    "CREATE INDEX pages ON resources (region, type, number)",
    """CREATE TABLE key_pairs (
        number INTEGER PRIMARY KEY REFERENCES resources (number) ON DELETE CASCADE,
        origin TEXT NOT NULL, public_line TEXT NOT NULL, private_pem TEXT,
        md5_spki TEXT NOT NULL, md5_ssh TEXT NOT NULL, sha256_ssh TEXT NOT NULL,
        sha1_pkcs8 TEXT)""",
    """CREATE TABLE instances (
        number INTEGER PRIMARY KEY REFERENCES resources (number) ON DELETE CASCADE,
        blueprint_id TEXT NOT NULL, bundle_id TEXT NOT NULL, key_pair_name TEXT NOT NULL,
        username TEXT NOT NULL, ipv4 TEXT, ipv6 TEXT, private_ip TEXT NOT NULL, ports TEXT NOT NULL,
        state TEXT NOT NULL, static_ip TEXT, host_keys TEXT NOT NULL)""",
    """CREATE TABLE static_ips (
        number INTEGER PRIMARY KEY REFERENCES resources (number) ON DELETE CASCADE,
        address TEXT NOT NULL)""",
    """CREATE TABLE operations (
        identifier TEXT PRIMARY KEY, region TEXT NOT NULL, resource_name TEXT NOT NULL,
        resource_type TEXT NOT NULL, operation_type TEXT NOT NULL, created INTEGER NOT NULL)""",
)

Columns = dict[str, str | int | None]
"""Column → value, of one row to insert."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, which is as fine as AWS's times are."""
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(number: int) -> datetime:
    """The UTC datetime of milliseconds since 1970."""
    return _EPOCH + number * _MILLISECOND


def tags_to_text(tags: Iterable[Tag]) -> str:
    """Tags as JSON, in their order."""
    return json.dumps([[tag.key, tag.value] for tag in tags])


def tags_from_text(text: str) -> tuple[Tag, ...]:
    """Tags from JSON that `tags_to_text` made."""
    return tuple(Tag(key, value) for key, value in json.loads(text))


def resource_columns(resource: KeyPair | Instance | StaticIp, kind: str) -> Columns:
    """What every resource has, for the table of all of them."""
    return {
        "region": resource.region,
        "name": resource.name,
        "type": kind,
        "identifier": resource.identifier,
        "created": to_milliseconds(resource.created_at),
        "tags": tags_to_text(resource.tags),
    }


def key_pair_columns(pair: KeyPair) -> Columns:
    """What only key pairs have."""
    material = pair.material
    return {
        "origin": pair.origin,
        "public_line": material.public_line,
        "private_pem": material.private_pem,
        **asdict(material.fingerprints),
    }


def instance_columns(instance: Instance) -> Columns:
    """What only instances have."""
    return {
        "blueprint_id": instance.blueprint_id,
        "key_pair_name": instance.key_pair_name,
        "username": instance.username,
        "bundle_id": instance.bundle_id,
        "ipv4": instance.ipv4,
        "ipv6": instance.ipv6,
        "private_ip": instance.private_ip,
        "ports": json.dumps(instance.ports),
        "state": instance.state,
        "static_ip": instance.static_ip,
        "host_keys": _host_keys_to_text(instance.host_keys),
    }


def operation_columns(operation: Operation) -> Columns:
    """All of an operation."""
    return {
        "identifier": operation.identifier,
        "region": operation.region,
        "resource_name": operation.resource_name,
        "resource_type": operation.resource_type,
        "operation_type": operation.operation_type,
        "created": to_milliseconds(operation.created_at),
    }


def key_pair(row: sqlite3.Row) -> KeyPair:
    """A key pair from a row of both its tables."""
    fingerprints = Fingerprints(
        row["md5_spki"], row["md5_ssh"], row["sha256_ssh"], row["sha1_pkcs8"]
    )
    return KeyPair(
        region=row["region"],
        name=row["name"],
        identifier=row["identifier"],
        created_at=from_milliseconds(row["created"]),
        origin=Origin(row["origin"]),
        material=KeyMaterial(row["public_line"], fingerprints, row["private_pem"]),
        tags=tags_from_text(row["tags"]),
    )


def instance(row: sqlite3.Row) -> Instance:
    """An instance from a row of both its tables."""
    return Instance(
        region=row["region"],
        name=row["name"],
        identifier=row["identifier"],
        created_at=from_milliseconds(row["created"]),
        blueprint_id=row["blueprint_id"],
        key_pair_name=row["key_pair_name"],
        username=row["username"],
        bundle_id=row["bundle_id"],
        ipv4=row["ipv4"],
        ipv6=row["ipv6"],
        private_ip=row["private_ip"],
        ports=tuple(json.loads(row["ports"])),
        state=State(row["state"]),
        static_ip=row["static_ip"],
        host_keys=tuple(_host_key(raw) for raw in json.loads(row["host_keys"])),
        tags=tags_from_text(row["tags"]),
    )


def static_ip(row: sqlite3.Row) -> StaticIp:
    """A static address from a row of both its tables, with the instance that has it."""
    return StaticIp(
        region=row["region"],
        name=row["name"],
        identifier=row["identifier"],
        created_at=from_milliseconds(row["created"]),
        address=row["address"],
        attached_to=row["attached_to"],
        tags=tags_from_text(row["tags"]),
    )


def operation(row: sqlite3.Row) -> Operation:
    """An operation from its row."""
    return Operation(
        region=row["region"],
        identifier=row["identifier"],
        resource_name=row["resource_name"],
        resource_type=row["resource_type"],
        operation_type=row["operation_type"],
        created_at=from_milliseconds(row["created"]),
    )


def _host_keys_to_text(host_keys: Iterable[HostKey]) -> str:
    return json.dumps(
        [asdict(each) | {"witnessed_at": to_milliseconds(each.witnessed_at)} for each in host_keys]
    )


def _host_key(raw: dict[str, Any]) -> HostKey:
    return HostKey(**(raw | {"witnessed_at": from_milliseconds(raw["witnessed_at"])}))
