"""A key pair with a new key, whose private key is safe before it counts. Touches: its tools."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lskeys import keys
from lskeys.errors import (
    InterruptedByUserError,
    LocalError,
    LostAnswerError,
    LskeysError,
    RefusedError,
    RemoteError,
    SetupError,
)
from lskeys.keypairs import importing, lost_responses
from lskeys.keypairs.importable_key import ImportableKey
from lskeys.keypairs.results import CreateRequest, SavedKey, saved_key
from lskeys.keypairs.verification import verify
from lskeys.keys import PrivateKey
from lskeys.model import KeyPair, Secret, attempt
from lskeys.storage.key_destination import Saved
from lskeys.storage.key_directory import KeyDirectory
from lskeys.text import lskeys_command

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail

Reveal = Callable[[Secret], None]
"""Writes a private key that no file is wanted for."""

_Keep = Callable[[PrivateKey], Saved | None]
"""Saves or reveals a private key; returns what became of the files, if there are any."""

STDOUT = Path("-")
"""The path of such a key."""


@dataclass(frozen=True, slots=True)
class _Created:
    """A key pair that was made.

    Attributes:
        fingerprint_type: The type of fingerprint that matched; None means "unverified".
        saved: What became of the files; None where the key was revealed instead.
        failure: What failed after the key pair was there: verifying it, or its tags.
    """

    pair: KeyPair
    fingerprint_type: str | None
    saved: Saved | None
    failure: LskeysError | None = None


def save(
    lightsail: "Lightsail",
    directory: KeyDirectory,
    file: str,
    new: CreateRequest,
    passphrase: Secret | None,
) -> tuple[SavedKey, LskeysError | None]:
    """Make a key pair; the disk is made ready before, the private key is on it first.

    Returns:
        What was saved, and what failed after the key pair was there.

    Raises:
        RefusedError: A file or the name is taken.
        LostAnswerError: It cannot be known whether the pair is there; the key is kept.
        RemoteError, SetupError: AWS refused. No file is left, if AWS says that there is no such
            key pair.
        LocalError: The disk failed.
    """
    comment = f"{new.name}@{lightsail.region}"
    with directory.reserve(file, force=new.force, fresh=True) as destination:

        def keep(key: PrivateKey) -> Saved:
            return destination.save(_encrypted(key, passphrase), comment=comment)

        created = _create(lightsail, new, keep, destination.withdraw)
    assert created.saved is not None
    return saved_key(created.pair, created.fingerprint_type, created.saved), created.failure


def reveal(
    lightsail: "Lightsail", new: CreateRequest, passphrase: Secret | None, write: Reveal
) -> tuple[SavedKey, LskeysError | None]:
    """The same, but the private key is saved before its public key is sent."""
    created = _create(lightsail, new, lambda key: write(_encrypted(key, passphrase).pem), None)
    saved = Saved(STDOUT, "saved")
    return saved_key(created.pair, created.fingerprint_type, saved), created.failure


def _create(
    lightsail: "Lightsail",
    new: CreateRequest,
    keep: _Keep,
    withdraw: Callable[[Saved], None] | None,
) -> _Created:
    """The private key first: what is imported can then always be opened.

    `withdraw` undoes what `keep` saved.
    """
    if new.key_spec is None:
        return _by_service(lightsail, new, keep)
    key = keys.make(new.key_spec)
    public_key = ImportableKey(key.public.line(), key.fingerprints)
    saved = keep(key)
    try:
        pair = importing.send_import(lightsail, new.name, public_key)
    except LostAnswerError as lost:
        raise lost.with_(
            hint=lost_responses.hint_after_lost_import(lightsail, new.name, saved)
        ) from None
    except (RefusedError, RemoteError, SetupError) as refusal:
        if saved and withdraw:
            # A refusal may be made up by something in between, which passed the request on.
            if not refusal.was_sent or lost_responses.is_absent_or_other(
                lightsail, new.name, public_key
            ):
                withdraw(saved)
            else:
                hint = lost_responses.hint_after_refused_import(lightsail, new.name, saved)
                raise refusal.with_(hint=hint) from None
        raise
    fingerprint_type, failure = None, None
    try:
        pair, fingerprint_type = importing.verify_import(lightsail, new.name, public_key, pair)
        pair = importing.add_missing_tags(lightsail, pair, new.tags)
    except InterruptedByUserError:
        raise
    except LskeysError as error:
        failure = error
    return _Created(pair or KeyPair(new.name, lightsail.region), fingerprint_type, saved, failure)


def _by_service(lightsail: "Lightsail", new: CreateRequest, keep: _Keep) -> _Created:
    """CreateKeyPair; an interrupt reports what may be left behind."""
    try:
        return _handed_out(lightsail, new, keep)
    except InterruptedByUserError as error:
        stopped = error
    except KeyboardInterrupt:
        stopped = InterruptedByUserError("interrupted")
    raise stopped.with_(hint=lost_responses.hint_to_delete(lightsail, new.name))


def _handed_out(lightsail: "Lightsail", new: CreateRequest, keep: _Keep) -> _Created:
    """Sent once: the private key that this call returns is never returned again."""
    try:
        created = lightsail.create_key_pair(new.name, new.tags)
    except LostAnswerError as lost:
        raise lost.with_(
            hint=lost_responses.hint_after_lost_creation(lightsail, new.name)
        ) from None
    except RefusedError as refusal:
        raise importing.explain_refusal(lightsail, new.name, refusal) from None
    try:
        looked: KeyPair | None = None
        if not created.is_finished or created.pair.fingerprint is None:
            # A failing look-up must not cost the key.
            looked = attempt(lightsail.region, lambda: lightsail.key_pair(new.name)).value
        pair = looked or created.pair
        proven = verify(created, pair, lightsail.region)
        saved = keep(proven.private_key)
    except LskeysError as error:
        remove = f"remove it: {lskeys_command('delete', new.name, region=lightsail.region)}"
        is_unsure = isinstance(error, LocalError)  # the disk may have failed after it had the key
        state = "and perhaps no file with its key" if is_unsure else "without its key"
        raise error.with_(hint=f"the key pair exists {state}; {remove}") from None
    is_there = created.is_finished or looked is not None
    failure = None if is_there else lost_responses.not_finished(lightsail, new.name)
    return _Created(pair, proven.fingerprint_type, saved, failure)


def _encrypted(key: PrivateKey, passphrase: Secret | None) -> PrivateKey:
    return keys.encrypt(key, passphrase) if passphrase else key
