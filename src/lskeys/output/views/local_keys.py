"""View of key files on this computer. Pure."""

from typing import Any

from lskeys.keys.matching import LocalKey
from lskeys.keys.opening_keys import replaced_file
from lskeys.output.views.formatting import raw_moment, without_none


def raw_local_key(key: LocalKey) -> dict[str, Any]:
    """A key file as JSON: its public side, and whether its permissions are right."""
    return without_none(
        {
            "path": str(key.path),
            "holds": "private" if key.has_private else "public",
            "encrypted": key.encrypted,
            "mode": f"{key.mode:04o}",
            "permissionsOk": key.fix_command is None,
            "fixCommand": key.fix_command,
            "algorithm": key.algorithm,
            "bits": key.bits,
            "comment": key.comment or None,
            "knownByNameOnly": key.is_by_name or None,
            "obstacle": key.obstacle,
            "replacedAt": raw_moment(old[1]) if (old := replaced_file(key.path.name)) else None,
            "fingerprints": {each.fingerprint_type: each.spelled for each in key.fingerprints},
        }
    )


def holds(key: LocalKey) -> str:
    """What the file holds, in words: `private`, `private, encrypted`, `public`."""
    if not key.has_private:
        return "public"
    known = ", known by its .pub" if key.is_by_name else ""
    return f"private{', encrypted' if key.encrypted else ''}{known}"
