"""What is known of a key pair that may or may not be there. Touches: its tools."""

from typing import TYPE_CHECKING

from lskeys.errors import LostAnswerError, MissingError
from lskeys.keypairs.importable_key import ImportableKey
from lskeys.model import attempt
from lskeys.storage.key_destination import Saved
from lskeys.text import lskeys_command

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


def hint_after_refused_import(lightsail: "Lightsail", name: str, saved: Saved) -> str:
    """What to do after a refusal while AWS does not say that there is no such key pair."""
    show = lskeys_command("show", name, region=lightsail.region)
    return f"the key is kept in {saved.path}, in case the key pair is there: {show}"


def is_absent_or_other(lightsail: "Lightsail", name: str, public_key: ImportableKey) -> bool:
    """Whether AWS says that no key pair of this name has the key."""
    looked = attempt(lightsail.region, lambda: lightsail.key_pair(name))
    if looked.value is not None:
        return public_key.is_other(looked.value)
    return isinstance(looked.error, MissingError)


def hint_after_lost_import(lightsail: "Lightsail", name: str, saved: Saved | None) -> str:
    """What to do after a lost ImportKeyPair."""
    region = lightsail.region
    if saved is None:
        return f"check whether it exists: {lskeys_command('show', name, region=region)}"
    again = lskeys_command("import", name, str(saved.path), "--if-absent", region=region)
    return f"the key is kept in {saved.path}; import it: {again}"


def hint_after_lost_creation(lightsail: "Lightsail", name: str) -> str:
    """What to do after a lost CreateKeyPair, whose private key is lost with the response."""
    looked = attempt(lightsail.region, lambda: lightsail.key_pair(name))
    if looked.value:
        remove = lskeys_command("delete", name, region=lightsail.region)
        return f"a key pair is left whose private key is lost; delete it: {remove}"
    if isinstance(looked.error, MissingError):
        # Looking right after a time-out proves nothing: the request may still be on its way.
        show = lskeys_command("show", name, region=lightsail.region)
        return f"there is no such key pair yet; check again before you repeat this: {show}"
    return hint_to_delete(lightsail, name)


def not_finished(lightsail: "Lightsail", name: str) -> LostAnswerError:
    """The error for a creation that AWS only started, whose key pair is not found; the key is."""
    show = lskeys_command("show", name, region=lightsail.region)
    return LostAnswerError(
        f"{name} in {lightsail.region}: AWS has started to create it, and does not show it yet",
        hint=f"keep the key, and check again later: {show}",
        region=lightsail.region,
    )


def hint_to_delete(lightsail: "Lightsail", name: str) -> str:
    """What to do after a CreateKeyPair of which nothing else is known."""
    remove = lskeys_command("delete", name, region=lightsail.region)
    return f"a key pair may be left whose private key is lost; to delete it: {remove}"
