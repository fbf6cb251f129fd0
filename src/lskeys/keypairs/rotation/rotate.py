"""A new default pair for the old one, whose key is saved before and kept. Touches: its tools.

At every moment a verified private key of the current pair, or of the last one that was deleted,
is saved locally. What is left to do is read off what there is, never off how far an earlier run
meant to be; the journal only says which key pair is the old one.
"""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lskeys.errors import LskeysError, RefusedError, RemoteError
from lskeys.keypairs import default_pair, deletion
from lskeys.keypairs.default_pair import DefaultKeyRequest
from lskeys.keypairs.rotation.journal import Journal
from lskeys.keypairs.rotation.plan import Plan, Step
from lskeys.keypairs.rotation.report import Rotation, with_follow_ups
from lskeys.keys import PrivateKey, fingerprints
from lskeys.keys.fingerprints import Comparison, Fingerprint
from lskeys.keys.matching import compare
from lskeys.model import DEFAULT_PAIR, KeyPair, Secret
from lskeys.storage import key_reading, key_search
from lskeys.storage.key_directory import KeyDirectory, inspect
from lskeys.values import replace

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail

Load = Callable[[PrivateKey], None]
"""Takes a private key that is not saved: an ssh-agent."""


def rotate(  # noqa: PLR0913  what it takes to save two keys
    lightsail: "Lightsail",
    directory: KeyDirectory,
    plan: Plan,
    journal: Journal,
    *,
    force: bool,
    passphrase: Secret | None = None,
    load: Load | None = None,
) -> Rotation:
    """Do what the plan says; run again after any failure, it does the rest.

    The journal is left open: it is closed when the result was shown.

    Args:
        lightsail: The region.
        directory: Where the keys go; held.
        plan: What there is to do.
        journal: Remembers it.
        force: Whether a file with another key in the old key's place is replaced; it is kept.
        passphrase: What the new file is encrypted with, and an encrypted old one opened.
        load: Takes the new private key instead of a file; the old one stays where it is saved.

    Raises:
        RefusedError: The old key's place is taken, or a key is not the one AWS reports.
        RemoteError, SetupError: AWS failed; LostAnswerError if the deletion is uncertain.
        LocalError: The disk failed.
    """
    entry = plan.entry
    pair = plan.pair
    if pair and plan.deletes:
        expected = _secured(lightsail, directory, plan, pair, force=force, passphrase=passphrase)
        journal.write(replace(entry, step=Step.DELETING))
        with _naming_old_key(plan):
            deletion.delete(lightsail, pair, expected)
        journal.write(replace(entry, step=Step.DOWNLOADING))
        pair = None
    with _naming_old_key(plan):
        if load is not None:
            return with_follow_ups(_loaded(lightsail, plan, pair, load), plan)
        new = DefaultKeyRequest(pair, creates=pair is None, force=True, passphrase=passphrase)
        saved = default_pair.download_and_save(lightsail, directory, entry.path.name, new)
        key = key_reading.read(saved.path, lambda _: passphrase)
        _refuse_old(key.fingerprints, entry.old_fingerprint, lightsail.region)
        line = f"{key.algorithm} {base64.b64encode(key.blob or b'').decode()}"
        rotated = replace(
            _rotated(plan, saved.path, saved.kept),
            fingerprint=saved.fingerprint,
            fingerprint_type=saved.fingerprint_type,
            created_at=saved.created_at,
            authorized_key=f"{line} {DEFAULT_PAIR}@{saved.region}",
        )
        return with_follow_ups(rotated, plan)


@contextmanager
def _naming_old_key(plan: Plan) -> Iterator[None]:
    """Have whatever fails say where the old key is."""
    try:
        yield
    except LskeysError as error:
        raise default_pair.saved_before(error, _rotated(plan, None).old_path) from None


def check(plan: Plan, *, force: bool, passphrase: Secret | None = None, saves: bool = True) -> None:
    """Refuse what `rotate` would, as far as it shows without the keys, before anything is deleted.

    `saves` says whether the new key is saved in a file.

    Raises:
        RefusedError: The old key's place is taken, or is a link, which no new key can replace.
        LocalError: The disk failed.
    """
    path = plan.entry.path
    old = DefaultKeyRequest(plan.pair, force=force or not plan.deletes, passphrase=passphrase)
    default_pair.check(path, old)
    if saves:
        inspect(path, force=True, fresh=True)


def _secured(  # noqa: PLR0913  what it takes to save a key
    lightsail: "Lightsail",
    directory: KeyDirectory,
    plan: Plan,
    pair: KeyPair,
    *,
    force: bool,
    passphrase: Secret | None,
) -> str:
    """Save the old key and read it back; the fingerprint that the file and AWS share."""
    old = DefaultKeyRequest(pair, force=force, passphrase=passphrase)
    saved = default_pair.download_and_save(lightsail, directory, plan.entry.path.name, old)
    on_disk = key_reading.read(saved.path, lambda _: passphrase)
    if not on_disk.is_copy or compare(pair.fingerprint, on_disk) is Comparison.OTHER:
        raise RefusedError(
            f"{saved.path} is not a copy of the old key, nothing was deleted",
            hint="run the same command again",
            region=pair.region,
        )
    assert pair.fingerprint is not None, "a plan has one"
    return pair.fingerprint


def _loaded(lightsail: "Lightsail", plan: Plan, pair: KeyPair | None, load: Load) -> Rotation:
    """Download the new key and have it loaded; no file of it is written."""
    entry = plan.entry
    verified, now = default_pair.download_verified(lightsail, pair, creates=pair is None)
    key = verified.private_key
    _refuse_old(key.fingerprints, entry.old_fingerprint, lightsail.region)
    load(key)
    return replace(
        _rotated(plan, None),
        fingerprint=now.fingerprint if now else None,
        fingerprint_type=verified.fingerprint_type,
        created_at=now.created_at if now else None,
        authorized_key=key.public.line(f"{DEFAULT_PAIR}@{lightsail.region}"),
    )


def _refuse_old(known: tuple[Fingerprint, ...], old_fingerprint: str, region: str) -> None:
    if fingerprints.match(old_fingerprint, known):
        raise RemoteError(
            f"{region} returned the old default key again",
            hint="wait a little, then run the same command again to go on",
            region=region,
        )


def _rotated(plan: Plan, path: Path | None, kept: Path | None = None) -> Rotation:
    """The rotation, and where the old key is: found by content, as an earlier run may have kept it.

    `path` is that of the new key, `kept` that of the old one if this run kept it.
    """
    entry = plan.entry
    keys = key_search.find((entry.path.parent,))
    copies = {
        each.path: each
        for each in keys
        if each.is_copy and compare(entry.old_fingerprint, each, keys) is Comparison.SAME
    }
    old = copies[kept] if kept in copies else next(iter(copies.values()), None)
    return Rotation(
        entry.region,
        "rotated",
        path,
        entry.old_fingerprint,
        old_path=old.path if old else None,
        old_is_encrypted=old is not None and old.encrypted,
    )
