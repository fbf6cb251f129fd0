"""Writes the cache of names for completion. Touches: the disk (cache)."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from lskeys.cli.completion.cache import (
    MAX_CHARACTERS,
    MAX_NAMES,
    Lines,
    is_plain,
    place_of,
    read_names,
    without_deleted,
)
from lskeys.model import DEFAULT_PAIR, SeenNames
from lskeys.storage.cache import CacheDirectory

MAX_LINES = 200


def cache_names(path: str | None, account: str, seen_names: Iterable[SeenNames]) -> None:
    """Cache the names seen in an account; an error is ignored."""
    if path is None:
        return
    lines = read_names(path)
    known = list(lines.items())
    for seen in seen_names:
        place = (account, place_of(seen.region, seen.kind))
        names = _merged(lines.pop(place, ()), seen)
        if names:
            lines[place] = names
    if list(lines.items()) != known:
        _write(path, lines)


def forget_account(path: str | None, account: str) -> None:
    """Remove an account from the cache."""
    if path is None:
        return
    lines = read_names(path)
    kept = {key: names for key, names in lines.items() if key[0] != account}
    if kept != lines:
        _write(path, kept)


def _merged(known: tuple[str, ...], seen: SeenNames) -> tuple[str, ...]:
    if seen.is_whole:  # a list without the default pair says nothing about it
        known = tuple(name for name in known if name == DEFAULT_PAIR)
    names = dict.fromkeys([*seen.names, *without_deleted(known, seen.gone)])
    return tuple(filter(is_plain, names))[:MAX_NAMES]


def _write(path: str, lines: Lines) -> None:
    """Replace the file in one step; readers see the old or the new one."""
    file = Path(path)
    CacheDirectory(file.parent).write(file.name, "".join(_written(lines)).encode())


def _written(lines: Lines) -> Iterator[str]:
    """The newest lines within the limits, oldest first."""
    written: list[str] = []
    room = MAX_CHARACTERS
    for (account, place), names in reversed(lines.items()):
        line = f"{account}\t{place}\t{' '.join(names)}\n"
        room -= len(line)
        if room < 0 or len(written) == MAX_LINES:
            break
        written.append(line)
    return reversed(written)
