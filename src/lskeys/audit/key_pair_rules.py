"""The rules about key pairs: from the account to the disk. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from datetime import UTC, datetime

from lskeys.audit.finding import Code, Finding
from lskeys.audit.inventory import Evidence, file_name, has_fingerprint, is_hidden, place_and_name
from lskeys.keys import fingerprints
from lskeys.model import KeyPair, place_of

_FAR = datetime.max.replace(tzinfo=UTC)


def missing_private(evidence: Evidence) -> Iterator[Finding]:
    """Pairs whose private half is in no key folder; a file that cannot be read is no proof."""
    hidden = {key.path.name for key in evidence.keys if is_hidden(key)}
    for pair, keys in evidence.holders().items():
        if any(key.has_private for key in keys) or not has_fingerprint(pair):
            continue
        if file_name(pair) in hidden:
            continue
        if pair.is_default:
            message = "its private half is in none of the key folders"
            command = evidence.lskeys.download(pair)
        else:
            message = "its private half is in none of the key folders, and AWS has none"
            command = evidence.lskeys.show(pair)
        yield _about(pair, Code.MISSING_PRIVATE, message, command)


def stale_default(evidence: Evidence) -> Iterator[Finding]:
    """Default pairs that are younger than instances that name them."""
    for pair in filter(lambda each: each.is_default, evidence.pairs):
        if pair.outdated:
            message = f"it is younger than {', '.join(pair.outdated)}, which it will not open"
            yield _about(pair, Code.STALE_DEFAULT, message, evidence.lskeys.show(pair))


def no_fingerprint(evidence: Evidence) -> Iterator[Finding]:
    """Pairs that cannot be compared with any file."""
    message = "AWS reports no fingerprint for it, so no file can be verified against it"
    for pair in evidence.pairs:
        if not has_fingerprint(pair):
            yield _about(pair, Code.NO_FINGERPRINT, message, evidence.lskeys.show(pair))


def same_key(evidence: Evidence) -> Iterator[Finding]:
    """Pairs with the key of another one: all but the one that is used, or else the oldest."""
    groups: dict[Hashable, list[KeyPair]] = defaultdict(list)
    for pair, keys in evidence.holders().items():
        blobs = sorted(key.blob for key in keys if key.blob is not None)
        if has_fingerprint(pair):
            groups[blobs[0] if blobs else fingerprints.parse(pair.fingerprint or "")].append(pair)
    for group in groups.values():
        first, *others = sorted(
            group,
            key=lambda pair: (not pair.used_by, pair.created_at or _FAR, place_and_name(pair)),
        )
        for pair in others:
            code = Code.SHARED_KEY if pair.name == first.name else Code.DUPLICATE_KEY
            message = f"it has the same key as {first.name} in {place_of(first)}"
            yield _about(pair, code, message, evidence.lskeys.delete(pair))


def old_pair(evidence: Evidence) -> Iterator[Finding]:
    """Pairs above the age that was given."""
    for pair in evidence.pairs:
        if evidence.max_age is None or pair.created_at is None:
            continue
        days = (evidence.now - pair.created_at).days
        if days > evidence.max_age:
            message = f"it is {days} days old, and {evidence.max_age} are allowed"
            yield _about(pair, Code.OLD_PAIR, message, evidence.lskeys.renew(pair, evidence.now))


def unused_pair(evidence: Evidence) -> Iterator[Finding]:
    """Pairs that no instance names, as far as that can be seen."""
    message = "no instance names it; snapshots and hand-made authorized_keys cannot be seen"
    for pair in evidence.pairs:
        if pair.used_by == ():
            yield _about(pair, Code.UNUSED_PAIR, message, evidence.lskeys.delete(pair))


def _about(pair: KeyPair, code: Code, message: str, command: str) -> Finding:
    return Finding(code, message, command, pair.region, pair.name, profile=pair.profile)


RULES: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    missing_private,
    stale_default,
    no_fingerprint,
    same_key,
    old_pair,
    unused_pair,
)
