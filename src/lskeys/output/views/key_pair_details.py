"""View of one key pair in full. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from lskeys.keypairs.details import KeyPairDetails
from lskeys.keys.opening_keys import InstanceAccess
from lskeys.output.result import Cell, Column, Tone, View
from lskeys.output.views.formatting import age, raw_moment, rfc3339, tags, without_none
from lskeys.output.views.key_pairs import name_cell, raw_key_pair
from lskeys.output.views.local_keys import raw_local_key
from lskeys.values import replace


def raw_key_pair_details(details: KeyPairDetails) -> dict[str, Any]:
    """A key pair in the shape of `aws lightsail get-key-pair`, with additional members."""
    keys = [
        raw_local_key(match.key) | without_none({"fingerprintType": match.fingerprint_type})
        for match in details.matches
    ]
    outdated = details.older
    possible = [{"path": str(each.path), "reason": each.reason} for each in details.possible]
    return without_none(
        {
            **raw_key_pair(details.pair),
            "account": details.pair.account,
            "fingerprintType": details.fingerprint_type,
            "outdatedInstances": [_raw_outdated(each) for each in outdated]
            if outdated is not None
            else None,
            "localKeys": keys,
            "possibleFiles": possible or None,
        }
    )


def _raw_outdated(access: InstanceAccess) -> dict[str, Any]:
    return without_none(
        {
            "name": access.instance.name,
            "createdAt": raw_moment(access.instance.created_at),
            "identityFiles": [str(key.path) for key in access.opening.keys],
            "provedAt": raw_moment(access.opening.proved_at),
        }
    )


def _name_cell(details: KeyPairDetails, now: datetime) -> Cell:
    return replace(name_cell(details.pair, now), tone=Tone.STRONG)


def _created_cell(details: KeyPairDetails, now: datetime) -> Cell:
    created_at = details.pair.created_at
    if created_at is None:
        return Cell("unknown", Tone.FAINT)
    return Cell(f"{rfc3339(created_at)} ({age(created_at, now)})")


def _fingerprint_type_cell(details: KeyPairDetails, _: datetime) -> Cell:
    if details.fingerprint_type:
        return Cell(details.fingerprint_type, Tone.GOOD)
    return Cell("unknown (no local key matches)", Tone.FAINT)


def _many(
    name: str,
    values: Callable[[KeyPairDetails], Iterable[str] | None],
    tone: Tone = Tone.PLAIN,
    *,
    empty: str = "none",
) -> Column[KeyPairDetails]:
    """A column of several values, one per line; None is shown as unknown."""
    return Column(
        name,
        lambda each: ",".join(values(each) or ()),
        lambda each, _: Cell("unknown" if values(each) is None else empty, Tone.FAINT),
        lambda each: [Cell(value, tone) for value in values(each) or ()],
    )


def _possible(details: KeyPairDetails) -> list[str]:
    return [f"{each.path}: {each.reason}" for each in details.possible]


def _identity_files(details: KeyPairDetails) -> list[str]:
    """The older instances, each with the earlier key that is likeliest to open it, if any."""
    opening = ((each.instance.name, each.opening) for each in details.older or ())
    return [
        f"{name}: {keys.first.path}" for name, keys in opening if keys.first and not keys.is_current
    ]


def _files(details: KeyPairDetails, *, private: bool, by_name: bool = False) -> list[str]:
    keys = (match.key for match in details.matches)
    return [
        str(key.path) for key in keys if (key.has_private, key.is_by_name) == (private, by_name)
    ]


ONE_KEY_PAIR: View[KeyPairDetails] = View(
    member="keyPair",
    columns=(
        Column("name", lambda each: each.pair.name, _name_cell),
        Column("region", lambda each: each.pair.region),
        Column("account", lambda each: each.pair.account or ""),
        Column("created", lambda each: rfc3339(each.pair.created_at), _created_cell),
        Column("fingerprint", lambda each: each.pair.fingerprint or ""),
        Column(
            "fingerprint-type", lambda each: each.fingerprint_type or "", _fingerprint_type_cell
        ),
        _many("tags", lambda each: [tags([tag]) for tag in each.pair.tags]),
        _many("used-by", lambda each: each.pair.used_by),
        _many("outdated-instances", lambda each: each.older_names, Tone.BAD, empty=""),
        _many("identity-files", _identity_files, empty=""),
        _many("private-files", lambda each: _files(each, private=True)),
        _many("public-files", lambda each: _files(each, private=False)),
        # encrypted, of which only the .pub next to them says that they match
        _many("unproven-files", lambda each: _files(each, private=True, by_name=True), empty=""),
        Column(
            "possible-files",
            lambda each: ",".join(_possible(each)),
            each=lambda each: [Cell(line, Tone.BAD) for line in _possible(each)],
        ),
        _many("fix-commands", lambda each: each.fix_commands, Tone.BAD, empty=""),
        Column("arn", lambda each: each.pair.arn or ""),
        Column("support-code", lambda each: each.pair.support_code or ""),
        Column("profile", lambda each: each.pair.profile or "", is_extra=True),
    ),
    identity=lambda each: each.pair.name,
    raw=raw_key_pair_details,
    is_block=True,
    is_one=True,
)

KEY_PAIR_DETAILS = replace(ONE_KEY_PAIR, member="keyPairs", is_one=False)
"""The same for several regions or accounts: a list, as each may have a pair of that name."""
