"""What an earlier `create` of the same key pair made, and left undone. Touches: its tools."""

from typing import TYPE_CHECKING

from lskeys.errors import MissingError, RefusedError
from lskeys.keypairs import importing
from lskeys.keypairs.results import CreateRequest, SavedKey, saved_key
from lskeys.keys import KeyFileContent
from lskeys.keys.fingerprints import Comparison, FingerprintType, compare, match
from lskeys.model import KeyPair, attempt
from lskeys.storage.key_destination import KeyDestination, Saved
from lskeys.storage.key_directory import inspect
from lskeys.storage.key_reading import Opens
from lskeys.storage.repair import restrict_file, write_public_key, write_usable
from lskeys.storage.writing import NOT_THE_OWNER
from lskeys.text import lskeys_command
from lskeys.values import replace

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


def find_existing(
    lightsail: "Lightsail",
    new: CreateRequest,
    destination: KeyDestination | None,
    opens: Opens,
    *,
    dry_run: bool,
) -> SavedKey | None:
    """What an earlier run made already, or None where nothing is in the way.

    Tags it has not got are added; a dry run looks for an instance of that name instead.
    `destination` is what lies there, None for stdout; `opens` gives the passphrase of that file,
    where nothing else shows whose key it holds.

    Raises:
        RefusedError: The name is taken by another key pair, or by one whose key the file may hold
            or not, or something else lies there, or the passphrase does not open it.
    """
    try:
        pair = lightsail.key_pair(new.name)
    except MissingError:
        if destination:
            _refuse_file(lightsail, new, destination)
        if dry_run:
            importing.refuse_taken_name(lightsail, new.name)
        return None
    material, fingerprint_type = _compared(pair, destination, opens)
    if destination is None or fingerprint_type is None:
        raise importing.name_taken(pair)
    if dry_run:
        saved = Saved(destination.path, "unchanged", encrypted=material.encrypted)
    else:
        importing.add_missing_tags(lightsail, pair, new.tags)
        saved = _finish(destination, material)
    return saved_key(pair, fingerprint_type, saved)


def _compared(
    pair: KeyPair, destination: KeyDestination | None, opens: Opens
) -> tuple[KeyFileContent, FingerprintType | None]:
    """What the file holds, and the type in which it has the pair's fingerprint."""
    existing = destination.existing if destination else None
    material = existing.material if existing else None
    if destination is None or material is None or not material.has_private:
        return KeyFileContent(None), None
    reported = pair.fingerprint
    fingerprint_type = match(reported, material.fingerprints)
    is_unknown = compare(reported, material.fingerprints) is Comparison.UNKNOWN
    may_be = reported is not None and is_unknown
    if existing and existing.unopened and destination.passphrase and (fingerprint_type or may_be):
        raise existing.path_taken()
    if fingerprint_type or not may_be:
        return material, fingerprint_type
    passphrase = opens(destination.path) if material.encrypted else None
    if passphrase is None:
        raise RefusedError(
            f"there is a key pair {pair.name} in {pair.region}, and {destination.path} does not"
            " show whether it holds its key",
            hint="an encrypted file shows it with its passphrase: --passphrase-file FILE",
            region=pair.region,
        )
    opened = inspect(destination.path, force=True, passphrase=passphrase)
    if opened and opened.existing and opened.existing.material:
        material = opened.existing.material
    return material, match(reported, material.fingerprints)


def _refuse_file(lightsail: "Lightsail", new: CreateRequest, destination: KeyDestination) -> None:
    """Refuse a destination where something lies: a key that is not made yet is in no file."""
    path, existing = destination.path, destination.existing
    if existing and existing.material and existing.material.has_private and not new.force:
        command = lskeys_command("import", new.name, str(path))
        others = attempt(lightsail.region, lambda: lightsail.key_pairs(include_default=True)).value
        held = existing.material.fingerprints
        twin = next((pair for pair in others or () if match(pair.fingerprint, held)), None)
        holds = f"the private key of {twin.name}" if twin else "a private key"
        raise RefusedError(
            f"{path} holds {holds}, and there is no key pair {new.name}",
            hint=f"to import that one: {command}; to replace it: --force",
        )
    destination.check(force=new.force, fresh=True)


def _finish(destination: KeyDestination, material: KeyFileContent) -> Saved:
    """Do what an earlier run was stopped before: permissions and `.pub`; and have ssh load it."""
    path, existing = destination.path, destination.existing
    saved = Saved(path, "unchanged", encrypted=material.encrypted)
    if material.obstacle:
        kept = write_usable(path, destination.now())
        saved = replace(saved, outcome="replaced", kept=kept, obstacle=material.obstacle)
    elif existing and existing.mode & NOT_THE_OWNER:
        restrict_file(path)
    if material.public and destination.existing_public is None:
        write_public_key(path)
    return saved
