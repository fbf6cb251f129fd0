"""View of rotated default key pairs. Pure."""

from typing import Any

from lskeys.keypairs.rotation.report import InstanceFollowUp, Rotation
from lskeys.model import DEFAULT_PAIR
from lskeys.output.result import Column, View
from lskeys.output.views.formatting import (
    fingerprint_type_column,
    raw_moment,
    rfc3339,
    without_none,
)


def raw_rotation(rotation: Rotation) -> dict[str, Any]:
    """A rotation as JSON: the new key pair with AWS's names, the files, the remaining steps."""
    follow_ups = rotation.follow_ups
    return without_none(
        {
            "name": DEFAULT_PAIR,
            "createdAt": raw_moment(rotation.created_at),
            "location": {"regionName": rotation.region},
            "fingerprint": rotation.fingerprint,
            "fingerprintType": rotation.fingerprint_type,
            "verified": rotation.fingerprint_type is not None,
            "outcome": rotation.outcome,
            "privateKeyFile": str(rotation.path) if rotation.path else None,
            "publicKeyFile": f"{rotation.path}.pub" if rotation.path else None,
            "oldFingerprint": rotation.old_fingerprint,
            "oldKeyFile": str(rotation.old_path) if rotation.old_path else None,
            "authorizedKey": rotation.authorized_key,
            "instances": None
            if follow_ups is None
            else [_raw_follow_up(each) for each in follow_ups],
        }
    )


def _raw_follow_up(follow_up: InstanceFollowUp) -> dict[str, Any]:
    instance = follow_up.instance
    return without_none(
        {
            "name": instance.name,
            "blueprintId": instance.blueprint,
            "username": instance.username,
            "publicIpAddress": instance.public_ip,
            "isWindows": instance.is_windows,
            "predatesOldPair": follow_up.predates,
            "command": follow_up.command,
        }
    )


ROTATIONS: View[Rotation] = View(
    member="keyPairs",
    columns=(
        Column("private-key-file", lambda rotation: rotation.path or ""),
        Column("region", lambda rotation: rotation.region),
        Column("outcome", lambda rotation: rotation.outcome),
        Column("fingerprint", lambda rotation: rotation.fingerprint or ""),
        fingerprint_type_column(lambda rotation: rotation.fingerprint_type),
        Column("created", lambda rotation: rfc3339(rotation.created_at), is_extra=True),
        Column("old-key-file", lambda rotation: rotation.old_path or ""),
        Column("old-fingerprint", lambda rotation: rotation.old_fingerprint),
    ),
    text=("private-key-file",),
    is_lines=True,
    identity=lambda rotation: rotation.path or "",
    raw=raw_rotation,
)
