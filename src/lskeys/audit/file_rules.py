"""Rules about files: each starts from local keys and compares them with the account. Pure."""

import re
import stat
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from lskeys.audit import remedies
from lskeys.audit.finding import Code, Finding
from lskeys.audit.inventory import Inventory, has_fingerprint, is_hidden, region_and_name
from lskeys.keys.derivation import derive_public
from lskeys.keys.fingerprints import Comparison
from lskeys.keys.matching import LocalKey
from lskeys.keys.opening_keys import replaced_file
from lskeys.keys.ssh_loading import BY_HAND, OUTDATED_CIPHER, PUTTY, SMALL_RSA
from lskeys.model import KeyPair, default_key_file
from lskeys.storage.ownership import OTHERS_WRITE, UnsafeDirectory
from lskeys.storage.writing import UNUSABLE
from lskeys.text import chmod_command
from lskeys.values import replace

_KEY_FILES = frozenset({"", ".pem", ".key", ".txt", ".ppk"})
_PERHAPS_NOT = "perhaps not a Lightsail key"
_DEFAULT_FILE = default_key_file("*").split("*")
_OWN_COMMENT = re.compile(r"\S+@[a-z]{2,8}(-[a-z0-9]+)+-[0-9]+")  # NAME@REGION


def loose_permissions(inventory: Inventory) -> Iterator[Finding]:
    """Private keys that other users may access, and key directories that they may write to.

    A directory that others may only list is no finding, nor is one with the sticky bit, where
    they cannot replace files.
    """
    for key in inventory.private_keys():
        if key.fix_command:
            message = f"private key accessible by others (mode {key.mode:04o})"
            yield _about(key.path, Code.LOOSE_PERMISSIONS, message, key.fix_command)
    for listing in inventory.directories:
        if listing.mode & OTHERS_WRITE and not listing.mode & stat.S_ISVTX:
            message = f"key directory writable by others (mode {listing.mode:04o})"
            command = chmod_command("go-w", listing.path)
            yield _about(listing.path, Code.LOOSE_PERMISSIONS, message, command)
    by_path = {unsafe.path: (each, unsafe) for each, unsafe in inventory.unsafe.items()}
    for directory, unsafe in by_path.values():
        if unsafe.path != directory or unsafe.owner:  # else it was found by its own permissions
            yield _about(unsafe.path, Code.LOOSE_PERMISSIONS, *_by_which(directory, unsafe))


def _by_which(directory: Path, unsafe: UnsafeDirectory) -> tuple[str, str | None]:
    """How others could swap the keys in a directory, and what prevents it."""
    message = f"writable by others (mode {unsafe.mode:04o}), who could replace {directory}"
    if unsafe.owner:
        message = f"belongs to {unsafe.owner}, who could replace the keys in {directory}"
    return message, unsafe.command


def unusable_file(inventory: Inventory) -> Iterator[Finding]:
    """Private keys that ssh cannot load as they lie there.

    Of a key that is a pair's, a file called `*.pem`, or an earlier one of its name; one that shows
    no sign of Lightsail only informs, and another program may want it as it is. What lskeys itself
    put aside is left out, and so is an earlier key, or one in another program's format, next to a
    copy that ssh loads.
    """
    homes = inventory.pairs_by_file()
    by_hand: Mapping[str, Callable[[Path], str]] = {
        PUTTY: partial(remedies.convert_putty, is_taken=inventory.is_taken),
        OUTDATED_CIPHER: partial(remedies.encrypt_anew, is_taken=inventory.is_taken),
        SMALL_RSA: inventory.lskeys.look_everywhere,
    }
    usable = _usable(inventory)
    for key in inventory.private_keys():
        is_earlier = replaced_file(key.path.name) is not None
        is_spare = key.blob in usable and not _is_for_lightsail(key)
        if key.obstacle is None or is_spare or _is_put_aside(key, usable):
            continue
        pair = next(iter(homes.get(key, ())), None)
        if pair is None and not is_earlier and not _is_for_lightsail(key):
            continue
        message = f"ssh cannot load it: {key.obstacle}"
        if pair is None and not is_earlier and not _was_for_lightsail(inventory, key):
            message += f"; {_PERHAPS_NOT}"
            yield Finding(Code.UNUSABLE_FILE, message, None, file=key.path, is_info=True)
            continue
        remedy = by_hand.get(key.obstacle)
        command: str | None = remedy(key.path) if remedy else _fix(inventory, pair)
        if not _is_key_file(key.path):
            message += "; the file may hold more than the key, so it is left as it is"
            command = inventory.lskeys.download(pair) if pair and pair.is_default else None
        found = _about(key.path, Code.UNUSABLE_FILE, message, command, pair)
        yield replace(found, by_hand=remedy is not None or not _is_key_file(key.path))


