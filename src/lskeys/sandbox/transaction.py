"""One transaction on the account: what can be read and changed in it. Touches: the disk."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from lskeys.sandbox import schema
from lskeys.sandbox.resources import (
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
from lskeys.sandbox.schema import Columns, T

_SELECT: Mapping[type, str] = {
    KeyPair: "SELECT * FROM resources JOIN key_pairs USING (number)",
    Instance: "SELECT * FROM resources JOIN instances USING (number)",
    StaticIp: (
        "SELECT *, (SELECT other.name FROM resources AS other JOIN instances USING (number) "
        "WHERE other.region = resources.region AND instances.static_ip = resources.name) "
        "AS attached_to FROM resources JOIN static_ips USING (number)"
    ),
}
_TABLES: Mapping[type, tuple[str, str]] = {
    KeyPair: (KEY_PAIR, "key_pairs"),
    Instance: (INSTANCE, "instances"),
    StaticIp: (STATIC_IP, "static_ips"),
}
"""Resource → its type in responses, and the table of what only this type has."""

Named = TypeVar("Named")
Numbered = list[tuple[int, Named]]
"""What was found, each with its number: its place in the order of making."""


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

    def find(self, noun: type[T], region: str, name: str) -> T | None:
        """The resource of that type and name, the default key pair included."""
        return self._one(noun, f"{_SELECT[noun]} WHERE region = ? AND name = ?", region, name)

    def page(
        self, region: str, after: int, limit: int, *, noun: type[T], without: str = ""
    ) -> Numbered[T]:
        """At most `limit` resources of a type in the order of making, after a number."""
        return self._several(
            noun,
            f"{_SELECT[noun]} WHERE region = ? AND type = ? AND number > ? AND name != ? "
            "ORDER BY number LIMIT ?",
            (region, _TABLES[noun][0], after, without, limit),
        )

    def operation(self, region: str, identifier: str) -> Operation | None:
        """The operation of that identifier."""
        command = "SELECT * FROM operations WHERE region = ? AND identifier = ?"
        return self._one(Operation, command, region, identifier)

    def operations(
        self, region: str, after: int, limit: int, *, resource: str | None = None
    ) -> Numbered[Operation]:
        """At most `limit` operations, perhaps of one resource, oldest first, after a number."""
        return self._several(
            Operation,
            "SELECT *, rowid AS number FROM operations WHERE region = ? AND rowid > ? "
            "AND resource_name = coalesce(?, resource_name) ORDER BY rowid LIMIT ?",
            (region, after, resource, limit),
        )

    def names(self, region: str, after: int, limit: int) -> Numbered[str]:
        """At most `limit` names of resources of any type, in the order of making."""
        rows = self._connection.execute(
            "SELECT number, name FROM resources WHERE region = ? AND number > ? "
            "ORDER BY number LIMIT ?",
            (region, after, limit),
        )
        return [(row["number"], row["name"]) for row in rows]

    def resource(self, region: str, name: str) -> Resource | None:
        """The resource of that name, of whatever type."""
        row = self._row("SELECT * FROM resources WHERE region = ? AND name = ?", region, name)
        if row is None:
            return None
        tags = schema.tags_from_text(row["tags"])
        return Resource(row["number"], name, row["type"], row["identifier"], tags)

    def add(self, resource: KeyPair | Instance | StaticIp) -> None:
        """Add a resource; NameTakenError if its name is any resource's."""
        kind, table = _TABLES[type(resource)]
        columns = schema.to_columns(resource)
        columns.pop("attached_to", None)  # the instance has it
        common = {name: columns.pop(name) for name in schema.RESOURCE_COLUMNS}
        try:
            number = self._insert("resources", {"type": kind, **common})
        except sqlite3.IntegrityError:
            raise NameTakenError(resource.name) from None
        self._insert(table, {"number": number, **columns})

    def add_operation(self, operation: Operation) -> None:
        """Keep an operation for GetOperation."""
        self._insert("operations", schema.to_columns(operation))

    def set_state(self, region: str, name: str, state: State) -> None:
        """Start or stop the instance of that name."""
        self._connection.execute(
            "UPDATE instances SET state = ? WHERE number = "
            "(SELECT number FROM resources WHERE region = ? AND name = ?)",
            (state, region, name),
        )

    def set_tags(self, number: int, tags: Iterable[Tag]) -> None:
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
        row = self._row("SELECT value FROM settings WHERE name = ?", name)
        return str(row["value"]) if row else None

    def set_setting(self, name: str, value: str) -> None:
        """Set a setting of the sandbox."""
        self._connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def _row(self, command: str, *values: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(command, values).fetchone()
        return row

    def _one(self, noun: type[T], command: str, *values: str) -> T | None:
        row = self._row(command, *values)
        return schema.reader(noun)(row) if row else None

    def _several(
        self, noun: type[T], command: str, values: tuple[str | int | None, ...]
    ) -> Numbered[T]:
        read = schema.reader(noun)
        return [(row["number"], read(row)) for row in self._connection.execute(command, values)]

    def _insert(self, table: str, columns: Columns) -> int | None:
        values = ", ".join(f":{name}" for name in columns)
        command = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608  names are ours
        return self._connection.execute(command, columns).lastrowid
