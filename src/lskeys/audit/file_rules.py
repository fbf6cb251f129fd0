"""The rules about files: from the disk to the account. Pure."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from lskeys.audit import remedies as commands
from lskeys.audit.finding import Code, Finding
from lskeys.audit.inventory import Evidence, file_name, has_fingerprint, is_hidden, place_and_name
from lskeys.keypairs.names import default_key_file
from lskeys.keys.matching import LocalKey
from lskeys.model import KeyPair, place_of

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_DEFAULT_FILE = default_key_file("*").split("*")


def loose_permissions(evidence: Evidence) -> Iterator[Finding]:
    """Private halves that others have rights on, and folders in which others may swap them.

    That others may list a key folder is no finding; in a sticky one, nobody swaps files.
    """
    for key in evidence.private_keys():
        if key.mend:
            message = f"others have rights on this private key (mode {key.mode:04o})"
            yield _about(key.path, Code.LOOSE_PERMISSIONS, message, key.mend)
    for folder in evidence.folders:
        if folder.mode & _OTHERS_WRITE and not folder.mode & stat.S_ISVTX:
            message = f"others may write in this key folder (mode {folder.mode:04o})"
            command = commands.close_folder(folder.path)
            yield _about(folder.path, Code.LOOSE_PERMISSIONS, message, command)


def mismatched_key(evidence: Evidence) -> Iterator[Finding]:
    """Files named as a pair's key that hold another one."""
    for key, pairs in _mismatched(evidence).items():
        first = pairs[0]
        places = ", ".join(str(place_of(pair)) for pair in pairs)
        message = f"it is named as the key of {first.name} in {places}, and holds another one"
        if first.is_default:
            command = evidence.lskeys.download_over(first, key.path)
        elif evidence.everywhere:
            command = commands.put_aside(key.path, "other")
        else:
            command = evidence.lskeys.look_everywhere(key.path)
        yield _about(key.path, Code.MISMATCHED_KEY, message, command, first)


def wrong_public(evidence: Evidence) -> Iterator[Finding]:
    """Files beside a private key, named as its public half, that are not.

    A key that does not show its public half is believed to have the one beside it.
    """
    public = {key.path: key.blob for key in evidence.keys if not key.has_private}
    for key in evidence.private_keys():
        beside = Path(f"{key.path}.pub")
        if _has_public(evidence, key) and public.get(beside) != key.blob:
            message = "it is not the public half of the private key beside it"
            command = commands.replace_public(key.path)
            yield _about(beside, Code.WRONG_PUBLIC, message, command)


def missing_public(evidence: Evidence) -> Iterator[Finding]:
    """Private keys of pairs without a public half beside them."""
    for key, pairs in evidence.homes().items():
        if key.has_private and not _has_public(evidence, key):
            message = "its public half is not beside it"
            command = commands.derive_public(key.path)
            yield _about(key.path, Code.MISSING_PUBLIC, message, command, pairs[0])


def hidden_key(evidence: Evidence) -> Iterator[Finding]:
    """Encrypted PEM files that could be a pair's key, and do not show it."""
    for key in evidence.private_keys():
        if is_hidden(key) and _is_for_lightsail(key):
            message = "it is encrypted, and no public half beside it tells whose key it is"
            mend = commands.replace_public if _has_public(evidence, key) else commands.derive_public
            command = mend(key.path)
            yield _about(key.path, Code.HIDDEN_KEY, message, command)


def orphaned_key(evidence: Evidence) -> Iterator[Finding]:
    """Private keys that belong to no pair.

    Only files called `*.pem`, as Lightsail's console and `create` name them: a personal key like
    `id_ed25519` owes nothing to Lightsail, and what lskeys kept as `.pem.old-…` was kept on
    purpose. Nothing is said while a region is silent, of a file whose name says that it is of
    a region that was not asked, or that is found otherwise.
    """
    if evidence.silent:
        return
    explained = evidence.homes().keys() | _mismatched(evidence).keys()
    unknown = {file_name(pair) for pair in evidence.pairs if not has_fingerprint(pair)}
    for key in evidence.private_keys():
        is_known = key in explained or key.path.name in unknown or is_hidden(key)
        if is_known or not _is_for_lightsail(key) or _is_elsewhere(evidence, key):
            continue
        message = f"it is the key of no pair in {_searched(evidence)}"
        command = evidence.lskeys.look_everywhere(key.path)
        if evidence.everywhere:
            command = commands.put_aside(key.path, "orphaned")
        yield _about(key.path, Code.ORPHANED_KEY, message, command)


def _searched(evidence: Evidence) -> str:
    """The places that were asked, in words."""
    if not evidence.everywhere:
        return ", ".join(str(place) for place in sorted(evidence.places))
    owners = sorted({place.profile for place in evidence.places} - {""})
    return f"any region of {', '.join(owners)}" if owners else "any region"


def _mismatched(evidence: Evidence) -> dict[LocalKey, list[KeyPair]]:
    """Files that hold the key of none of the pairs they are named after, and those pairs."""
    named: dict[str, list[KeyPair]] = {}
    for pair in sorted(evidence.pairs, key=place_and_name):
        named.setdefault(file_name(pair), []).append(pair)
    homes = evidence.homes()
    found = {}
    for key in evidence.private_keys():
        pairs = named.get(key.path.name, [])
        can_be_known = not is_hidden(key) and all(has_fingerprint(pair) for pair in pairs)
        if pairs and can_be_known and not set(pairs) & set(homes.get(key, ())):
            found[key] = pairs
    return found


def _has_public(evidence: Evidence, key: LocalKey) -> bool:
    return evidence.lies_beside(key.path, f"{key.path.name}.pub")


def _is_for_lightsail(key: LocalKey) -> bool:
    return key.path.suffix == ".pem"


def _is_elsewhere(evidence: Evidence, key: LocalKey) -> bool:
    """Whether its name is that of the default key of a region that was not asked."""
    before, after = _DEFAULT_FILE
    name = key.path.name
    if not (name.startswith(before) and name.endswith(after)):
        return False
    asked = {default_key_file(place.region) for place in evidence.places}
    return not evidence.everywhere and name not in asked


def _about(
    file: Path, code: Code, message: str, command: str, pair: KeyPair | None = None
) -> Finding:
    if pair is None:
        return Finding(code, message, command, file=file)
    return Finding(code, message, command, pair.region, pair.name, file, pair.profile)


RULES: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    loose_permissions,
    mismatched_key,
    wrong_public,
    missing_public,
    hidden_key,
    orphaned_key,
)
