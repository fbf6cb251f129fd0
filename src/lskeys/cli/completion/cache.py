"""The file of remembered names: small, private, replaced whole. Touches: the disk (cache).

One line for each account and region, tab-separated: account, region, names with blanks between.
The newest is last. Where the region is empty, the names are the regions that the account has.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from lskeys.model import SeenNames

DIRECTORY = ""
"""In the region's place: the names are the account's regions."""

MAX_NAMES = 1_000
"""In one line; nobody chooses from more by TAB."""

MAX_LINES = 200
MAX_CHARACTERS = 1_000_000

_DEFAULT_PAIR = "LightsailDefaultKeyPair"
_MAX_NAME = 255

Lines = dict[tuple[str, str], tuple[str, ...]]
"""(account, region) → names."""


def recall(path: str) -> Lines:
    """What is remembered; nothing where the file is missing, or is no such file."""
    lines: Lines = {}
    try:
        with open(path, encoding="utf-8", newline="\n") as file:
            text = file.read(MAX_CHARACTERS)
    except (OSError, ValueError):
        return lines
    for line in text.split("\n"):
        account, _, rest = line.partition("\t")
        region, _, names = rest.partition("\t")
        if names:
            lines[account, region] = tuple(filter(is_plain, names.split(" ")))
    return lines


def remember(path: str | None, account: str, sightings: "Iterable[SeenNames]") -> None:
    """Remember what was seen of an account. Never a reason to fail: what cannot be kept is not."""
    if path is None:
        return
    lines = recall(path)
    known = list(lines.items())
    for seen in sightings:
        names = _merged(lines.pop((account, seen.region), ()), seen)
        if names:
            lines[account, seen.region] = names
    if list(lines.items()) != known:
        _replace(path, lines)


def forget(path: str | None, account: str) -> None:
    """Forget an account that begins anew."""
    if path is None:
        return
    lines = recall(path)
    kept = {key: names for key, names in lines.items() if key[0] != account}
    if kept != lines:
        _replace(path, kept)


def is_plain(name: str) -> bool:
    """Whether it is a name of a pair or a region, with nothing in it for a shell to obey."""
    letters = name.replace("-", "").replace("_", "").replace(".", "")
    return 0 < len(name) <= _MAX_NAME and letters.isascii() and letters.isalnum()


def _merged(known: tuple[str, ...], seen: "SeenNames") -> tuple[str, ...]:
    if seen.is_whole:  # a list without the default pair says nothing about it
        known = tuple(name for name in known if name == _DEFAULT_PAIR)
    names = dict.fromkeys([*seen.names, *known])
    return tuple(name for name in names if name not in seen.gone and is_plain(name))[:MAX_NAMES]


def _replace(path: str, lines: Lines) -> None:
    """Put a new file in the old one's place; readers see the one or the other."""
    new = f"{path}.{os.getpid()}"
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.writelines(_written(lines))
            os.replace(new, path)
        except OSError:
            os.unlink(new)


def _written(lines: Lines) -> Iterator[str]:
    """The newest lines that have room, oldest first."""
    written: list[str] = []
    room = MAX_CHARACTERS
    for (account, region), names in reversed(lines.items()):
        line = f"{account}\t{region}\t{' '.join(names)}\n"
        room -= len(line)
        if room < 0 or len(written) == MAX_LINES:
            break
        written.append(line)
    return reversed(written)
