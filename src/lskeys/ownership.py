"""Which key pairs a key file belongs to. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from lskeys.fingerprints import Form
from lskeys.matching import LocalKey, match_all
from lskeys.model import KeyPair


@dataclass(frozen=True, slots=True)
class Owner:
    """A key pair, and the form in which a file has its fingerprint."""

    pair: KeyPair
    form: Form


@dataclass(frozen=True, slots=True)
class OwnedKey:
    """A key file and the pairs it belongs to; None where no account was asked."""

    key: LocalKey
    owners: tuple[Owner, ...] | None = None


def owned(
    keys: Iterable[LocalKey], pairs: Iterable[KeyPair], others: Iterable[LocalKey]
) -> list[OwnedKey]:
    """Each key with the pairs it belongs to.

    `others` are keys of this disk that may know more: a `.pub` does not show the private form,
    its private half elsewhere does.
    """
    wanted = tuple(keys)
    matched = match_all(pairs, dict.fromkeys((*wanted, *others))).pairs
    return [
        OwnedKey(
            key,
            tuple(
                Owner(each.pair, match.form)
                for each in matched
                for match in each.matches
                if match.key == key
            ),
        )
        for key in wanted
    ]
