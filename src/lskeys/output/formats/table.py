"""table: what people read, in the shape that the terminal has room for. Pure."""

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any

from lskeys.output.formats import FormatFunctions, Screen
from lskeys.output.formats.drawing import Columns, Page, Row, printable_cells, total_width, width_of
from lskeys.output.formats.json_document import queried
from lskeys.output.result import Cell, Result

_WIDE = 120
"""Columns of a terminal from which on a table has one row for each item."""
_NARROWEST_VALUES = 12
"""Columns that folded values need."""
_NARROWEST = 20  # a terminal of fewer columns folds lines itself; Rich would drop what they hold


def lines(result: Result[Any], screen: Screen) -> Iterator[str]:
    """The lines of a table; where it has no room, of rows with their long values beneath.

    Where those have none either, an item is a block. A fingerprint or a path is copied, so no value
    is broken while the terminal is wide enough for it, and nothing is ever cut off.
    """
    if not result.items:
        return
    page = Page(max(screen.width, _NARROWEST), screen.is_colored, screen.is_ascii)
    view, now, columns = result.view, screen.now, result.columns
    if view.drawn and not result.chosen:
        for cells in view.drawn(result.items):
            yield from page.line(cells)
        return
    if view.is_block or (view.is_stacked and not result.chosen):
        for position, item in enumerate(result.items):
            values = [printable_cells(column.cells(item, now)) for column in columns]
            yield from page.block(columns, values, position)
        return
    yield from _table(result, screen, page)


def _table(result: Result[Any], screen: Screen, page: Page) -> Iterator[str]:
    """A row for each item, in the first shape for which there is room."""
    columns = result.columns
    rows: Sequence[Row] = [
        [[cell] for cell in printable_cells([each.cell(item, screen.now) for each in columns])]
        for item in result.items
    ]
    if result.view.hides_empty and not result.chosen:
        filled = [any(cell.text for [cell] in column) for column in zip(*rows, strict=True)]
        columns = tuple(compress(columns, filled))
        rows = [list(compress(row, filled)) for row in rows]
    widths = _widths(columns, rows)
    heads = _heads(columns, widths, page.width)
    if all(heads):
        yield from page.rows(columns, rows, widths)
    elif shape := _one_row_each(result, screen, page.width):
        yield from page.rows(*shape)
    elif _fits(heads):
        yield from page.rows_with_details(columns, rows, widths, heads)
    else:
        for position, row in enumerate(rows):
            yield from page.block(columns, row, position)


def _one_row_each(
    result: Result[Any], screen: Screen, width: int
) -> tuple[Columns, Sequence[Row], Sequence[int]] | None:
    """Columns, fields and widths of a wide table with a row for each item; None where it has none.

    Several values of a field stand one below the other, folded if need be. Columns that still have
    no room are left out, and a note names them; the last two are not.
    """
    if width < _WIDE or not result.view.is_one_row or result.chosen:
        return None
    columns = list(result.columns)
    every = [
        [printable_cells(column.cells(item, screen.now)) for column in columns]
        for item in result.items
    ]
    dropped: list[str] = []
    while total_width(widths := _widths(columns, every)) > width:
        next_one, *others = _leaving(columns)
        room = width - total_width(widths) + widths[next_one]
        if columns[next_one].each and room >= _NARROWEST_VALUES:
            for fields in every:
                cells = fields[next_one]
                fields[next_one] = [part for cell in cells for part in _folded(cell, room)]
        elif len(others) > 1:
            name = columns.pop(next_one).name
            values = [cell.text for fields in every for cell in fields.pop(next_one)]
            dropped += [name] if any(values) else []
        else:
            return None
    if dropped:
        where = "shown in a wider terminal, or with -o text"
        screen.note(f"no room for {', '.join(dropped)}: {where}")
    return columns, every, widths


def _folded(cell: Cell, room: int) -> Iterator[Cell]:
    """The value of a cell in pieces that fit; the first one ends with =, if that fits."""
    key, equals, value = cell.text.partition("=")
    pieces = [key + equals, value] if width_of(cell.text) > room else [cell.text]
    for piece in pieces:
        line = ""
        for character in piece:
            if width_of(line + character) > room:
                yield Cell(line, cell.tone)
                line = ""
            line += character
        yield Cell(line, cell.tone)


def _widths(columns: Columns, rows: Sequence[Row]) -> list[int]:
    return [
        max(len(column.heading), *(width_of(cell.text) for cells in fields for cell in cells))
        for column, fields in zip(columns, zip(*rows, strict=True), strict=True)
    ]


def _heads(columns: Columns, widths: Sequence[int], width: int) -> Sequence[bool]:
    """Which columns make up a row: they leave it one by one, by their priorities.

    Where the last to leave has no room next to the one that stays, it leaves first.
    """
    *others, _ = _leaving(columns)
    orders = (others, [*others[-1:], *others[:-1]])
    return max((_kept(order, widths, width) for order in orders), key=_fits)


def _leaving(columns: Columns) -> list[int]:
    """The columns in the order in which they leave a table; the last one stays."""
    numbers = range(len(columns))
    return sorted(numbers, key=lambda each: (columns[each].priority, -each))


def _fits(kept: Sequence[bool]) -> bool:
    return sum(kept) > 1 or len(kept) == 1


def _kept(leaving: Sequence[int], widths: Sequence[int], width: int) -> Sequence[bool]:
    """The columns that are left when those before had to leave."""
    kept = [True] * len(widths)
    for number in leaving:
        if total_width([*compress(widths, kept)]) <= width:
            break
        kept[number] = False
    return kept


FUNCTIONS = FormatFunctions(lines, queried)
