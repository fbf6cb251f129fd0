"""Key pairs by their name, in one region or among several. Pure.

What it touches, the gateway touches, which comes in as an argument.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lskeys.errors import LskeysError, MissingError
from lskeys.model import DEFAULT_PAIR, KeyPair, account_region
from lskeys.text import nearest

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


def find(lightsail: "Lightsail", name: str) -> KeyPair:
    """A pair by its name; the default one among all, since GetKeyPair may not know it.

    Raises:
        MissingError: There is none.
    """
    if name != DEFAULT_PAIR:
        return lightsail.key_pair(name)
    pair = lightsail.default_key_pair()
    if pair is None:
        raise MissingError(
            f"{lightsail.region} has no default key pair",
            hint="lskeys list --include-default --all-regions shows where there is one",
            region=lightsail.region,
        )
    return pair


def missing(
    name: str, where: Sequence[str], there: Iterable[KeyPair], error: LskeysError
) -> MissingError:
    """The error for a name that nobody knows.

    Args:
        name: The name.
        where: The regions that were asked, or the profiles where several were.
        there: The pairs they have, for the nearest name.
        error: What the first one said.
    """
    by_name = {pair.name: pair for pair in there}
    near = nearest(name, by_name)
    said = f"did you mean {near} in {account_region(by_name[near])}?" if near else error.hint
    return MissingError(
        f"there is no key pair {name} in {', '.join(where)}",
        hint=said,
        code=error.code,
        tip=error.tip,
        docs=error.docs,
        request_id=error.request_id,
        region=error.region if len(where) == 1 else None,
    )
