"""The tables of the sandbox's file, and how nouns become rows and back. Pure."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar

from lskeys.sandbox.host_keys import HostKey
from lskeys.sandbox.keys import Fingerprints, KeyMaterial, Origin
from lskeys.sandbox.resources import Instance, KeyPair, Operation, State, StaticIp, Tag

APPLICATION = 0x6C736B73
"""Kept in the file as `PRAGMA application_id`, so that no other database is taken for ours."""

SCHEMA_VERSION = 3
"""Kept in the file as `PRAGMA user_version`; 0 is a file that is not prepared."""

TABLES = (
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    # One namespace for all resource types of a region: the UNIQUE is the rule.
    """CREATE TABLE resources (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        region TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
        identifier TEXT NOT NULL, created_at INTEGER NOT NULL, tags TEXT NOT NULL,
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
        resource_type TEXT NOT NULL, operation_type TEXT NOT NULL, created_at INTEGER NOT NULL)""",
)

Columns = dict[str, str | int | None]
"""Column → value, of one row to insert."""

RESOURCE_COLUMNS = ("region", "name", "identifier", "created_at", "tags")
"""The columns that every resource has, in the table of all of them."""

Noun = Instance | KeyPair | KeyMaterial | Fingerprints | Operation | StaticIp

T = TypeVar("T", bound=Noun)

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


def to_columns(noun: Noun) -> Columns:
    """The columns of a noun, each named as its field; the fields of a part are among them."""
    columns: Columns = {}
    for each in fields(noun):
        value = getattr(noun, each.name)
        if each.name in _PARTS:
            columns |= to_columns(value)
        else:
            columns[each.name] = _KEPT_AS.get(each.name, _AS_IT_IS)[0](value)
    return columns


def reader(noun: type[T]) -> Callable[[sqlite3.Row], T]:
    """What makes a noun from a row with all its columns."""
    members = [_member_reader(each.name) for each in fields(noun)]
    return lambda row: noun(*[member(row) for member in members])


def _member_reader(name: str) -> Callable[[sqlite3.Row], Any]:
    if name in _PARTS:
        return reader(_PARTS[name])
    if name not in _KEPT_AS:
        return itemgetter(name)
    read = cache(_KEPT_AS[name][1])  # for as long as this reader: many rows have the same
    return lambda row: read(row[name])


def _host_keys_to_text(host_keys: Iterable[HostKey]) -> str:
    return json.dumps(
        [asdict(each) | {"witnessed_at": to_milliseconds(each.witnessed_at)} for each in host_keys]
    )


def _host_keys_from_text(text: str) -> tuple[HostKey, ...]:
    return tuple(
        HostKey(**(raw | {"witnessed_at": from_milliseconds(raw["witnessed_at"])}))
        for raw in json.loads(text)
    )


_PARTS: Mapping[str, type[Noun]] = {"material": KeyMaterial, "fingerprints": Fingerprints}
_AS_IT_IS: tuple[Callable[[Any], Any], Callable[[Any], Any]] = (lambda value: value,) * 2
_KEPT_AS: Mapping[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "created_at": (to_milliseconds, from_milliseconds),
    "tags": (tags_to_text, tags_from_text),
    "ports": (json.dumps, lambda text: tuple(json.loads(text))),
    "host_keys": (_host_keys_to_text, _host_keys_from_text),
    "origin": (str, Origin),
    "state": (str, State),
}
"""Field → how it is written to its column, and read back."""
