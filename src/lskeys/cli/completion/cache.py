"""Reads the cache of names for completion. Touches: the disk (cache, reading).

One line per account and region, tab-separated: account, region, names separated by spaces. The
newest line is last. If the region is empty, the names are the regions of the account.
"""

from lskeys import regular_files

DIRECTORY = ""
"""In place of the region: the names are the regions of the account."""

MAX_NAMES = 1_000
"""Names per line; more are no help at TAB."""

MAX_CHARACTERS = 1_000_000

_MAX_NAME = 255

Lines = dict[tuple[str, str], tuple[str, ...]]
"""(account, region) → names."""


def recall(path: str) -> Lines:
    """The cached names; empty if the file is missing or invalid."""
    lines: Lines = {}
    try:
        text = regular_files.read(path, MAX_CHARACTERS)[0].decode()
    except (OSError, ValueError):
        return lines
    for line in text.split("\n"):
        account, _, rest = line.partition("\t")
        region, _, names = rest.partition("\t")
        if names:
            lines[account, region] = tuple(filter(is_plain, names.split(" ")))
    return lines


def is_plain(name: str) -> bool:
    """Whether it is a name without any character that is special in a shell."""
    letters = name.replace("-", "").replace("_", "").replace(".", "")
    return 0 < len(name) <= _MAX_NAME and letters.isascii() and letters.isalnum()
