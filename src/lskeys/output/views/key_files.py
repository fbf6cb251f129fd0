"""View of key files with their fingerprints and key pairs. Pure."""

from typing import Any

from lskeys.keypairs.details import KeyWithPairs, MatchingPair
from lskeys.keys.fingerprints import FingerprintType
from lskeys.output.result import Column, View
from lskeys.output.views.formatting import without_none
from lskeys.output.views.local_keys import holds, raw_local_key
from lskeys.values import replace


def raw_owned_key(owned: KeyWithPairs) -> dict[str, Any]:
    """A key file as JSON; its key pairs with the AWS CLI's names."""
    owners = [_raw_owner(each) for each in owned.owners] if owned.owners is not None else None
    return raw_local_key(owned.key) | without_none({"keyPairs": owners})


def _raw_owner(owner: MatchingPair) -> dict[str, Any]:
    return without_none(
        {
            "name": owner.pair.name,
            "location": {"regionName": owner.pair.region},
            "profile": owner.pair.profile,
            "fingerprint": owner.pair.fingerprint,
            "fingerprintType": owner.fingerprint_type,
        }
    )


def _fingerprint(wanted: FingerprintType, label: str) -> Column[KeyWithPairs]:
    def spelled(owned: KeyWithPairs) -> str:
        found = (each for each in owned.key.fingerprints if each.fingerprint_type is wanted)
        return next((each.spelled for each in found), "")

    return Column(wanted.value, spelled, label=label)


def _key_pairs(owned: KeyWithPairs) -> str:
    return ",".join(f"{each.pair.name}@{each.pair.region}" for each in owned.owners or ())


def _profiles(owned: KeyWithPairs) -> str:
    return ",".join(each.pair.profile or "" for each in owned.owners or ())


OWNED_KEYS: View[KeyWithPairs] = View(
    member="localKeys",
    columns=(
        Column("path", lambda owned: owned.key.path),
        Column("holds", lambda owned: holds(owned.key)),
        Column("algorithm", lambda owned: owned.key.algorithm or ""),
        Column("bits", lambda owned: str(owned.key.bits or "")),
        _fingerprint(FingerprintType.MD5_SPKI, "AWS MD5"),
        _fingerprint(FingerprintType.SHA1_PKCS8, "AWS SHA-1"),
        _fingerprint(FingerprintType.MD5_SSH, "ssh-keygen -l (MD5)"),
        _fingerprint(FingerprintType.SHA256_SSH, "ssh-keygen -l"),
    ),
    is_stacked=True,
    identity=lambda owned: owned.key.path,
    raw=raw_owned_key,
)

MATCHED_KEYS = replace(
    OWNED_KEYS,
    columns=(
        *OWNED_KEYS.columns,
        Column("key-pairs", _key_pairs),
        Column("profile", _profiles, is_extra=True),
    ),
)
"""The same with the key pairs, and with whose account each of them is in, in the same order."""
