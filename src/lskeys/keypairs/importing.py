"""Imports a public key, and finds out what happened after a lost response. Touches: its tools."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lskeys.errors import (
    LostAnswerError,
    LskeysError,
    MissingError,
    RefusedError,
    RemoteError,
    SetupError,
)
from lskeys.keypairs import tagging
from lskeys.keypairs.importable_key import ImportableKey
from lskeys.keypairs.results import ImportedKey
from lskeys.keys.fingerprints import FingerprintType
from lskeys.model import KeyPair, Tag, attempt
from lskeys.text import lskeys_command

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail

_OTHER_NAME = "choose another name: it must be unique among all Lightsail resources of the region"


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A public key to import; with `if_absent`, an existing pair with the same key is success."""

    name: str
    public_key: ImportableKey
    tags: tuple[Tag, ...] = ()
    if_absent: bool = False


def import_key(lightsail: "Lightsail", request: ImportRequest) -> ImportedKey:
    """Import a public key into one region, verified, with its tags.

    Raises:
        RefusedError: The name is taken, or the pair's fingerprint is not the key's.
        LostAnswerError: It cannot be known whether the key was imported.
    """
    known = _there(lightsail, request) if request.if_absent else None
    if known is not None:
        matched = _same(known, request.public_key)
        tagged = add_missing_tags(lightsail, known, request.tags)
        return ImportedKey(tagged, "unchanged", matched, _others(lightsail, request))
    try:
        pair = send_import(lightsail, request.name, request.public_key)
    except LostAnswerError as lost:
        raise lost.with_(hint="run the same command again, with --if-absent") from None
    pair, fingerprint_type = verify_import(lightsail, request.name, request.public_key, pair)
    tagged = add_missing_tags(lightsail, pair, request.tags)
    return ImportedKey(tagged, "imported", fingerprint_type, _others(lightsail, request))


def preview(lightsail: "Lightsail", request: ImportRequest) -> ImportedKey:
    """What `import_key` would do, as far as reading shows.

    Raises:
        RefusedError: The name is taken.
    """
    known = _there(lightsail, request)
    if known is None:
        refuse_taken_name(lightsail, request.name)
        pair = KeyPair(request.name, lightsail.region, tags=request.tags)
        return ImportedKey(pair, "would import", other_names=_others(lightsail, request))
    if not request.if_absent:
        raise name_taken(known, request.public_key)
    matched = _same(known, request.public_key)
    return ImportedKey(known, "unchanged", matched, _others(lightsail, request))


def send_import(lightsail: "Lightsail", name: str, public_key: ImportableKey) -> KeyPair | None:
    """Import a public key; returns only when it is there, with the pair where it was looked at.

    The request is sent once. If the response is lost, the key pair is looked up: one with
    this key is success, and where there is none it is sent once more.

    Raises:
        RefusedError: The name is taken; by what, where that can be known.
        LostAnswerError: A response was lost, and the key is not found there.
        RemoteError, SetupError: AWS refused; nothing was imported.
    """
    try:
        lightsail.import_key_pair(name, public_key.line)
    except LostAnswerError as lost:
        return _after_loss(lightsail, name, public_key, lost)
    except RefusedError as refusal:
        raise explain_refusal(lightsail, name, refusal, public_key) from None
    return None


def verify_import(
    lightsail: "Lightsail", name: str, public_key: ImportableKey, pair: KeyPair | None
) -> tuple[KeyPair, FingerprintType | None]:
    """The key pair, looked up unless it is known, and the fingerprint type that matches the key.

    Raises:
        RefusedError: AWS reports the fingerprint of another key.
        RemoteError, SetupError: The pair is there, and cannot be looked up.
    """
    pair = pair or _imported(lightsail, name)
    fingerprint_type = public_key.match(pair)
    if pair.fingerprint is not None and fingerprint_type is None:
        remove = lskeys_command("delete", pair.name, region=pair.region)
        raise RefusedError(
            f"{name} in {lightsail.region} was imported, but AWS reports the fingerprint"
            f" {pair.fingerprint}, which the key that was sent does not have",
            hint=f"do not rely on it; to remove it: {remove}",
            region=lightsail.region,
        )
    return pair, fingerprint_type


def add_missing_tags(lightsail: "Lightsail", pair: KeyPair, tags: Iterable[Tag]) -> KeyPair:
    """The pair with these tags; nothing is sent for those that it has."""
    change = tagging.adding(pair, tags)
    if not change.is_needed:
        return pair
    try:
        return tagging.apply(lightsail, change)
    except LskeysError as error:
        words = map(_spelled, change.added)
        again = lskeys_command("tag", pair.name, *words, region=pair.region)
        hint = f"the key pair is there, perhaps without its tags: {again}"
        if isinstance(error, SetupError) and error.hint:  # what to allow, or where to log in
            hint = f"{error.hint}; {hint}"
        raise error.with_(hint=hint) from None


def _spelled(tag: Tag) -> str:
    return tag.key if tag.value is None else f"{tag.key}={tag.value}"


