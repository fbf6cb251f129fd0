"""View of key pairs. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as json_string
from typing import Any

from lskeys.model import KeyPair, Tag
from lskeys.output.result import Cell, Column, Tone, View, json_text
from lskeys.output.views.formatting import age, raw_moment, rfc3339, tags, without_none


def raw_key_pair(pair: KeyPair) -> dict[str, Any]:
    """A key pair in the shape of `aws lightsail get-key-pairs`, with additional members."""
    location = {"availabilityZone": pair.availability_zone, "regionName": pair.region}
    raw: dict[str, Any] = {
        "name": pair.name,
        "arn": pair.arn,
        "supportCode": pair.support_code,
        "createdAt": raw_moment(pair.created_at),
        "location": without_none(location),
        "resourceType": pair.resource_type,
        "tags": [without_none({"key": tag.key, "value": tag.value}) for tag in pair.tags],
        "fingerprint": pair.fingerprint,
        "isDefault": pair.is_default,
    }
    if pair.profile is not None:
        raw["profile"] = pair.profile
    if pair.used_by is not None:
        raw["usedBy"] = list(pair.used_by)
    if pair.local_files is not None:
        raw["localFiles"] = list(pair.local_files)
    return without_none(raw)


def json_line(pair: KeyPair) -> str:
    """The JSON text of `raw_key_pair`, put together from the texts of its members.

    That takes 3 microseconds; objects and their encoding took 8, of some 17 that each key pair of
    a long list cost in all (docs/performance.md).
    """
    if pair.used_by is not None or pair.local_files is not None:
        return json_text(raw_key_pair(pair))
    return (
        f'{{"name": {json_string(pair.name)}'
        f"{_json_member('arn', pair.arn)}"
        f"{_json_member('supportCode', pair.support_code)}"
        f"{_json_member('createdAt', raw_moment(pair.created_at))}"
        f', "location": {_json_location(pair.availability_zone, pair.region)}'
        f"{_json_member('resourceType', pair.resource_type)}"
        f', "tags": [{", ".join(map(_json_tag, pair.tags)) if pair.tags else ""}]'
        f"{_json_member('fingerprint', pair.fingerprint)}"
        f', "isDefault": {"true" if pair.is_default else "false"}'
        f"{_json_member('profile', pair.profile)}}}"
    )


def _json_member(name: str, value: str | None) -> str:
    return "" if value is None else f', "{name}": {json_string(value)}'


@lru_cache
def _json_location(availability_zone: str | None, region: str) -> str:
    return json_text(without_none({"availabilityZone": availability_zone, "regionName": region}))


def _json_tag(tag: Tag) -> str:
    return f'{{"key": {json_string(tag.key)}{_json_member("value", tag.value)}}}'


def name_cell(pair: KeyPair, _: datetime) -> Cell:
    """Its name, * for the default pair, and in words what is special, as far as that is known."""
    marks = {
        "outdated": bool(pair.outdated),
        "unused": pair.used_by == (),
    }
    said = ", ".join(mark for mark, holds in marks.items() if holds)
    tone = Tone.BAD if pair.outdated else Tone.STRONG if pair.is_default else Tone.PLAIN
    name = f"{pair.name} *" if pair.is_default else pair.name
    return Cell(f"{name} ({said})" if said else name, tone)


def _created(pair: KeyPair) -> str:
    return rfc3339(pair.created_at)


def _created_order(pair: KeyPair) -> datetime:
    return pair.created_at or datetime.min.replace(tzinfo=UTC)


def _created_cell(pair: KeyPair, now: datetime) -> Cell:
    if pair.created_at is None:
        return Cell("unknown", Tone.FAINT)
    day = pair.created_at.astimezone(UTC).date().isoformat()
    return Cell(f"{day} {age(pair.created_at, now)}")


def _fingerprint_cell(pair: KeyPair, _: datetime) -> Cell:
    return Cell(pair.fingerprint) if pair.fingerprint else Cell("none", Tone.FAINT)


def _tag_cells(pair: KeyPair) -> Sequence[Cell]:
    return [Cell(tags([tag])) for tag in pair.tags]


def _many(values: Sequence[str] | None) -> str:
    return ",".join(values or ())


def _used_cell(pair: KeyPair, _: datetime) -> Cell:
    if not pair.used_by:
        return Cell("no instance", Tone.FAINT)
    named = (f"{name} (older key)" if name in pair.outdated else name for name in pair.used_by)
    return Cell(", ".join(named), Tone.BAD if pair.outdated else Tone.PLAIN)


def _local_cell(pair: KeyPair, _: datetime) -> Cell:
    return Cell(", ".join(pair.local_files)) if pair.local_files else Cell("none", Tone.FAINT)


KEY_PAIRS: View[KeyPair] = View(
    member="keyPairs",
    columns=(
        Column("name", lambda pair: pair.name, name_cell, priority=3),
        Column("region", lambda pair: pair.region, priority=1),
        Column("created", _created, _created_cell, sort=_created_order),
        Column("fingerprint", lambda pair: pair.fingerprint or "", _fingerprint_cell, priority=2),
        Column("tags", lambda pair: tags(pair.tags), each=_tag_cells),
        Column("used-by", lambda pair: _many(pair.used_by), _used_cell, is_extra=True),
        Column("local-files", lambda pair: _many(pair.local_files), _local_cell, is_extra=True),
        Column("account", lambda pair: pair.account or "", is_extra=True),
        Column("arn", lambda pair: pair.arn or "", is_extra=True),
        Column("support-code", lambda pair: pair.support_code or "", is_extra=True),
        Column("profile", lambda pair: pair.profile or "", is_extra=True, priority=1),
    ),
    identity=lambda pair: pair.name,
    raw=raw_key_pair,
    json_line=json_line,
    is_one_row=True,
)
