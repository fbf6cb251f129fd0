"""View of imported keys. Pure."""

from datetime import datetime
from typing import Any

from lskeys.keypairs.results import ImportedKey
from lskeys.output.result import Cell, Column, Tone, View
from lskeys.output.views.formatting import tags, without_none
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


def _fingerprint_type_cell(imported: ImportedKey, _: datetime) -> Cell:
    if imported.outcome == "would import":
        return Cell("")
    return (
        Cell(imported.fingerprint_type, Tone.GOOD)
        if imported.fingerprint_type
        else Cell("unverified", Tone.BAD)
    )


IMPORTED_KEYS: View[ImportedKey] = View(
    member="keyPairs",
    columns=(
        Column("name", lambda imported: imported.pair.name),
        Column("region", lambda imported: imported.pair.region),
        Column("outcome", lambda imported: imported.outcome),
        Column("fingerprint", lambda imported: imported.pair.fingerprint or ""),
        Column(
            "fingerprint-type",
            lambda imported: imported.fingerprint_type or "",
            _fingerprint_type_cell,
        ),
        Column("tags", lambda imported: tags(imported.pair.tags)),
    ),
    identity=lambda imported: imported.pair.name,
    raw=raw_imported_key,
)
