"""Deletes one key pair and resolves a lost answer. Touches: the network, as given."""

from typing import TYPE_CHECKING

from lskeys.errors import LostAnswerError, MissingError, RemoteError, SetupError
from lskeys.keypairs.lookup import find
from lskeys.model import KeyPair

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


def delete(lightsail: "Lightsail", pair: KeyPair, expected_fingerprint: str | None) -> None:
    """Delete a key pair; returns only after it was deleted.

    The request is sent once. After a lost answer the key pair is looked up: if it is missing, that
    is success; if the same one still exists, the request is sent a second time.

    Raises:
        LostAnswerError: It is not known whether the key pair was deleted.
    """
    try:
        lightsail.delete_key_pair(pair.name, expected_fingerprint)
    except LostAnswerError as lost:
        if not _is_gone(lightsail, pair, lost):
            _again(lightsail, pair, expected_fingerprint)


def _again(lightsail: "Lightsail", pair: KeyPair, expected_fingerprint: str | None) -> None:
    try:
        lightsail.delete_key_pair(pair.name, expected_fingerprint)
    except MissingError:
        return
    except LostAnswerError as lost:
        if not _is_gone(lightsail, pair, lost):
            hint = "it is still there; wait a little, then run the same command again"
            raise lost.with_(hint=hint) from None


def _is_gone(lightsail: "Lightsail", pair: KeyPair, lost: LostAnswerError) -> bool:
    """Whether the key pair is missing, or another one has its name.

    Raises:
        LostAnswerError: The look-up failed.
    """
    try:
        found = find(lightsail, pair.name)
    except MissingError:
        return True
    except (RemoteError, SetupError) as error:
        show = f"lskeys show {pair.name} --region {pair.region}"
        raise lost.with_(hint=f"{error.message}; look again later: {show}") from None
    return (found.arn, found.fingerprint) != (pair.arn, pair.fingerprint)
