"""How the removal of a key pair looks. Pure."""

from typing import Any

from lskeys.keypairs.results import Removal
from lskeys.output.result import Column, View
from lskeys.output.views.formatting import without_none


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
