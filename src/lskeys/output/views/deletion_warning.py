"""What is shown before a key pair is deleted. Pure."""

from datetime import datetime

from lskeys.model import KeyPair
from lskeys.output.views.formatting import age, rfc3339


def deletion_warning(pair: KeyPair, proof: str, now: datetime) -> tuple[str, ...]:
    """The key pair, its fingerprint and the proof, its users, and what was not checked."""
    created = (
        f", created {rfc3339(pair.created_at)} ({age(pair.created_at, now)})"
        if pair.created_at
        else ""
    )
    account = f", account {pair.account}" if pair.account else ""
    return (
        f"key pair {pair.name} in {pair.region}{account}{created}",
        f"fingerprint {pair.fingerprint or 'none'}, {proof}",
        _usage(pair),
        "not checked: snapshots, authorized_keys files",
    )


def _usage(pair: KeyPair) -> str:
    if pair.used_by is None:
        return "the instances that use it could not be listed"
    if not pair.used_by:
        return "not used by any instance"
    used_by = f"used by {', '.join(pair.used_by)}"
    if pair.outdated:
        used_by += f"; launched with an earlier key: {', '.join(pair.outdated)}"
    return f"{used_by} (deleting the key pair does not revoke access to them)"