def unreadable_file(inventory: Inventory) -> Iterator[Finding]:
    """Files and key directories that cannot be read, whatever the reason."""
    for each in inventory.unreadable:
        is_key = "any key" if each.is_directory else "a key"
        message = f"cannot be read ({each.reason}), and may hold {is_key}"
        yield _about(each.path, Code.UNREADABLE_FILE, message, each.command)


def mismatched_key(inventory: Inventory) -> Iterator[Finding]:
    """Files that are named like the key of a key pair but hold another key."""
    for key, pairs in _mismatched(inventory).items():
        first = pairs[0]
        account_regions = ", ".join(str(pair.where) for pair in pairs)
        message = f"named like the key of {first.name} in {account_regions}, but holds another key"
        if first.is_default:
            command = inventory.lskeys.download_over(first, key.path)
        elif inventory.everywhere:
            command = _put_aside(inventory, key, "other")
        else:
            command = inventory.lskeys.look_everywhere(key.path)
        yield _about(key.path, Code.MISMATCHED_KEY, message, command, first)


def wrong_public(inventory: Inventory) -> Iterator[Finding]:
    """`.pub` files that do not belong to the private key next to them.

    An encrypted key that does not show its public key is taken to have the one next to it.
    """
    public = {key.path: key.blob for key in inventory.keys if not key.has_private}
    unreadable = {each.path for each in inventory.unreadable}
    for key in inventory.private_keys():
        path = key.public_path
        if path in unreadable or not inventory.is_taken(path):
            continue
        if public.get(path) != key.blob:
            message = "not the public key of the private key next to it"
            aside = remedies.put_aside(path, "wrong", inventory.is_taken)
            command = f"{aside} && {_derive(inventory, key)}"
            yield _about(path, Code.WRONG_PUBLIC, message, command)


def missing_public(inventory: Inventory) -> Iterator[Finding]:
    """Private keys of key pairs without a `.pub` file next to them.

    None is needed by what was put aside, nor by a key that must first be made one that ssh loads.
    """
    usable = _usable(inventory)
    for key, pairs in inventory.pairs_by_file().items():
        is_needed = not _is_put_aside(key, usable) and _is_key_file(key.path)
        if key.obstacle in BY_HAND or not is_needed:
            continue
        if key.has_private and not inventory.is_taken(key.public_path):
            message = "no public key file (.pub) next to it"
            command = _derive(inventory, key, pairs[0])
            yield _about(key.path, Code.MISSING_PUBLIC, message, command, pairs[0])


def hidden_key(inventory: Inventory) -> Iterator[Finding]:
    """Encrypted PEM files that could hold the key of a key pair but do not show it.

    No finding where the `.pub` cannot be read, which may show it, nor where ssh cannot load the
    key, which is a finding of its own and comes first.
    """
    unreadable = {each.path for each in inventory.unreadable}
    for key in inventory.private_keys():
        if key.public_path in unreadable or key.obstacle is not None:
            continue
        if is_hidden(key) and _is_for_lightsail(key):
            message = "encrypted, and no public key file (.pub) shows which key it is"
            command = derive_public(key)
            if inventory.is_taken(key.public_path):
                aside = remedies.put_aside(key.public_path, "wrong", inventory.is_taken)
                command = f"{aside} && {command}"
            yield _about(key.path, Code.HIDDEN_KEY, message, command)


