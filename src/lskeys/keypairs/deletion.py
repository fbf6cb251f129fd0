"""Deletes one key pair, and finds out what happened where the answer was lost. Pure.

What it touches, the gateway touches, which comes in as an argument.
"""

from typing import TYPE_CHECKING

from lskeys.errors import LostAnswerError, MissingError, RemoteError, SetupError
from lskeys.keypairs.lookup import find
from lskeys.model import KeyPair

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


def delete(lightsail: "Lightsail", pair: KeyPair, expected_fingerprint: str | None) -> None:
    """Delete a pair; returns only when it is gone.

    The call is sent once. If its answer is lost, AWS is asked what is so: a pair that is
    not found any more is success, and the same pair, still there, is deleted once more.

    Raises:
        LostAnswerError: It is still not known whether the pair is gone.
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
    """Whether the pair is not there, or another one has its name by now.

    Raises:
        LostAnswerError: It cannot be looked up, either.
    """
    try:
        found = find(lightsail, pair.name)
    except MissingError:
        return True
    except (RemoteError, SetupError) as error:
        show = f"lskeys show {pair.name} --region {pair.region}"
        raise lost.with_(hint=f"{error.message}; look again later: {show}") from None
    return (found.arn, found.fingerprint) != (pair.arn, pair.fingerprint)
