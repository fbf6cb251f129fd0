"""View of imported keys. Pure."""

from typing import Any

from lskeys.keypairs.results import ImportedKey
from lskeys.output.result import Column, View
from lskeys.output.views.formatting import fingerprint_type_column, tags, without_none
from lskeys.output.views.key_pairs import raw_key_pair


def raw_imported_key(imported: ImportedKey) -> dict[str, Any]:
    """The key pair in the shape of `aws lightsail get-key-pairs`, and the outcome."""
    return without_none(
        {
            **raw_key_pair(imported.pair),
            "fingerprintType": imported.fingerprint_type,
            "verified": imported.fingerprint_type is not None,
            "outcome": imported.outcome,
        }
    )


def _fingerprint_type(imported: ImportedKey) -> str | None:
    return "" if imported.outcome == "would import" else imported.fingerprint_type


IMPORTED_KEYS: View[ImportedKey] = View(
    member="keyPairs",
    columns=(
        Column("name", lambda imported: imported.pair.name),
        Column("region", lambda imported: imported.pair.region),
        Column("outcome", lambda imported: imported.outcome),
        Column("fingerprint", lambda imported: imported.pair.fingerprint or ""),
        fingerprint_type_column(_fingerprint_type),
        Column("tags", lambda imported: tags(imported.pair.tags)),
    ),
    identity=lambda imported: imported.pair.name,
    raw=raw_imported_key,
)
