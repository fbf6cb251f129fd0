"""Which key pairs a deletion is about: names, globs and filters. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from lskeys.errors import UsageError
from lskeys.keypairs.filters import Selection
from lskeys.keypairs.names import check_name
from lskeys.model import DEFAULT_ALIAS, DEFAULT_PAIR
from lskeys.text import is_glob
from lskeys.values import replace


@dataclass(frozen=True, slots=True)
class Targets:
    """What a deletion is about.

    Attributes:
        names: Key pairs that are named, each of which must exist.
        selections: One for each glob; one without a glob for filters alone. None of them ever
            selects the default pair.
    """

    names: tuple[str, ...] = ()
    selections: tuple[Selection, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.names or self.selections)

    @property
    def may_be_default(self) -> bool:
        """Whether the default pair may be among them."""
        return not {DEFAULT_PAIR, DEFAULT_ALIAS}.isdisjoint(self.names)


def read_targets(words: Iterable[str], filters: Selection) -> Targets:
    """The targets of a command line; with filters, every word is a pattern of names.

    Raises:
        UsageError: A word is no name, or the default pair is to be filtered.
    """
    given = tuple(dict.fromkeys(words))
    globs = [word for word in given if filters.has_filters or is_glob(word)]
    names = tuple(word for word in given if word not in globs)
    for name in names:
        check_name(name)
    if DEFAULT_PAIR in globs:
        raise UsageError(
            "filters never select the default key pair; delete it by its name",
            hint=f"lskeys delete {DEFAULT_PAIR} --fingerprint",
        )
    if filters.has_filters and not given:
        return Targets(selections=(filters,))
    return Targets(names, tuple(replace(filters, globs=(glob,)) for glob in globs))
