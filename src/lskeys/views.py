"""How each noun looks: one tuple of columns per noun, and its JSON. Pure.

A column has two dresses: `plain` for programs (the whole value), `pretty` for people. JSON
follows the noun, not the columns, in the shape and with the names of the AWS CLI's own output.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lskeys.model import KeyPair, Removal, SavedKey, Tag
from lskeys.sheet import Cell, Column, Tone, View


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
    day = pair.created_at.astimezone(UTC).date().isoformat()
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
            "fingerprint",
            "FINGERPRINT",
            lambda pair: pair.fingerprint or "",
            _fingerprint_cell,
            folds=True,
        ),
        Column("tags", "TAGS", lambda pair: tags(pair.tags), folds=True),
        Column("used-by", "USED BY", lambda pair: _many(pair.used_by), _used_cell, folds=True),
        Column(
            "local-files",
            "LOCAL FILES",
            lambda pair: _many(pair.local_files),
            _local_cell,
            folds=True,
        ),
        Column("account", "ACCOUNT", lambda pair: pair.account or ""),
        Column("arn", "ARN", lambda pair: pair.arn or "", folds=True),
        Column("support-code", "SUPPORT CODE", lambda pair: pair.support_code or "", folds=True),
    ),
    standard=("name", "region", "created", "fingerprint", "tags"),
    identity=lambda pair: pair.name,
    raw=raw_key_pair,
)


def raw_saved_key(saved: SavedKey) -> dict[str, Any]:
    """A saved key as JSON: the pair as AWS names its members, and the files."""
    return without_none(
        {
            "name": saved.pair_name,
            "createdAt": raw_moment(saved.created_at),
            "location": {"regionName": saved.region},
            "fingerprint": saved.fingerprint,
            "fingerprintForm": saved.form,
            "verified": saved.form is not None,
            "outcome": saved.outcome,
            "privateKeyFile": str(saved.path),
            "publicKeyFile": str(saved.public_path),
            "keptFile": str(saved.kept) if saved.kept else None,
        }
    )


def _verified_cell(saved: SavedKey, _: datetime) -> Cell:
    return Cell(saved.form, Tone.GOOD) if saved.form else Cell("unverified", Tone.BAD)


SAVED_KEYS: View[SavedKey] = View(
    member="keyPairs",
    columns=(
        Column("path", "PRIVATE KEY", lambda saved: str(saved.path), folds=True),
        Column("region", "REGION", lambda saved: saved.region),
        Column("outcome", "OUTCOME", lambda saved: saved.outcome),
        Column("fingerprint", "FINGERPRINT", lambda saved: saved.fingerprint or "", folds=True),
        Column("verified", "VERIFIED AS", lambda saved: saved.form or "", _verified_cell),
        Column("created", "CREATED (UTC)", lambda saved: rfc3339(saved.created_at)),
    ),
    standard=("path", "region", "outcome", "fingerprint", "verified"),
    text=("path",),
    is_lines=True,
    identity=lambda saved: str(saved.path),
    raw=raw_saved_key,
)


def raw_removal(removal: Removal) -> dict[str, Any]:
    """A removal as JSON, with the names of the AWS CLI's operations where there are some."""
    return without_none(
        {
            "resourceName": removal.pair_name,
            "resourceType": "KeyPair",
            "location": {"regionName": removal.region},
            "operationType": "DeleteKeyPair",
            "outcome": removal.outcome,
            "expectedFingerprint": removal.expected,
            "fingerprintForm": removal.form,
            "localFile": str(removal.local_file) if removal.local_file else None,
            "backupFile": str(removal.backup) if removal.backup else None,
        }
    )


REMOVALS: View[Removal] = View(
    member="operations",
    columns=(
        Column("name", "NAME", lambda removal: removal.pair_name),
        Column("region", "REGION", lambda removal: removal.region),
        Column("outcome", "OUTCOME", lambda removal: removal.outcome),
        Column(
            "fingerprint",
            "EXPECTED FINGERPRINT",
            lambda removal: removal.expected or "",
            folds=True,
        ),
        Column(
            "local-file", "VERIFIED WITH", lambda removal: str(removal.local_file or ""), folds=True
        ),
        Column("backup", "BACKUP", lambda removal: str(removal.backup or ""), folds=True),
    ),
    standard=("name", "region", "outcome", "fingerprint", "local-file", "backup"),
    identity=lambda removal: removal.pair_name,
    raw=raw_removal,
)
