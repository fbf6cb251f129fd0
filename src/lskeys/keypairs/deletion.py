"""Deletes one key pair, after its backup, and resolves a lost response. Touches: its tools."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from lskeys.errors import LostAnswerError, LskeysError, MissingError, RemoteError, SetupError
from lskeys.keypairs import default_pair
from lskeys.keypairs.default_pair import DefaultKeyRequest
from lskeys.keypairs.delete_guard import Clearance
from lskeys.keypairs.lookup import find
from lskeys.keypairs.results import Deletion
from lskeys.model import KeyPair, default_key_file
from lskeys.text import lskeys_command
from lskeys.values import replace

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail
    from lskeys.storage.key_directory import KeyDirectory


def preview(clearance: Clearance) -> Deletion:
    """What a dry run says of a pair that may be deleted."""
    return Deletion(
        clearance.pair.name,
        clearance.pair.region,
        "would delete",
        clearance.expected,
        clearance.local_file,
        clearance.fingerprint_type,
    )


def back_up_and_delete(
    lightsail: "Lightsail",
    clearance: Clearance,
    backup: "AbstractContextManager[KeyDirectory] | None",
) -> Deletion:
    """Delete a pair that was cleared; an only key is never gone before its copy was read back.

    `backup` is the directory in which the default key is saved, where that is needed.

    Raises:
        LskeysError: The backup or the deletion failed.
    """
    pair = clearance.pair
    removed = replace(preview(clearance), outcome="deleted")
    if backup is not None:
        name = default_key_file(pair.region)
        with default_pair.backing_up(), backup as directory:
            request = DefaultKeyRequest(pair)
            saved = default_pair.download_and_save(lightsail, directory, name, request)
        removed = replace(
            removed,
            backup=saved.path,
            local_file=removed.local_file or saved.path,
            fingerprint_type=removed.fingerprint_type or saved.fingerprint_type,
        )
    try:
        delete(lightsail, pair, clearance.expected)
    except LskeysError as error:
        raise default_pair.saved_before(error, removed.backup) from None
    return removed


def delete(lightsail: "Lightsail", pair: KeyPair, expected_fingerprint: str | None) -> None:
    """Delete a key pair; returns only after it was deleted.

    The request is sent once. After a lost response the key pair is looked up: if it is missing,
    that is success; if the same one still exists, the request is sent a second time.

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
        show = lskeys_command("show", pair.name, region=pair.region)
        raise lost.with_(hint=f"{error.message}; check again later: {show}") from None
    return (found.arn, found.fingerprint) != (pair.arn, pair.fingerprint)
