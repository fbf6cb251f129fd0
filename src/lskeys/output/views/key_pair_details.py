"""View of one key pair in full. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from lskeys.keypairs.details import KeyPairDetails
from lskeys.model import Instance
from lskeys.output.result import Cell, Column, Tone, View
from lskeys.output.views.formatting import age, raw_moment, rfc3339, tags, without_none
from lskeys.output.views.key_pairs import name_cell, raw_key_pair
from lskeys.output.views.local_keys import raw_local_key
from lskeys.values import replace


def raw_key_pair_details(portrait: KeyPairDetails) -> dict[str, Any]:
    """A key pair in the shape of `aws lightsail get-key-pair`, with additional members."""
    keys = [
        raw_local_key(match.key) | {"fingerprintForm": match.fingerprint_type}
        for match in portrait.matches
    ]
    older = portrait.older
    possible = [{"path": str(each.path), "reason": each.reason} for each in portrait.possible]
    return without_none(
        {
            **raw_key_pair(portrait.pair),
            "account": portrait.pair.account,
            "fingerprintForm": portrait.fingerprint_type,
            "olderInstances": [_raw_older(each) for each in older] if older is not None else None,
            "localKeys": keys,
            "possibleFiles": possible or None,
        }
    )


def _raw_older(instance: Instance) -> dict[str, Any]:
    raw = {"name": instance.name, "createdAt": raw_moment(instance.created_at)}
    return without_none(raw)


def _name_cell(portrait: KeyPairDetails, now: datetime) -> Cell:
    return replace(name_cell(portrait.pair, now), tone=Tone.STRONG)


def _created_cell(portrait: KeyPairDetails, now: datetime) -> Cell:
    created_at = portrait.pair.created_at
    if created_at is None:
        return Cell("unknown", Tone.FAINT)
    return Cell(f"{rfc3339(created_at)} ({age(created_at, now)})")


def _fingerprint_type_cell(portrait: KeyPairDetails, _: datetime) -> Cell:
    if portrait.fingerprint_type:
        return Cell(portrait.fingerprint_type, Tone.GOOD)
    return Cell("no local key has this fingerprint", Tone.FAINT)


def _many(
    name: str,
    heading: str,
    values: Callable[[KeyPairDetails], Iterable[str] | None],
    tone: Tone = Tone.PLAIN,
) -> Column[KeyPairDetails]:
    """A column of several values, one per line; None is shown as unknown."""
    return Column(
        name,
        heading,
        lambda each: ",".join(values(each) or ()),
        lambda each, _: Cell("unknown" if values(each) is None else "none", Tone.FAINT),
        each=lambda each: [Cell(value, tone) for value in values(each) or ()],
    )


def _possible(portrait: KeyPairDetails) -> list[str]:
    return [f"{each.path}: {each.reason}" for each in portrait.possible]


def _files(portrait: KeyPairDetails, *, private: bool, by_name: bool = False) -> list[str]:
    keys = (match.key for match in portrait.matches)
    return [
        str(key.path) for key in keys if (key.has_private, key.is_by_name) == (private, by_name)
    ]


PORTRAIT: View[KeyPairDetails] = View(
    member="keyPair",
    columns=(
        Column("name", "NAME", lambda each: each.pair.name, _name_cell),
        Column("region", "REGION", lambda each: each.pair.region),
        Column("account", "ACCOUNT", lambda each: each.pair.account or ""),
        Column(
            "created", "CREATED (UTC)", lambda each: rfc3339(each.pair.created_at), _created_cell
        ),
        Column("fingerprint", "FINGERPRINT", lambda each: each.pair.fingerprint or ""),
        Column(
            "form", "VERIFIED AS", lambda each: each.fingerprint_type or "", _fingerprint_type_cell
        ),
        _many("tags", "TAGS", lambda each: [tags([tag]) for tag in each.pair.tags]),
        _many("used-by", "USED BY", lambda each: each.pair.used_by),
        _many("older-instances", "WITH AN OLDER KEY", lambda each: each.older_names, Tone.BAD),
        _many("private-files", "Private key", lambda each: _files(each, private=True)),
        _many("public-files", "Public key", lambda each: _files(each, private=False)),
        _many(
            "unproven-files",
            "PERHAPS PRIVATE",  # encrypted: only its .pub says so
            lambda each: _files(each, private=True, by_name=True),
        ),
        Column(
            "possible-files",
            "CANNOT TELL",
            lambda each: ",".join(_possible(each)),
            each=lambda each: [Cell(line, Tone.BAD) for line in _possible(each)],
        ),
        _many("mend", "Fix PERMISSIONS", lambda each: each.fix_commands, Tone.BAD),
        Column("arn", "ARN", lambda each: each.pair.arn or ""),
        Column("support-code", "SUPPORT CODE", lambda each: each.pair.support_code or ""),
        Column("profile", "PROFILE", lambda each: each.pair.profile or ""),
    ),
    standard=(
        "name",
        "region",
        "account",
        "created",
        "fingerprint",
        "form",
        "tags",
        "used-by",
        "older-instances",
        "private-files",
        "public-files",
        "unproven-files",
        "possible-files",
        "mend",
        "arn",
        "support-code",
    ),
    identity=lambda each: each.pair.name,
    raw=raw_key_pair_details,
    is_block=True,
    is_one=True,
)

KEY_PAIR_DETAILS = replace(PORTRAIT, member="keyPairs", is_one=False)
"""The same for several regions or accounts: a list, as each may have a pair of that name."""
