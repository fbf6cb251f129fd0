"""Downloads, verifies and saves the default private key. Touches: the network, the disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lskeys import keys
from lskeys.errors import (
    LocalError,
    LskeysError,
    MissingError,
    RefusedError,
    RemoteError,
    SetupError,
)
from lskeys.keypairs.results import SavedKey
from lskeys.keypairs.verification import Verified, verify
from lskeys.keys.fingerprints import Comparison, compare
from lskeys.model import DEFAULT_PAIR, DefaultKey, KeyPair, Secret
from lskeys.storage import ExistingFile, KeyDestination, KeyDirectory, PathTakenError, inspect

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


def download_and_save(  # noqa: PLR0913  what it takes to say what, where and how
    lightsail: "Lightsail",
    directory: KeyDirectory,
    name: str,
    *,
    pair: KeyPair | None,
    creates: bool = False,
    force: bool = False,
    passphrase: Secret | None = None,
) -> SavedKey:
    """Download the default private key and save it; the destination is reserved before the request.

    Args:
        lightsail: The region.
        directory: The key directory, locked.
        name: The file name.
        pair: The key pair as AWS reports it; None if there is none or it is unknown.
        creates: Whether the request creates the key pair, so that no file can hold its key yet.
        force: Whether a file with another key is replaced; it is kept as a backup.
        passphrase: Decrypts an existing file, and encrypts a new one.

    Raises:
        RefusedError: The file exists with another key, or the key is not the one AWS reports.
        RemoteError, SetupError: AWS did not send a usable key.
        LocalError: The disk failed.
    """
    with reserved(
        directory, name, pair=pair, creates=creates, force=force, passphrase=passphrase
    ) as destination:
        downloaded = download_verified(lightsail, pair, creates=creates)
        return save(destination, *downloaded, lightsail.region, creates=creates)


@contextmanager
def reserved(  # noqa: PLR0913  what is known before the download
    directory: KeyDirectory,
    name: str,
    *,
    pair: KeyPair | None,
    creates: bool,
    force: bool,
    passphrase: Secret | None = None,
) -> Iterator[KeyDestination]:
    """Reserve the destination of a default private key; arguments as above.

    Raises:
        RefusedError: The file exists with another key.
        LocalError: The disk failed.
    """
    with directory.reserve(name, force=force, passphrase=passphrase) as destination:
        _refuse_others(pair, destination, creates=creates, force=force)
        yield destination


def save(
    destination: KeyDestination,
    verified: Verified,
    pair: KeyPair | None,
    region: str,
    *,
    creates: bool,
) -> SavedKey:
    """Save a downloaded default private key, encrypted if the destination has a passphrase.

    An error says so if the request created its key pair.

    Raises:
        RefusedError: A file with another key was created in the meantime.
        LocalError: The disk failed.
    """
    key, passphrase = verified.private_key, destination.passphrase
    encrypted = keys.encrypt(key, passphrase) if passphrase else key
    try:
        saved = destination.save(encrypted, comment=f"{DEFAULT_PAIR}@{region}")
    except (LocalError, RefusedError) as error:
        raise _said(error, region, "was created") if creates else error from None
    return SavedKey(
        pair_name=DEFAULT_PAIR,
        region=region,
        path=saved.path,
        outcome=saved.outcome,
        fingerprint=pair.fingerprint if pair else None,
        fingerprint_type=verified.match.fingerprint_type if verified.match else None,
        created_at=pair.created_at if pair else None,
        kept=saved.kept,
        encrypted=saved.encrypted,
        obstacle=saved.obstacle,
    )


def check(
    path: Path,
    *,
    pair: KeyPair | None,
    creates: bool,
    force: bool,
    passphrase: Secret | None = None,
) -> None:
    """Refuse what `download_and_save` would, as far as it shows without the key.

    Raises:
        RefusedError: The file exists with another key.
        LocalError: The disk failed.
    """
    destination = inspect(path, force=force, passphrase=passphrase)
    if destination:
        _refuse_others(pair, destination, creates=creates, force=force)


def replaced(
    path: Path, *, pair: KeyPair | None, creates: bool, passphrase: Secret | None = None
) -> Iterator[Path]:
    """The files that `force` replaces, or may; none where `check` refuses.

    A private key counts that is not known to be the pair's, a public one that is known not to be.
    """
    try:
        destination = inspect(path, force=True, passphrase=passphrase)
    except (LocalError, RefusedError):
        return
    files = (
        ((destination.existing, True), (destination.existing_public, False)) if destination else ()
    )
    for existing, is_private in files:
        if existing is None:
            continue
        held = existing.material.fingerprints if existing.material else ()
        sameness = compare(pair.fingerprint if pair else None, held)
        if (
            creates
            or sameness is Comparison.OTHER
            or (is_private and sameness is Comparison.UNKNOWN)
        ):
            yield existing.path


def download_verified(
    lightsail: "Lightsail", pair: KeyPair | None, *, creates: bool
) -> tuple[Verified, KeyPair | None]:
    """Download and verify the default private key; a key pair created by this is looked up.

    Whatever fails, the error says whether there is a default key pair now that the request made.
    """
    handed_out: DefaultKey | None = None
    try:
        handed_out = lightsail.download_default_key()
        if creates:
            pair = _created(lightsail)
        return verify(handed_out, pair, lightsail.region), pair
    except (MissingError, RefusedError, RemoteError, SetupError) as error:
        raise _with_creation(error, lightsail.region, pair, handed_out, creates=creates) from None


def _created(lightsail: "Lightsail") -> KeyPair:
    """The default key pair that was created by the download."""
    pair = lightsail.default_key_pair()
    if pair is None:
        raise MissingError(
            f"{lightsail.region} handed out a default key but lists no default pair",
            hint="run the same command again: the key can be downloaded at any time",
            region=lightsail.region,
        )
    return pair


def _with_creation(
    error: LskeysError,
    region: str,
    pair: KeyPair | None,
    handed_out: DefaultKey | None,
    *,
    creates: bool,
) -> LskeysError:
    """The error, with what is known of a default key pair that the request made."""
    if handed_out is None:
        is_unknown = isinstance(error, RemoteError) and (creates or pair is None)
        return _said(error, region, "may have been created") if is_unknown else error
    is_new = pair is not None and handed_out.created_at not in {None, pair.created_at}
    if creates:
        return _said(error, region, "was created")
    return _said(error, region, "may have been created") if is_new or pair is None else error


def _said(error: LskeysError, region: str, fate: str) -> LskeysError:
    look = f"lskeys list --include-default --region {region}"
    hint = f"{error.hint}; to look at it: {look}" if error.hint else f"look at it: {look}"
    message = f"{error.message}; a default key pair {fate} in {region}"
    return error.with_(message=message, hint=hint)


@contextmanager
def backing_up() -> Iterator[None]:
    """Have what refuses a place say what helps where a file cannot be replaced.

    Raises:
        RefusedError: The place is taken.
    """
    try:
        yield
    except PathTakenError as taken:
        raise taken.with_(hint="choose another directory with --backup") from None


def _refuse_others(
    pair: KeyPair | None, destination: KeyDestination, *, creates: bool, force: bool
) -> None:
    """Refuse a destination where a file of another key lies, before the key is requested.

    With `force`, only links: nothing is written through one.
    """
    for existing in (destination.existing, destination.existing_public):
        if existing is None or (force and not existing.is_link):
            continue
        held = existing.material.fingerprints if existing.material else ()
        if creates or compare(pair.fingerprint if pair else None, held) is Comparison.OTHER:
            why = ": there is no default pair yet" if creates else ""
            raise existing.path_taken() if existing.is_link else _path_taken(existing, why)


def _path_taken(existing: ExistingFile, why: str = "") -> RefusedError:
    return PathTakenError(
        f"{existing.path} holds another key{why}",
        hint="use --force to replace it; the old file is kept next to it",
    )
