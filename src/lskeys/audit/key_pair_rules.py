"""The rules about key pairs: from the account to the disk. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from datetime import UTC, datetime

from lskeys.audit.finding import Code, Finding
from lskeys.audit.inventory import Inventory, file_name, has_fingerprint, is_hidden, region_and_name
from lskeys.keys import fingerprints
from lskeys.model import KeyPair, account_region

_FAR = datetime.max.replace(tzinfo=UTC)


def missing_private(inventory: Inventory) -> Iterator[Finding]:
    """Pairs whose private key is in no key directory; a file that cannot be read is no proof."""
    hidden = {key.path.name for key in inventory.keys if is_hidden(key)}
    for pair, keys in inventory.holders().items():
        if any(key.has_private for key in keys) or not has_fingerprint(pair):
            continue
        if file_name(pair) in hidden:
            continue
        if pair.is_default:
            message = "its private key is in none of the key directories"
            command = inventory.lskeys.download(pair)
        else:
            message = "its private key is in none of the key directories, and AWS has none"
            command = inventory.lskeys.show(pair)
        yield _about(pair, Code.MISSING_PRIVATE, message, command)


def stale_default(inventory: Inventory) -> Iterator[Finding]:
    """Default pairs that are younger than instances that name them."""
    for pair in filter(lambda each: each.is_default, inventory.pairs):
        if pair.outdated:
            message = f"it is younger than {', '.join(pair.outdated)}, which it will not open"
            yield _about(pair, Code.STALE_DEFAULT, message, inventory.lskeys.show(pair))


def no_fingerprint(inventory: Inventory) -> Iterator[Finding]:
    """Pairs that cannot be compared with any file."""
    message = "AWS reports no fingerprint for it, so no file can be verified against it"
    for pair in inventory.pairs:
        if not has_fingerprint(pair):
            yield _about(pair, Code.NO_FINGERPRINT, message, inventory.lskeys.show(pair))


def same_key(inventory: Inventory) -> Iterator[Finding]:
    """Pairs with the key of another one: all but the one that is used, or else the oldest."""
    groups: dict[Hashable, list[KeyPair]] = defaultdict(list)
    for pair, keys in inventory.holders().items():
        blobs = sorted(key.blob for key in keys if key.blob is not None)
        if has_fingerprint(pair):
            groups[blobs[0] if blobs else fingerprints.parse(pair.fingerprint or "")].append(pair)
    for group in groups.values():
        first, *others = sorted(
            group,
            key=lambda pair: (not pair.used_by, pair.created_at or _FAR, region_and_name(pair)),
        )
        for pair in others:
            code = Code.SHARED_KEY if pair.name == first.name else Code.DUPLICATE_KEY
            message = f"it has the same key as {first.name} in {account_region(first)}"
            yield _about(pair, code, message, inventory.lskeys.delete(pair))


def old_pair(inventory: Inventory) -> Iterator[Finding]:
    """Pairs above the age that was given."""
    for pair in inventory.pairs:
        if inventory.max_age is None or pair.created_at is None:
            continue
        days = (inventory.now - pair.created_at).days
        if days > inventory.max_age:
            message = f"it is {days} days old, and {inventory.max_age} are allowed"
            yield _about(pair, Code.OLD_PAIR, message, inventory.lskeys.renew(pair, inventory.now))


def unused_pair(inventory: Inventory) -> Iterator[Finding]:
    """Pairs that no instance names, as far as that can be seen."""
    message = "no instance names it; snapshots and hand-made authorized_keys cannot be seen"
    for pair in inventory.pairs:
        if pair.used_by == ():
            yield _about(pair, Code.UNUSED_PAIR, message, inventory.lskeys.delete(pair))


def _about(pair: KeyPair, code: Code, message: str, command: str) -> Finding:
    return Finding(code, message, command, pair.region, pair.name, profile=pair.profile)


RULES: tuple[Callable[[Inventory], Iterator[Finding]], ...] = (
    missing_private,
    stale_default,
    no_fingerprint,
    same_key,
    old_pair,
    unused_pair,
)
