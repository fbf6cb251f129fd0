"""View of key files with their fingerprints and key pairs. Pure."""

from typing import Any

from lskeys.keypairs.details import OwnedKey, Owner
from lskeys.keys.fingerprints import FingerprintType
from lskeys.output.result import Column, View
from lskeys.output.views.formatting import without_none
from lskeys.output.views.local_keys import half, raw_local_key
from lskeys.values import replace


def raw_owned_key(owned: OwnedKey) -> dict[str, Any]:
    """A key file as JSON; its key pairs with the AWS CLI's names."""
    owners = [_raw_owner(each) for each in owned.owners] if owned.owners is not None else None
    return raw_local_key(owned.key) | without_none({"keyPairs": owners})


def _raw_owner(owner: Owner) -> dict[str, Any]:
    return without_none(
        {
            "name": owner.pair.name,
            "location": {"regionName": owner.pair.region},
            "profile": owner.pair.profile,
            "fingerprint": owner.pair.fingerprint,
            "fingerprintForm": owner.fingerprint_type,
        }
    )


def _fingerprint_type(fingerprint_type: FingerprintType, heading: str) -> Column[OwnedKey]:
    return Column(
        fingerprint_type.value,
        heading,
        lambda owned: next(
            (
                each.spelled
                for each in owned.key.fingerprints
                if each.fingerprint_type is fingerprint_type
            ),
            "",
        ),
    )


OWNED_KEYS: View[OwnedKey] = View(
    member="localKeys",
    columns=(
        Column("path", "FILE", lambda owned: owned.key.path, folds=True),
        Column("half", "HOLDS", lambda owned: half(owned.key)),
        Column("algorithm", "ALGORITHM", lambda owned: owned.key.algorithm or ""),
        Column("bits", "BITS", lambda owned: str(owned.key.bits or "")),
        _fingerprint_type(FingerprintType.MD5_SPKI, "AWS MD5"),
        _fingerprint_type(FingerprintType.SHA1_PKCS8, "AWS SHA-1"),
        _fingerprint_type(FingerprintType.MD5_SSH, "ssh-keygen -l -E md5"),
        _fingerprint_type(FingerprintType.SHA256_SSH, "ssh-keygen -l"),
    ),
    standard=("path", "half", "algorithm", "bits", *FingerprintType),
    is_stacked=True,
    identity=lambda owned: owned.key.path,
    raw=raw_owned_key,
)

MATCHED_KEYS = replace(
    OWNED_KEYS,
    columns=(
        *OWNED_KEYS.columns,
        Column(
            "key-pairs",
            "KEY PAIRS",
            lambda owned: ",".join(
                f"{each.pair.name}@{each.pair.region}" for each in owned.owners or ()
            ),
            folds=True,
        ),
        Column(
            "profile",
            "PROFILE",
            lambda owned: ",".join(each.pair.profile or "" for each in owned.owners or ()),
        ),
    ),
    standard=(*OWNED_KEYS.standard, "key-pairs"),
)
"""The same with the pairs, and with whose account each of them is in, in the same order."""
