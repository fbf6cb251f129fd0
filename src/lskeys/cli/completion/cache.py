"""Reads the file of remembered names, as TAB does. Touches: the disk (cache, reading).

One line for each account and region, tab-separated: account, region, names with blanks between.
The newest is last. Where the region is empty, the names are the regions that the account has.
"""

from lskeys import regular_files

DIRECTORY = ""
"""In the region's place: the names are the account's regions."""

MAX_NAMES = 1_000
"""In one line; nobody chooses from more by TAB."""

MAX_CHARACTERS = 1_000_000

_MAX_NAME = 255

Lines = dict[tuple[str, str], tuple[str, ...]]
"""(account, region) → names."""


def recall(path: str) -> Lines:
    """What is remembered; nothing where the file is missing, or is no such file."""
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
    """Whether it is a name of a pair or a region, with nothing in it for a shell to obey."""
    letters = name.replace("-", "").replace("_", "").replace(".", "")
    return 0 < len(name) <= _MAX_NAME and letters.isascii() and letters.isalnum()
