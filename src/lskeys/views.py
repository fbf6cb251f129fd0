"""How each noun looks: one tuple of columns per noun, and its JSON. Pure.

A column has two dresses: `plain` for programs (the whole value), `pretty` for people. JSON
follows the noun, not the columns, in the shape and with the names of the AWS CLI's own output.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any, Generic, TypeVar

from lskeys.errors import LskeysError
from lskeys.model import KeyPair, Tag

T = TypeVar("T")

SCHEMA_VERSION = 1
"""Of the JSON documents; raised when a member changes its meaning or goes away."""


class Tone(Enum):
    """What a cell is to the eye; never the only bearer of a meaning."""

    PLAIN = auto()
    STRONG = auto()
    FAINT = auto()
    GOOD = auto()
    BAD = auto()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell for people."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column: the word for `--columns`, the heading, and the value in its two dresses."""

    name: str
    heading: str
    plain: Callable[[T], str]
    pretty: Callable[[T, datetime], Cell] | None = None
    sort: Callable[[T], Any] | None = None

    def cell(self, item: T, now: datetime) -> Cell:
        """The value as people see it."""
        return self.pretty(item, now) if self.pretty else Cell(self.plain(item))


@dataclass(frozen=True, slots=True)
class View(Generic[T]):
    """How one noun looks, in every format.

    `member` is the list's name in JSON, `standard` the columns shown unless asked otherwise,
    `identity` what `--quiet` prints.
    """

    member: str
    columns: tuple[Column[T], ...]
    standard: tuple[str, ...]
    identity: Callable[[T], str]
    raw: Callable[[T], dict[str, Any]]

    def chosen(self, names: Sequence[str] = ()) -> tuple[Column[T], ...]:
        """The columns of these names, in this order; the standard ones for none."""
        by_name = {column.name: column for column in self.columns}
        return tuple(by_name[name] for name in names or self.standard)

    @property
    def names(self) -> tuple[str, ...]:
        """Every column's name."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class Sheet(Generic[T]):
    """What a verb found, ready to be shown in any format."""

    view: View[T]
    items: Sequence[T]
    columns: tuple[Column[T], ...]
    errors: Sequence[LskeysError] = ()

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document."""
        return {
            self.view.member: [self.view.raw(item) for item in self.items],
            "errors": [raw_error(error) for error in self.errors],
            "schemaVersion": SCHEMA_VERSION,
        }


def rfc3339(moment: datetime | None) -> str:
    """UTC with milliseconds, as in `2026-11-23T09:30:00.123Z`; empty for None."""
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def age(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: `3 weeks ago`."""
    seconds = (now - moment).total_seconds()
    if seconds < 0:
        return "in the future"
    for unit, length in _UNITS:
        count = int(seconds // length)
        if count > (unit == "year"):  # a year and a half is eighteen months, not one year
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


_UNITS = (
    ("year", 365 * 86_400),
    ("month", 30 * 86_400),
    ("week", 7 * 86_400),
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
)


def tags(pair_tags: Sequence[Tag]) -> str:
    """Tags as `key=value,key`, a tag without a value as its key."""
    return ",".join(tag.key if tag.value is None else f"{tag.key}={tag.value}" for tag in pair_tags)


def raw_error(error: LskeysError) -> dict[str, Any]:
    """An error as JSON."""
    return {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "tip": error.tip,
        "docs": error.docs,
        "requestId": error.request_id,
        "region": error.region,
        "exitCode": int(error.exit_code),
    }


def without_none(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The members that have a value: the service leaves out what it does not know."""
    return {member: value for member, value in raw.items() if value is not None}


def raw_moment(moment: datetime | None) -> str | None:
    """A timestamp as the AWS CLI v2 prints it: ISO 8601 with an offset."""
    return moment.astimezone(UTC).isoformat() if moment else None


def raw_key_pair(pair: KeyPair) -> dict[str, Any]:
    """A key pair in the shape of `aws lightsail get-key-pairs`, and members of our own."""
    location = {"availabilityZone": pair.availability_zone, "regionName": pair.region}
    return without_none(
        {
            "name": pair.name,
            "arn": pair.arn,
            "supportCode": pair.support_code,
            "createdAt": raw_moment(pair.created_at),
            "location": without_none(location),
            "resourceType": pair.resource_type,
            "tags": [without_none({"key": tag.key, "value": tag.value}) for tag in pair.tags],
            "fingerprint": pair.fingerprint,
            "isDefault": pair.is_default,
            "usedBy": list(pair.used_by) if pair.used_by is not None else None,
            "localFiles": list(pair.local_files) if pair.local_files is not None else None,
        }
    )


def _name_cell(pair: KeyPair, _: datetime) -> Cell:
    return Cell(f"{pair.name} (default)", Tone.STRONG) if pair.is_default else Cell(pair.name)


def _created_cell(pair: KeyPair, now: datetime) -> Cell:
    if pair.created_at is None:
        return Cell("unknown", Tone.FAINT)
    day = pair.created_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return Cell(f"{day} ({age(pair.created_at, now)})")


def _fingerprint_cell(pair: KeyPair, _: datetime) -> Cell:
    return Cell(pair.fingerprint) if pair.fingerprint else Cell("none", Tone.FAINT)


def _many(values: Sequence[str] | None) -> str:
    return ",".join(values or ())


def _used_cell(pair: KeyPair, _: datetime) -> Cell:
    return Cell(", ".join(pair.used_by)) if pair.used_by else Cell("no instance", Tone.FAINT)


def _local_cell(pair: KeyPair, _: datetime) -> Cell:
    return Cell(", ".join(pair.local_files)) if pair.local_files else Cell("none", Tone.FAINT)


KEY_PAIRS: View[KeyPair] = View(
    member="keyPairs",
    columns=(
        Column("name", "NAME", lambda pair: pair.name, _name_cell),
        Column("region", "REGION", lambda pair: pair.region),
        Column(
            "created",
            "CREATED (UTC)",
            lambda pair: rfc3339(pair.created_at),
            _created_cell,
            sort=lambda pair: pair.created_at or datetime.min.replace(tzinfo=UTC),
        ),
        Column(
            "fingerprint", "FINGERPRINT", lambda pair: pair.fingerprint or "", _fingerprint_cell
        ),
        Column("tags", "TAGS", lambda pair: tags(pair.tags)),
        Column("used-by", "USED BY", lambda pair: _many(pair.used_by), _used_cell),
        Column("local-files", "LOCAL FILES", lambda pair: _many(pair.local_files), _local_cell),
        Column("account", "ACCOUNT", lambda pair: pair.account or ""),
        Column("arn", "ARN", lambda pair: pair.arn or ""),
        Column("support-code", "SUPPORT CODE", lambda pair: pair.support_code or ""),
    ),
    standard=("name", "region", "created", "fingerprint", "tags"),
    identity=lambda pair: pair.name,
    raw=raw_key_pair,
)
