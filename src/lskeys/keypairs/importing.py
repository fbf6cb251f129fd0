"""Imports a public key, and finds out what happened where the answer was lost. Pure.

What it touches, the gateway touches, which comes in as an argument.
"""

import base64
import shlex
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
from lskeys.keypairs.results import ImportedKey
from lskeys.keys import fingerprints
from lskeys.keys.fingerprints import Fingerprint, Form
from lskeys.keys.matching import LocalKey
from lskeys.model import KeyPair, Tag, attempt

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail

_OTHER_NAME = "choose another name: all Lightsail resources of a region share theirs"


@dataclass(frozen=True, slots=True)
class PublicHalf:
    """What goes out of a key, and how it is known again.

    Attributes:
        line: The raw OpenSSH line, algorithm and base64: ImportKeyPair takes nothing else.
        fingerprints: Every form that is known of the key.
    """

    line: str
    fingerprints: tuple[Fingerprint, ...]

    def match(self, pair: KeyPair) -> Form | None:
        """The form in which the key has the fingerprint that the service reports for a pair."""
        found = fingerprints.match(pair.fingerprint, self.fingerprints)
        return found.form if found else None


@dataclass(frozen=True, slots=True)
class Wish:
    """What `import` was asked for; `if_absent` takes the same key under that name for done."""

    name: str
    half: PublicHalf
    tags: tuple[Tag, ...] = ()
    if_absent: bool = False


def public_half(key: LocalKey, name: str) -> PublicHalf:
    """The public half of a local key, which is to be imported under this name.

    Raises:
        RefusedError: It does not show without a passphrase; a neighbour called the same proves
            nothing.
    """
    if key.blob is None or key.algorithm is None or key.is_by_name:
        raise RefusedError(
            f"{key.path} is encrypted and does not show its public half",
            hint=f"ssh-keygen -y -f {shlex.quote(str(key.path))} | lskeys import {name} -",
        )
    line = f"{key.algorithm} {base64.b64encode(key.blob).decode()}"
    return PublicHalf(line, key.fingerprints)


def bring(lightsail: "Lightsail", wish: Wish) -> ImportedKey:
    """Import a public key into one region, verified, with its tags.

    Raises:
        RefusedError: The name is taken, or the pair's fingerprint is not the key's.
        LostAnswerError: It cannot be known whether the key was imported.
    """
    known = _there(lightsail, wish) if wish.if_absent else None
    if known is not None:
        is_in = _same(known, wish.half)
        return ImportedKey(tagged(lightsail, known, wish.tags), "unchanged", is_in)
    try:
        pair = send(lightsail, wish.name, wish.half)
    except LostAnswerError as lost:
        lost.hint = "run the same command again, with --if-absent"
        raise
    pair, form = verified(lightsail, wish.name, wish.half, pair)
    return ImportedKey(tagged(lightsail, pair, wish.tags), "imported", form)


def foresee(lightsail: "Lightsail", wish: Wish) -> ImportedKey:
    """What `bring` would do, as far as questions can tell.

    Raises:
        RefusedError: The name is taken.
    """
    known = _there(lightsail, wish)
    if known is None:
        refuse_taken(lightsail, wish.name)
        return ImportedKey(KeyPair(wish.name, lightsail.region, tags=wish.tags), "would import")
    if not wish.if_absent:
        raise taken(known, wish.half)
    return ImportedKey(known, "unchanged", _same(known, wish.half))


def send(lightsail: "Lightsail", name: str, half: PublicHalf) -> KeyPair | None:
    """Import a public key; returns only when it is there, with the pair where it was looked at.

    The call is sent once. If its answer is lost, the service is asked what is so: a pair with
    this key is success, and where there is none it is sent once more.

    Raises:
        RefusedError: The name is taken; by what, where that can be known.
        LostAnswerError: An answer was lost, and the key is not seen there.
        RemoteError, SetupError: The service refused; nothing was imported.
    """
    try:
        lightsail.import_key_pair(name, half.line)
    except LostAnswerError as lost:
        return _after_loss(lightsail, name, half, lost)
    except RefusedError as refusal:
        raise explained(lightsail, name, refusal, half) from None
    return None


def verified(
    lightsail: "Lightsail", name: str, half: PublicHalf, pair: KeyPair | None
) -> tuple[KeyPair, Form | None]:
    """The pair, looked up unless it is known, and the form in which its fingerprint is the key's.

    Raises:
        RefusedError: The service reports the fingerprint of another key.
        RemoteError, SetupError: The pair is there, and cannot be looked up.
    """
    pair = pair or _imported(lightsail, name)
    form = half.match(pair)
    if pair.fingerprint is not None and form is None:
        raise RefusedError(
            f"{name} in {lightsail.region} was imported, but AWS reports the fingerprint"
            f" {pair.fingerprint}, which the key that was sent has not",
            hint=f"do not rely on it; to remove it: {removing(pair)}",
            region=lightsail.region,
        )
    return pair, form


