"""Columns of a view, chosen and sorted by name. Pure."""

from collections.abc import Iterable

from lskeys.errors import UsageError
from lskeys.model import KeyPair
from lskeys.output.result import Column, View
from lskeys.text import did_you_mean


def sort(pairs: Iterable[KeyPair], order: str | None, view: View[KeyPair]) -> list[KeyPair]:
    """The items sorted by a column, descending for `-name`; None keeps AWS's order.

    Raises:
        UsageError: There is no such column.
    """
    if order is None:
        return list(pairs)
    name = order.removeprefix("-")
    if "," in name:
        raise UsageError(f"there is no column {name}", hint="--sort takes one column")
    [column] = columns(view, name)
    key = column.sort or column.plain
    return sorted(pairs, key=key, reverse=order.startswith("-"))


def columns(view: View[KeyPair], spelled: str | None) -> tuple[Column[KeyPair], ...]:
    """The columns in a comma-separated list of names; none for None.

    Raises:
        UsageError: There is no such column.
    """
    names = [name.strip().lower() for name in spelled.split(",")] if spelled is not None else []
    unknown = next((name for name in names if name not in view.names), None)
    if unknown is not None:
        raise UsageError(
            f"there is no column {unknown or 'without a name'}",
            hint=did_you_mean(unknown, view.names) or f"columns are {', '.join(view.names)}",
        )
    return view.chosen(names)
