"""Looks up key pairs by name. Touches: the network, through the given region."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lskeys.errors import LskeysError, MissingError
from lskeys.model import DEFAULT_ALIAS, DEFAULT_PAIR, KeyPair
from lskeys.text import nearest

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


def find(lightsail: "Lightsail", name: str) -> KeyPair:
    """The key pair of this name; the default one from the list, since GetKeyPair may not know it.

    `default` is the default key pair, unless a key pair is called so.

    Raises:
        MissingError: There is no such key pair.
    """
    if name != DEFAULT_PAIR:
        try:
            return lightsail.key_pair(name)
        except MissingError:
            if name != DEFAULT_ALIAS:
                raise
    pair = lightsail.default_key_pair()
    if pair is None:
        raise MissingError(
            f"{lightsail.region} has no default key pair",
            hint="to find regions that have one: lskeys list --include-default --all-regions",
            region=lightsail.region,
        )
    return pair


def missing(
    name: str, where: Sequence[str], there: Iterable[KeyPair], error: LskeysError
) -> LskeysError:
    """The error for an unknown name, made of that of the first region; suggests the nearest name.

    `where` are the regions queried, or the profiles if there are several.
    """
    by_name = {pair.name: pair for pair in there}
    near = nearest(name, by_name)
    said = f"did you mean {near} in {by_name[near].where}?" if near else error.hint
    message = f"there is no key pair {name} in {', '.join(where)}"
    region = error.region if len(where) == 1 else None
    return error.with_(message=message, hint=said, region=region, profile=None)
