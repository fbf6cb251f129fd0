"""View of saved private keys. Pure."""

from typing import Any

from lskeys.keypairs.results import SavedKey
from lskeys.output.result import Column, View
from lskeys.output.views.formatting import (
    fingerprint_type_column,
    raw_moment,
    rfc3339,
    without_none,
)


def raw_saved_key(saved: SavedKey) -> dict[str, Any]:
    """A saved key as JSON: the key pair with AWS's names, and the files."""
    return without_none(
        {
            "name": saved.pair_name,
            "createdAt": raw_moment(saved.created_at),
            "location": {"regionName": saved.region},
            "fingerprint": saved.fingerprint,
            "fingerprintType": saved.fingerprint_type,
            "verified": saved.fingerprint_type is not None,
            "outcome": saved.outcome,
            "privateKeyFile": str(saved.path),
            "publicKeyFile": str(saved.public_path),
            "keptFile": str(saved.kept) if saved.kept else None,
        }
    )


SAVED_KEYS: View[SavedKey] = View(
    member="keyPairs",
    columns=(
        Column("private-key-file", lambda saved: saved.path),
        Column("region", lambda saved: saved.region),
        Column("outcome", lambda saved: saved.outcome),
        Column("fingerprint", lambda saved: saved.fingerprint or ""),
        fingerprint_type_column(lambda saved: saved.fingerprint_type),
        Column("created", lambda saved: rfc3339(saved.created_at), is_extra=True),
    ),
    text=("private-key-file",),
    is_lines=True,
    identity=lambda saved: saved.path,
    raw=raw_saved_key,
)
