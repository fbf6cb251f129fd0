"""Rules about key pairs: each starts from the account and compares it with local keys. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from lskeys.audit import remedies
from lskeys.audit.finding import Code, Finding
from lskeys.audit.inventory import Inventory, has_fingerprint, region_and_name
from lskeys.keys import fingerprints
from lskeys.model import KeyPair

_FAR = datetime.max.replace(tzinfo=UTC)


def missing_private(inventory: Inventory) -> Iterator[Finding]:
    """Key pairs whose private key is in no key directory, as far as the files can be read."""
    for pair, keys in inventory.files_by_pair().items():
        if any(key.has_private for key in keys) or not has_fingerprint(pair):
            continue
        if inventory.may_be_hidden(pair) or inventory.has_unchecked_copy(pair):
            continue
        message = "private key not found locally"
        file = inventory.file_named_as(pair)
        holds = next((key for key in inventory.keys if key.path == file), None)
        if file and holds is None:
            message += f"; {file} holds no key"
        if pair.is_default:
            command = inventory.lskeys.download(pair)
            if file and holds and holds.has_private:
                command = inventory.lskeys.download_over(pair, file)
            elif file:
                command = f"{remedies.put_aside(file, 'other', inventory.is_taken)} && {command}"
            yield _about(pair, Code.MISSING_PRIVATE, message, command)
        else:  # nothing can be done about it
            message += "; Lightsail does not keep it"
            yield _about(pair, Code.MISSING_PRIVATE, message, None, is_info=True)


def stale_default(inventory: Inventory) -> Iterator[Finding]:
    """Default key pairs created after instances that use them were launched."""
    for pair in filter(lambda each: each.is_default, inventory.pairs):
        if pair.outdated:
            where = pair.where
            for_ssh = [name for name in pair.outdated if (where, name) in inventory.for_ssh]
            lskeys = inventory.lskeys
            command = lskeys.authorize(pair, for_ssh) if for_ssh else lskeys.show(pair)
            yield _about(pair, Code.STALE_DEFAULT, _stale(inventory, pair), command)


def _stale(inventory: Inventory, pair: KeyPair) -> str:
    """What is said of instances launched with an earlier key: each with the file for it.

    Dates say which key may open an instance, and only a login that worked says more.
    """
    names_by_opener: dict[tuple[Path, str], list[str]] = defaultdict(list)
    for name in pair.outdated:
        keys = inventory.openers.get((pair.where, name))
        if keys and keys.first and not keys.is_current:
            opens = "opens" if keys.proved_at else "may open"
            names_by_opener[keys.first.path, opens].append(name)
    them = "it" if len(pair.outdated) == 1 else "them"
    message = f"newer than {', '.join(pair.outdated)}, which it opens only if added there"
    every = list(pair.outdated)
    openers = (
        f"{file} {opens} {them if names == every else ', '.join(names)}"
        for (file, opens), names in names_by_opener.items()
    )
    return "; ".join((message, *openers))


def no_fingerprint(inventory: Inventory) -> Iterator[Finding]:
    """Key pairs without a fingerprint, which no file can be compared with."""
    message = "AWS reports no fingerprint, so no local key can be verified"
    for pair in inventory.pairs:
        if not has_fingerprint(pair):
            yield _about(pair, Code.NO_FINGERPRINT, message, None)


def same_key(inventory: Inventory) -> Iterator[Finding]:
    """Key pairs with the same key as another: all but the one in use, else the oldest."""
    groups: dict[Hashable, list[KeyPair]] = defaultdict(list)
    for pair, keys in inventory.files_by_pair().items():
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
            message = f"same key as {first.name} in {first.where}"
            command = inventory.lskeys.delete(pair) if code is Code.DUPLICATE_KEY else None
            yield _about(pair, code, message, command)


def old_pair(inventory: Inventory) -> Iterator[Finding]:
    """Key pairs older than the given age."""
    for pair in inventory.pairs:
        if inventory.max_age is None or pair.created_at is None:
            continue
        days = (inventory.now - pair.created_at).days
        if days > inventory.max_age:
            message = f"{days} days old (limit {inventory.max_age})"
            yield _about(pair, Code.OLD_PAIR, message, inventory.lskeys.renew(pair, inventory.now))


def unused_pair(inventory: Inventory) -> Iterator[Finding]:
    """Key pairs that no instance uses, as far as AWS reports it."""
    message = "not used by any instance (not checked: snapshots, authorized_keys files)"
    for pair in inventory.pairs:
        if pair.used_by == ():
            yield _about(pair, Code.UNUSED_PAIR, message, inventory.lskeys.delete(pair))


def _about(
    pair: KeyPair, code: Code, message: str, command: str | None, *, is_info: bool = False
) -> Finding:
    return Finding(
        code, message, command, pair.region, pair.name, profile=pair.profile, is_info=is_info
    )


RULES: tuple[Callable[[Inventory], Iterator[Finding]], ...] = (
    missing_private,
    stale_default,
    no_fingerprint,
    same_key,
    old_pair,
    unused_pair,
)
