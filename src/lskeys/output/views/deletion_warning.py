"""What is shown before key pairs are deleted. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from lskeys.model import KeyPair
from lskeys.output.views.formatting import age, rfc3339

NOT_CHECKED = "not checked: snapshots, authorized_keys files"


def deletion_details(pair: KeyPair, proof: str, now: datetime) -> tuple[str, ...]:
    """The key pair, its fingerprint and the proof, and what was not checked."""
    created = f", created {rfc3339(pair.created_at)} ({_age(pair, now)})" if pair.created_at else ""
    account = f", account {pair.account}" if pair.account else ""
    unused = ("not used by any instance",) if pair.used_by == () else ()
    return (
        f"key pair {pair.name} in {pair.region}{account}{created}",
        f"fingerprint {pair.fingerprint or 'none'}, {proof}",
        *unused,
        NOT_CHECKED,
    )


def deletion_list(pairs: Sequence[tuple[KeyPair, str]], now: datetime) -> Iterable[str]:
    """The same of several key pairs, each with its proof in a line of its own."""
    accounts = sorted({pair.account for pair, _ in pairs if pair.account})
    yield f"{len(pairs)} key pairs{''.join(f', account {each}' for each in accounts)}:"
    for pair, proof in pairs:
        created = f", created {_date(pair)} ({_age(pair, now)})" if pair.created_at else ""
        unused = ", not used by any instance" if pair.used_by == () else ""
        fingerprint = f"fingerprint {pair.fingerprint or 'none'}, {proof}"
        yield f"{pair.name} in {pair.region}{created}, {fingerprint}{unused}"
    yield NOT_CHECKED


def usage_warning(pair: KeyPair) -> str | None:
    """Which instances use a key pair that is to be deleted; None if none does."""
    name = f"{pair.name} in {pair.region}"
    if pair.used_by is None:
        return f"the instances that use {name} could not be listed"
    if not pair.used_by:
        return None
    used_by = f"{name} is used by {', '.join(pair.used_by)}"
    if pair.outdated:
        used_by += f"; launched with an earlier key: {', '.join(pair.outdated)}"
    return f"{used_by} (deleting the key pair does not revoke its access)"


def _date(pair: KeyPair) -> str:
    return rfc3339(pair.created_at)[:10]


def _age(pair: KeyPair, now: datetime) -> str:
    return age(pair.created_at, now) if pair.created_at else ""
