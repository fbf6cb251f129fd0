"""Reads the cache of names for completion. Touches: the disk (cache, reading).

One line per account and place, tab-separated: account, place, names separated by spaces. The newest
line is last. A place is a region, whose names are those of its key pairs, or a region and another
kind of names, as in `us-east-1/instances` and `us-east-1/tags`; the names of tags are KEY_PAIR/KEY.
If the place is empty, the names are the regions of the account.
"""

from collections.abc import Iterable

from lskeys import regular_files

DIRECTORY = ""
"""The place whose names are the regions of the account."""

MAX_NAMES = 1_000
"""Names per line; more are no help at TAB."""

MAX_CHARACTERS = 1_000_000

_MAX_NAME = 255

Lines = dict[tuple[str, str], tuple[str, ...]]
"""(account, place) → names."""


def read_names(path: str) -> Lines:
    """The cached names; empty if the file is missing or invalid."""
    lines: Lines = {}
    try:
        text = regular_files.read(path, MAX_CHARACTERS)[0].decode()
    except (OSError, ValueError):
        return lines
    for line in text.split("\n"):
        account, _, rest = line.partition("\t")
        place, _, names = rest.partition("\t")
        if names:
            lines[account, place] = tuple(filter(is_plain, names.split(" ")))
    return lines


def place_of(region: str, kind: str = "") -> str:
    """The place of a kind of names in a region."""
    return f"{region}/{kind}" if kind else region


def names_by_region(lines: Lines, account: str, kind: str) -> dict[str, tuple[str, ...]]:
    """The cached names of a kind in each region of an account, newest line last."""
    return {
        place.partition("/")[0]: names
        for (owner, place), names in lines.items()
        if owner == account and place and place.partition("/")[2] == kind
    }


def without_deleted(names: Iterable[str], gone: Iterable[str]) -> tuple[str, ...]:
    """The names that are not gone; of tags, those of key pairs that are not."""
    left_out = {*gone}
    if not left_out:
        return tuple(names)
    return tuple(name for name in names if name.partition("/")[0] not in left_out)


def is_plain(name: str) -> bool:
    """Whether it is a name, or KEY_PAIR/KEY, without any character that is special in a shell."""
    parts = name.split("/", maxsplit=1)
    return len(name) <= _MAX_NAME and all(map(_is_plain_word, parts))


def _is_plain_word(word: str) -> bool:
    letters = word.replace("-", "").replace("_", "").replace(".", "")
    return bool(word) and letters.isascii() and letters.isalnum()
