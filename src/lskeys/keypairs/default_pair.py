"""Downloads, verifies and saves the default private key. Touches: the network, the disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
from lskeys.keypairs.results import SavedKey, saved_key
from lskeys.keypairs.verification import Verified, verify
from lskeys.keys.fingerprints import Comparison, compare
from lskeys.model import DEFAULT_PAIR, DefaultKey, KeyPair, Secret
from lskeys.storage.existing_file import ExistingFile, PathTakenError
from lskeys.storage.key_destination import KeyDestination
from lskeys.storage.key_directory import KeyDirectory, inspect
from lskeys.text import lskeys_command

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


@dataclass(frozen=True, slots=True)
class DefaultKeyRequest:
    """A default private key to save.

    Attributes:
        pair: The key pair as AWS reports it; None if there is none or it is unknown.
        creates: Whether the request creates the key pair, so that no file can hold its key yet.
        force: Whether a file with another key is replaced; it is kept as a backup.
        passphrase: Decrypts an existing file, and encrypts a new one.
    """

    pair: KeyPair | None
    creates: bool = False
    force: bool = False
    passphrase: Secret | None = None

    def compare(self, existing: ExistingFile) -> Comparison:
        """Whether a file holds this key, as far as that shows before the download."""
        if self.creates:
            return Comparison.OTHER
        held = existing.material.fingerprints if existing.material else ()
        return compare(self.pair.fingerprint if self.pair else None, held)

    def check(self, destination: KeyDestination) -> None:
        """Refuse a destination where a file of another key lies, before the key is requested.

        Or one that the passphrase does not open. With `force`, only links: nothing is written
        through one.
        """
        for existing in (destination.existing, destination.existing_public):
            if existing is None or (self.force and not existing.is_link):
                continue
            if self.compare(existing) is Comparison.OTHER:
                why = ": there is no default key pair yet" if self.creates else ""
                if existing.is_link:
                    raise existing.path_taken()
                raise PathTakenError(
                    f"{existing.path} holds another key{why}",
                    hint="use --force to replace it; the old file is kept next to it",
                )
            if existing.unopened and self.passphrase:
                raise existing.path_taken()


def download_and_save(
    lightsail: "Lightsail", directory: KeyDirectory, name: str, request: DefaultKeyRequest
) -> SavedKey:
    """Download the default private key and save it; the destination is reserved before the request.

    Raises:
        RefusedError: The file exists with another key, or the key is not the one AWS reports.
        RemoteError, SetupError: AWS did not send a usable key.
        LocalError: The disk failed.
    """
    with reserved(directory, name, request) as destination:
        downloaded = download_verified(lightsail, request.pair, creates=request.creates)
        return save(destination, *downloaded, lightsail.region, creates=request.creates)


@contextmanager
def reserved(
    directory: KeyDirectory, name: str, request: DefaultKeyRequest
) -> Iterator[KeyDestination]:
    """Reserve the destination of a default private key.

    Raises:
        RefusedError: The file exists with another key.
        LocalError: The disk failed.
    """
    with directory.reserve(name, force=request.force, passphrase=request.passphrase) as destination:
        request.check(destination)
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
    return saved_key(pair or KeyPair(DEFAULT_PAIR, region), verified.fingerprint_type, saved)


def check(path: Path, request: DefaultKeyRequest) -> None:
    """Refuse what `download_and_save` would, as far as it shows without the key.

    Raises:
        RefusedError: The file exists with another key.
        LocalError: The disk failed.
    """
    destination = inspect(path, force=request.force, passphrase=request.passphrase)
    if destination:
        request.check(destination)


def replaced(path: Path, request: DefaultKeyRequest) -> Iterator[Path]:
    """The files that `force` replaces, or may; none where `check` refuses.

    A private key counts that is not known to be the pair's, or that the passphrase does not open;
    a public one that is known not to be.
    """
    try:
        destination = inspect(path, force=True, passphrase=request.passphrase)
    except (LocalError, RefusedError):
        return
    if destination is None:
        return
    private, public = destination.existing, destination.existing_public
    if private and (private.unopened or request.compare(private) is not Comparison.SAME):
        yield private.path
    if public and request.compare(public) is Comparison.OTHER:
        yield public.path


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
    pair = lightsail.default_key_pair()
    if pair is None:
        raise MissingError(
            f"{lightsail.region} returned a default key but lists no default key pair",
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
    look = lskeys_command("list", "--include-default", region=region)
    hint = f"{error.hint}; to list it: {look}" if error.hint else f"list it: {look}"
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


def saved_before(error: LskeysError, path: Path | None) -> LskeysError:
    """An error after the old key was saved, with where it is."""
    if path is None:
        return error
    where = f"the old key is saved in {path}"
    return error.with_(hint=f"{where}; {error.hint}" if error.hint else where)
