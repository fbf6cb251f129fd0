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
        "snapshots and hand-made authorized_keys cannot be seen from here",
    )


def _usage(pair: KeyPair) -> str:
    if pair.used_by is None:
        return "which instances name it could not be found out"
    if not pair.used_by:
        return "no instance names it"
    named = f"used by {', '.join(pair.used_by)}, which"
    if pair.outdated:
        return f"{named} go on naming it; with an older key: {', '.join(pair.outdated)}"
    return f"{named} keep its public key and go on naming it"