def tagged(lightsail: "Lightsail", pair: KeyPair, tags: Iterable[Tag]) -> KeyPair:
    """The pair with these tags; nothing is sent for those that it has."""
    change = tagging.adding(pair, tags)
    if not change.is_needed:
        return pair
    try:
        return tagging.apply(lightsail, change)
    except LskeysError as error:
        error.hint = f"the pair is there, without tags: lskeys tag {pair.name} KEY=VALUE"
        raise


def explained(
    lightsail: "Lightsail", name: str, refusal: RefusedError, half: PublicHalf | None = None
) -> RefusedError:
    """The service's refusal of a name, saying what has it, where that can be found out."""
    known = attempt(lightsail.region, lambda: lightsail.key_pair(name)).value
    if known is not None:
        return taken(known, half)
    found = attempt(lightsail.region, lambda: refuse_taken(lightsail, name)).error
    return found if isinstance(found, RefusedError) else refusal


def refuse_taken(lightsail: "Lightsail", name: str) -> None:
    """Refuse a name that an instance has; no key pair of it was found.

    Raises:
        RefusedError: An instance is called so.
    """
    if any(instance.name == name for instance in lightsail.instances()):
        raise RefusedError(
            f"the name {name} is taken in {lightsail.region}, by an instance",
            hint=_OTHER_NAME,
            region=lightsail.region,
        )


def taken(pair: KeyPair, half: PublicHalf | None = None) -> RefusedError:
    """The refusal of a name that this pair has; the same key is said to be the same."""
    is_same = half is not None and half.match(pair) is not None
    having = f" with the fingerprint {pair.fingerprint}" if pair.fingerprint else ""
    return RefusedError(
        f"the name {pair.name} is taken in {pair.region}, by a key pair"
        f"{' with this key' if is_same else having}",
        hint="--if-absent takes that for done" if is_same else _OTHER_NAME,
        region=pair.region,
    )


def removing(pair: KeyPair) -> str:
    """The command that removes a pair."""
    return f"lskeys delete {pair.name} --region {pair.region}"


def _after_loss(
    lightsail: "Lightsail", name: str, half: PublicHalf, lost: LostAnswerError
) -> KeyPair | None:
    """Once an answer was lost, nothing is certain but that the key is seen there."""
    pair = _arrived(lightsail, name, half, lost)
    if pair is not None:
        return pair
    with suppress(RefusedError, RemoteError, SetupError):
        lightsail.import_key_pair(name, half.line)
        return None
    pair = _arrived(lightsail, name, half, lost)
    if pair is None:
        raise lost
    return pair


def _arrived(
    lightsail: "Lightsail", name: str, half: PublicHalf, lost: LostAnswerError
) -> KeyPair | None:
    try:
        pair = lightsail.key_pair(name)
    except MissingError:
        return None
    except (RemoteError, SetupError):
        raise lost from None
    if half.match(pair) is None:
        has = pair.fingerprint or "none"
        lost.message += f"; a pair of that name is there, whose fingerprint is {has}"
        raise lost
    return pair


def _imported(lightsail: "Lightsail", name: str) -> KeyPair:
    try:
        return lightsail.key_pair(name)
    except (MissingError, RemoteError, SetupError) as error:
        kind = SetupError if isinstance(error, SetupError) else RemoteError
        raise kind(
            f"{name} was imported, but cannot be verified: {error.message}",
            hint=error.hint,
            code=error.code,
            region=lightsail.region,
        ) from None


def _there(lightsail: "Lightsail", wish: Wish) -> KeyPair | None:
    try:
        return lightsail.key_pair(wish.name)
    except MissingError:
        return None


def _same(pair: KeyPair, half: PublicHalf) -> Form:
    """The form in which a pair's fingerprint is the key's; what cannot be compared is not it."""
    form = half.match(pair)
    if form is not None:
        return form
    where = f"{pair.name} in {pair.region}"
    own = _comparable(pair, half)
    if own is None:
        raise RefusedError(
            f"whether {where} is this key cannot be told: {_why_not(pair)}",
            hint=f"look at it: lskeys show {pair.name} --region {pair.region}",
            region=pair.region,
        )
    raise RefusedError(
        f"{where} is another key: its fingerprint is {pair.fingerprint}, and not {own}",
        hint=f"choose another name, or remove that pair: {removing(pair)}",
        code="Drift",
        region=pair.region,
    )


def _why_not(pair: KeyPair) -> str:
    if pair.fingerprint is None:
        return "AWS reports no fingerprint of it"
    return f"its fingerprint {pair.fingerprint} is of a private half, give that instead"


def _comparable(pair: KeyPair, half: PublicHalf) -> Fingerprint | None:
    """The key's fingerprint in the algorithm of the pair's; SHA-1 is of private halves."""
    reported = fingerprints.parse(pair.fingerprint or "")
    if reported is None:
        return None
    return next(
        (each for each in half.fingerprints if each.digest.algorithm == reported.algorithm), None
    )
