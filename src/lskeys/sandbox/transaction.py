"""One transaction on the account: what can be read and changed in it. Touches: the disk."""

import sqlite3
from dataclasses import dataclass

from lskeys.sandbox import schema
from lskeys.sandbox.resources import (
    DEFAULT_PAIR,
    INSTANCE,
    KEY_PAIR,
    STATIC_IP,
    Instance,
    KeyPair,
    Operation,
    State,
    StaticIp,
    Tag,
)
from lskeys.sandbox.schema import Columns

_PAIRS = "SELECT * FROM resources JOIN key_pairs USING (number)"
_INSTANCES = "SELECT * FROM resources JOIN instances USING (number)"
_STATIC_IPS = (
    "SELECT *, (SELECT other.name FROM resources AS other JOIN instances USING (number) "
    "WHERE other.region = resources.region AND instances.static_ip = resources.name) "
    "AS attached_to FROM resources JOIN static_ips USING (number)"
)


class NameTakenError(Exception):
    """Some resource of the region has this name already."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What all resource types have; `number` is its place in the order of making."""

    number: int
    name: str
    type: str
    identifier: str
    tags: tuple[Tag, ...]


class Transaction:
    """Typed queries and changes on one open connection; the store begins and ends it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def key_pair(self, region: str, name: str) -> KeyPair | None:
        """The key pair of that name, the default one included."""
        row = self._one(f"{_PAIRS} WHERE region = ? AND name = ?", region, name)
        return schema.key_pair(row) if row else None

    def key_pairs(
        self, region: str, *, after: int, limit: int, include_default: bool
    ) -> list[tuple[int, KeyPair]]:
        """At most `limit` pairs with their numbers, in the order of making, after a number."""
        hidden = "" if include_default else DEFAULT_PAIR
        rows = self._connection.execute(
            f"{_PAIRS} WHERE region = ? AND type = ? AND number > ? AND name != ? "
            "ORDER BY number LIMIT ?",
            (region, KEY_PAIR, after, hidden, limit),
        )
        return [(row["number"], schema.key_pair(row)) for row in rows]

    def instance(self, region: str, name: str) -> Instance | None:
        """The instance of that name."""
        row = self._one(f"{_INSTANCES} WHERE region = ? AND name = ?", region, name)
        return schema.instance(row) if row else None

    def instances(self, region: str, *, after: int, limit: int) -> list[tuple[int, Instance]]:
        """At most `limit` instances with their numbers, in the order of making, after a number."""
        rows = self._connection.execute(
            f"{_INSTANCES} WHERE region = ? AND type = ? AND number > ? ORDER BY number LIMIT ?",
            (region, INSTANCE, after, limit),
        )
        return [(row["number"], schema.instance(row)) for row in rows]

    def resource(self, region: str, name: str) -> Resource | None:
        """The resource of that name, of whatever type."""
        row = self._one("SELECT * FROM resources WHERE region = ? AND name = ?", region, name)
        if row is None:
            return None
        tags = schema.tags_from_text(row["tags"])
        return Resource(row["number"], name, row["type"], row["identifier"], tags)

    def operation(self, region: str, identifier: str) -> Operation | None:
        """The operation of that identifier."""
        row = self._one(
            "SELECT * FROM operations WHERE region = ? AND identifier = ?", region, identifier
        )
        return schema.operation(row) if row else None

    def operations(
        self, region: str, *, resource: str | None, after: int, limit: int
    ) -> list[tuple[int, Operation]]:
        """At most `limit` operations, perhaps of one resource, oldest first, after a number."""
        rows = self._connection.execute(
            "SELECT *, rowid AS number FROM operations WHERE region = ? AND rowid > ? "
            "AND resource_name = coalesce(?, resource_name) ORDER BY rowid LIMIT ?",
            (region, after, resource, limit),
        )
        return [(row["number"], schema.operation(row)) for row in rows]

    def names(self, region: str, *, after: int, limit: int) -> list[tuple[int, str]]:
        """At most `limit` names of resources of any type, with their numbers, after a number."""
        rows = self._connection.execute(
            "SELECT number, name FROM resources WHERE region = ? AND number > ? "
            "ORDER BY number LIMIT ?",
            (region, after, limit),
        )
        return [(row["number"], row["name"]) for row in rows]

    def static_ips(
        self, region: str, *, name: str | None = None, after: int = 0, limit: int = 1
    ) -> list[tuple[int, StaticIp]]:
        """At most `limit` static addresses, perhaps of one name, after a number."""
        rows = self._connection.execute(
            f"{_STATIC_IPS} WHERE region = ? AND name = coalesce(?, name) AND number > ? "
            "ORDER BY number LIMIT ?",
            (region, name, after, limit),
        )
        return [(row["number"], schema.static_ip(row)) for row in rows]

    def add_key_pair(self, pair: KeyPair) -> None:
        """Add a key pair; NameTakenError if its name is any resource's."""
        number = self._add_resource(pair, KEY_PAIR)
        self._insert("key_pairs", {"number": number, **schema.key_pair_columns(pair)})

    def add_instance(self, instance: Instance) -> None:
        """Add an instance; NameTakenError if its name is any resource's."""
        number = self._add_resource(instance, INSTANCE)
        self._insert("instances", {"number": number, **schema.instance_columns(instance)})

    def add_static_ip(self, static_ip: StaticIp) -> None:
        """Add a static address; NameTakenError if its name is any resource's."""
        number = self._add_resource(static_ip, STATIC_IP)
        self._insert("static_ips", {"number": number, "address": static_ip.address})

    def add_operation(self, operation: Operation) -> None:
        """Keep an operation for GetOperation."""
        self._insert("operations", schema.operation_columns(operation))

    def set_state(self, region: str, name: str, state: State) -> None:
        """Start or stop the instance of that name."""
        self._connection.execute(
            "UPDATE instances SET state = ? WHERE number = "
            "(SELECT number FROM resources WHERE region = ? AND name = ?)",
            (state, region, name),
        )

    def set_tags(self, number: int, tags: tuple[Tag, ...]) -> None:
        """Replace all tags of a resource."""
        self._connection.execute(
            "UPDATE resources SET tags = ? WHERE number = ?", (schema.tags_to_text(tags), number)
        )

    def remove(self, region: str, name: str) -> None:
        """Remove the resource of that name; instances that name it keep its name."""
        self._connection.execute(
            "DELETE FROM resources WHERE region = ? AND name = ?", (region, name)
        )

    def setting(self, name: str) -> str | None:
        """A setting of the sandbox."""
        row = self._one("SELECT value FROM settings WHERE name = ?", name)
        return str(row["value"]) if row else None

    def set_setting(self, name: str, value: str) -> None:
        """Set a setting of the sandbox."""
        self._connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def _one(self, call: str, *values: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(call, values).fetchone()
        return row

    def _add_resource(self, resource: KeyPair | Instance | StaticIp, kind: str) -> int | None:
        try:
            return self._insert("resources", schema.resource_columns(resource, kind))
        except sqlite3.IntegrityError:
            raise NameTakenError(resource.name) from None

    def _insert(self, table: str, columns: Columns) -> int | None:
        values = ", ".join(f":{name}" for name in columns)
        command = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608  names are ours
        return self._connection.execute(command, columns).lastrowid