def orphaned_key(inventory: Inventory) -> Iterator[Finding]:
    """Private keys that belong to no key pair.

    Only files called `*.pem`, as Lightsail's console and `create` name them: a personal key like
    `id_ed25519` has nothing to do with Lightsail, and what lskeys kept as `.pem.old-…` was kept on
    purpose. One that shows no sign of Lightsail (EC2 and TLS keys are called `*.pem`, too) only
    informs. No finding while a region did not respond, or where the name says that the key is of a
    region that was not queried; nor for a key that may open an instance, which keeps it when its
    key pair is deleted.
    """
    if inventory.silent:
        return
    explained = inventory.pairs_by_file().keys() | _mismatched(inventory).keys()
    unknown = {pair.key_file for pair in inventory.pairs if not has_fingerprint(pair)}
    opening = {key.path for each in inventory.openers.values() for key in each.keys}
    for key in inventory.private_keys():
        is_known = key in explained or key.path.name in unknown or is_hidden(key)
        is_known = is_known or key.path in opening
        is_known = is_known or any(
            has_fingerprint(pair) and inventory.compare(pair, key) is Comparison.UNKNOWN
            for pair in inventory.pairs
        )
        if is_known or not _is_for_lightsail(key) or _is_elsewhere(inventory, key):
            continue
        message = f"matches no key pair in {inventory.searched}"
        if not _was_for_lightsail(inventory, key):
            message += f"; {_PERHAPS_NOT}"
            yield Finding(Code.ORPHANED_KEY, message, None, file=key.path, is_info=True)
            continue
        command = inventory.lskeys.look_everywhere(key.path)
        if inventory.everywhere:
            command = _put_aside(inventory, key, "orphaned")
        yield _about(key.path, Code.ORPHANED_KEY, message, command)


def _usable(inventory: Inventory) -> frozenset[bytes]:
    """The keys of which there is a file that ssh loads."""
    return frozenset(key.blob for key in inventory.keys if key.is_copy and key.blob is not None)


def _is_put_aside(key: LocalKey, usable: frozenset[bytes]) -> bool:
    """Whether lskeys put the file aside, and it is not needed, since ssh loads a copy."""
    is_earlier = replaced_file(key.path.name) is not None
    return UNUSABLE in key.path.name or (is_earlier and key.blob in usable)


def _put_aside(inventory: Inventory, key: LocalKey, ending: str) -> str:
    public = inventory.public_beside(key)
    return remedies.put_aside(key.path, ending, inventory.is_taken, public)


def _is_key_file(file: Path) -> bool:
    """Whether a file is a key's by its name; others, `.json` or `.env`, may hold more than that."""
    is_plain = file.suffix in _KEY_FILES and not file.name.startswith(".")
    return is_plain or replaced_file(file.name) is not None


def _mismatched(inventory: Inventory) -> dict[LocalKey, list[KeyPair]]:
    """Files that hold none of the keys that their name promises, and the key pairs they name."""
    named: dict[str, list[KeyPair]] = {}
    for pair in sorted(inventory.pairs, key=region_and_name):
        named.setdefault(pair.key_file, []).append(pair)
    homes = inventory.pairs_by_file()
    found = {}
    for key in inventory.private_keys():
        pairs = named.get(key.path.name, [])
        if set(pairs) & set(homes.get(key, ())):
            continue
        if pairs and all(inventory.compare(pair, key) is Comparison.OTHER for pair in pairs):
            found[key] = pairs
    return found


def _fix(inventory: Inventory, pair: KeyPair | None) -> str:
    return inventory.lskeys.fix(pair, inventory.account_regions)


def _derive(inventory: Inventory, key: LocalKey, pair: KeyPair | None = None) -> str:
    """Writes a `.pub`: with ssh-keygen, or where ssh cannot load the key, with lskeys."""
    return _fix(inventory, pair) if key.obstacle else derive_public(key)


def _is_for_lightsail(key: LocalKey) -> bool:
    return key.path.suffix == ".pem"


def _was_for_lightsail(inventory: Inventory, key: LocalKey) -> bool:
    """Whether its name, or the comment that lskeys writes to `.pub` files, names a key pair."""
    comments = {each.comment for each in inventory.keys if each.path == key.public_path}
    return key.path.name.startswith(_DEFAULT_FILE[0]) or any(map(_OWN_COMMENT.fullmatch, comments))


def _is_elsewhere(inventory: Inventory, key: LocalKey) -> bool:
    """Whether its name is that of the default key of a region that was not queried."""
    before, after = _DEFAULT_FILE
    name = key.path.name
    if not (name.startswith(before) and name.endswith(after)):
        return False
    queried = {default_key_file(place.region) for place in inventory.account_regions}
    return not inventory.everywhere and name not in queried


def _about(
    file: Path, code: Code, message: str, command: str | None, pair: KeyPair | None = None
) -> Finding:
    if pair is None:
        return Finding(code, message, command, file=file)
    return Finding(code, message, command, pair.region, pair.name, file, pair.profile)


RULES: tuple[Callable[[Inventory], Iterator[Finding]], ...] = (
    loose_permissions,
    unusable_file,
    unreadable_file,
    mismatched_key,
    wrong_public,
    missing_public,
    hidden_key,
    orphaned_key,
)
