"""Times, ages, tags and absent values as text, for people and in JSON. Pure."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from lskeys.model import Tag
from lskeys.output.result import Cell, Column, Tone

T = TypeVar("T")


def rfc3339(moment: datetime | None) -> str:
    """UTC with milliseconds, as in `2026-11-23T09:30:00.123Z`; empty for None."""
    if moment is None:
        return ""
    return _utc(moment).isoformat("T", "milliseconds").removesuffix("+00:00") + "Z"


def age(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit of which there are two: `2y`, `23mo`, `7d`, `now`."""
    seconds = (now - moment).total_seconds()
    if seconds < 0:
        return "in the future"
    for unit, length, least in _UNITS:
        if seconds >= least * length:
            return f"{int(seconds // length)}{unit}"
    return "now"


_UNITS = (
    ("y", 365 * 86_400, 2),
    ("mo", 30 * 86_400, 2),
    ("d", 86_400, 1),
    ("h", 3_600, 1),
    ("min", 60, 1),
)


def tags(pair_tags: Sequence[Tag]) -> str:
    """Tags as `key=value,key`, a tag without a value as its key."""
    if not pair_tags:
        return ""
    return ",".join(tag.key if tag.value is None else f"{tag.key}={tag.value}" for tag in pair_tags)


def fingerprint_type_column(fingerprint_type: Callable[[T], str | None]) -> Column[T]:
    """The type by which a key was verified; people read that it was not, or nothing for ""."""

    def cell(item: T, _: datetime) -> Cell:
        found = fingerprint_type(item)
        if found is None:
            return Cell("unverified", Tone.BAD)
        return Cell(found, Tone.GOOD if found else Tone.PLAIN)

    return Column("fingerprint-type", lambda item: fingerprint_type(item) or "", cell)


_FORMER_NAMES = {
    "fingerprintType": "fingerprintForm",
    "fixCommand": "mend",
    "holds": "half",
    "outdatedInstances": "olderInstances",
}
"""JSON member → its earlier name, which is kept next to it until 1.0."""


def without_none(raw: dict[str, Any]) -> dict[str, Any]:
    """The members without those that are None, as AWS does it; renamed ones have both names."""
    if None in raw.values():
        raw = {member: value for member, value in raw.items() if value is not None}
    if _FORMER_NAMES.keys().isdisjoint(raw):
        return raw
    return raw | {name: raw[new] for new, name in _FORMER_NAMES.items() if new in raw}


def raw_moment(moment: datetime | None) -> str | None:
    """A timestamp as the AWS CLI v2 prints it: ISO 8601 with an offset."""
    return _utc(moment).isoformat() if moment else None


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
