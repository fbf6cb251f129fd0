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
            "fingerprintForm": imported.fingerprint_type,
            "verified": imported.fingerprint_type is not None,
            "outcome": imported.outcome,
        }
    )


def _verified_cell(imported: ImportedKey, _: datetime) -> Cell:
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
        Column("name", "NAME", lambda imported: imported.pair.name),
        Column("region", "REGION", lambda imported: imported.pair.region),
        Column("outcome", "OUTCOME", lambda imported: imported.outcome),
        Column(
            "fingerprint",
            "FINGERPRINT",
            lambda imported: imported.pair.fingerprint or "",
            folds=True,
        ),
        Column(
            "verified",
            "VERIFIED AS",
            lambda imported: imported.fingerprint_type or "",
            _verified_cell,
        ),
        Column("tags", "TAGS", lambda imported: tags(imported.pair.tags), folds=True),
    ),
    standard=("name", "region", "outcome", "fingerprint", "verified", "tags"),
    identity=lambda imported: imported.pair.name,
    raw=raw_imported_key,
)