def explain_refusal(
    lightsail: "Lightsail",
    name: str,
    refusal: RefusedError,
    public_key: ImportableKey | None = None,
) -> RefusedError:
    """AWS's refusal of a name, saying what has it, where that can be found out."""
    known = attempt(lightsail.region, lambda: lightsail.key_pair(name)).value
    if known is not None:
        return name_taken(known, public_key)
    found = attempt(lightsail.region, lambda: refuse_taken_name(lightsail, name)).error
    return found if isinstance(found, RefusedError) else refusal


def refuse_taken_name(lightsail: "Lightsail", name: str) -> None:
    """Refuse a name that an instance has; no key pair of it was found.

    Whoever may not list instances learns of it when the key pair is made.

    Raises:
        RefusedError: An instance is called so.
    """
    try:
        instances = lightsail.instances()
    except (RemoteError, SetupError):
        return
    if any(instance.name == name for instance in instances):
        raise RefusedError(
            f"the name {name} is taken in {lightsail.region}, by an instance",
            hint=_OTHER_NAME,
            region=lightsail.region,
        )


def name_taken(pair: KeyPair, public_key: ImportableKey | None = None) -> RefusedError:
    """The refusal of a name that this pair has; the same key is said to be the same."""
    if public_key is not None and public_key.match(pair) is not None:
        return RefusedError(
            f"key pair {pair.name} in {pair.region} already has this key",
            hint="to treat this as success, add --if-absent",
            region=pair.region,
        )
    having = f" with the fingerprint {pair.fingerprint}" if pair.fingerprint else ""
    return RefusedError(
        f"the name {pair.name} is taken in {pair.region}, by a key pair{having}",
        hint=_OTHER_NAME,
        region=pair.region,
    )


def _after_loss(
    lightsail: "Lightsail", name: str, public_key: ImportableKey, lost: LostAnswerError
) -> KeyPair | None:
    """After a lost response nothing is certain unless the key is found there."""
    pair = _arrived(lightsail, name, public_key, lost)
    if pair is not None:
        return pair
    with suppress(RefusedError, RemoteError, SetupError):
        lightsail.import_key_pair(name, public_key.line)
        return None
    pair = _arrived(lightsail, name, public_key, lost)
    if pair is None:
        raise lost
    return pair


def _arrived(
    lightsail: "Lightsail", name: str, public_key: ImportableKey, lost: LostAnswerError
) -> KeyPair | None:
    try:
        pair = lightsail.key_pair(name)
    except MissingError:
        return None
    except (RemoteError, SetupError):
        raise lost from None
    if public_key.match(pair) is None:
        has = pair.fingerprint or "none"
        there = f"a key pair with that name exists, with the fingerprint {has}"
        raise lost.with_(message=f"{lost.message}; {there}")
    return pair


def _imported(lightsail: "Lightsail", name: str) -> KeyPair:
    try:
        return lightsail.key_pair(name)
    except (MissingError, RemoteError, SetupError) as error:
        show = lskeys_command("show", name, region=lightsail.region)
        kind = SetupError if isinstance(error, SetupError) else RemoteError
        raise kind(
            f"{name} was imported, but cannot be verified: {error.message}",
            hint=f"check it later: {show}",
            code=error.code,
            region=lightsail.region,
        ) from None


def _others(lightsail: "Lightsail", request: ImportRequest) -> tuple[str, ...]:
    """The other key pairs of the region with this key; none where they cannot be listed."""
    pairs = attempt(lightsail.region, lambda: lightsail.key_pairs(include_default=True)).value
    return tuple(
        pair.name
        for pair in pairs or ()
        if pair.name != request.name and request.public_key.match(pair)
    )


def _there(lightsail: "Lightsail", request: ImportRequest) -> KeyPair | None:
    try:
        return lightsail.key_pair(request.name)
    except MissingError:
        return None


def _same(pair: KeyPair, public_key: ImportableKey) -> FingerprintType:
    """The fingerprint type by which a key pair matches the key; the unknown is no match."""
    fingerprint_type = public_key.match(pair)
    if fingerprint_type is not None:
        return fingerprint_type
    where = f"{pair.name} in {pair.region}"
    own = public_key.comparable(pair)
    if own is None:
        raise RefusedError(
            f"cannot determine whether {where} has this key: {_why_not(pair)}",
            hint=f"show it: {lskeys_command('show', pair.name, region=pair.region)}",
            region=pair.region,
        )
    remove = lskeys_command("delete", pair.name, region=pair.region)
    raise RefusedError(
        f"{where} is another key: its fingerprint is {pair.fingerprint}, and not {own}",
        hint=f"choose another name, or delete that key pair: {remove}",
        code="Drift",
        region=pair.region,
    )


def _why_not(pair: KeyPair) -> str:
    if pair.fingerprint is None:
        return "AWS reports no fingerprint of it"
    return f"its fingerprint {pair.fingerprint} is of a private key, give that instead"
