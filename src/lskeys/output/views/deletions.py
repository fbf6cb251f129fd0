"""View of deleted key pairs. Pure."""

from typing import Any

from lskeys.keypairs.results import Deletion
from lskeys.output.result import Column, View
from lskeys.output.views.formatting import without_none


def raw_deletion(deletion: Deletion) -> dict[str, Any]:
    """A deletion as JSON, with the AWS CLI's names where it has one."""
    return without_none(
        {
            "resourceName": deletion.pair_name,
            "resourceType": "KeyPair",
            "location": {"regionName": deletion.region},
            "operationType": "DeleteKeyPair",
            "outcome": deletion.outcome,
            "expectedFingerprint": deletion.expected,
            "fingerprintType": deletion.fingerprint_type,
            "localFile": str(deletion.local_file) if deletion.local_file else None,
            "backupFile": str(deletion.backup) if deletion.backup else None,
        }
    )


DELETIONS: View[Deletion] = View(
    member="operations",
    columns=(
        Column("name", lambda deletion: deletion.pair_name),
        Column("region", lambda deletion: deletion.region),
        Column("outcome", lambda deletion: deletion.outcome),
        Column("expected-fingerprint", lambda deletion: deletion.expected or ""),
        Column("local-file", lambda deletion: deletion.local_file or ""),
        Column("backup-file", lambda deletion: deletion.backup or ""),
    ),
    hides_empty=True,
    identity=lambda deletion: deletion.pair_name,
    raw=raw_deletion,
)
