"""table: what people read, drawn by Rich from harmless text and never from markup. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from itertools import compress
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lskeys.harmless import harmless
from lskeys.sheet import Cell, Column, Sheet, Tone

_STYLES = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.FAINT: "dim",
    Tone.GOOD: "green",
    Tone.BAD: "red",
}

_GAP = 3
_INDENT = "  "
_NARROWEST = 20  # a terminal of fewer columns folds lines itself; Rich would drop what they hold


def table(
    sheet: Sheet[Any], now: datetime, *, width: int, colored: bool, ascii_only: bool
) -> Iterator[str]:
    """The lines of a table; where it has no room, of rows with their long values beneath.

    Where those have none either, an item is a block. A fingerprint or a path is copied, so no value
    is broken while the terminal is wide enough for it, and nothing is ever cut off.

    Args:
        sheet: What to show; no items give no lines.
        now: What ages are counted from.
        width: Columns of the terminal.
        colored: Whether styles may be written.
        ascii_only: Whether the rules must be drawn with ASCII.
    """
    if not sheet.items:
        return
    rows = [[_lines(column.cells(item, now)) for column in sheet.columns] for item in sheet.items]
    width = max(width, _NARROWEST)
    page = _Page(width=width, colored=colored, ascii_only=ascii_only)
    widths = _widths(sheet.columns, rows)
    heads = _heads(sheet.columns, widths, width)
    if not sheet.view.is_block and _together(widths) <= width:
        yield from page.rows(sheet.columns, rows)
    elif not sheet.view.is_block and any(heads):
        yield from page.rows_with_details(sheet.columns, rows, heads)
    else:
        yield from page.blocks(sheet.columns, rows)


Rows = Sequence[Sequence[Text]]


@dataclass(frozen=True, slots=True)
class _Page:
    """What is drawn on: so wide, with or without styles and rules of its own."""

    width: int
    colored: bool
    ascii_only: bool

    def rows(self, columns: Sequence[Column[Any]], rows: Rows) -> Iterator[str]:
        """A row for each item, a column for each value."""
        drawn = Table(
            box=box.ASCII if self.ascii_only else box.SIMPLE_HEAD,
            show_edge=False,
            pad_edge=False,
            header_style="bold",
        )
        for column in columns:
            drawn.add_column(column.heading, no_wrap=True)
        for row in rows:
            drawn.add_row(*row)
        return self._lines(drawn, self.width)

    def rows_with_details(
        self, columns: Sequence[Column[Any]], rows: Rows, heads: Sequence[bool]
    ) -> Iterator[str]:
        """A row of the heads for each item, and beneath it a line for each of its other values."""
        heading, rule, *lines = self.rows(*_picked(heads, columns, rows))
        yield heading
        yield rule
        below, values = _picked([not head for head in heads], columns, rows)
        for line, row in zip(lines, values, strict=True):
            yield line
            details = self._lines(self._fields(below, row, "dim"), self.width - len(_INDENT))
            yield from (_INDENT + detail for detail in details)

    def blocks(self, columns: Sequence[Column[Any]], rows: Rows) -> Iterator[str]:
        """Heading and value side by side, an empty line between items."""
        for position, row in enumerate(rows):
            if position:
                yield ""
            yield from self._lines(self._fields(columns, row, "bold"), self.width)

    def _fields(self, columns: Sequence[Column[Any]], row: Sequence[Text], style: str) -> Table:
        drawn = Table.grid(padding=(0, 2))
        drawn.add_column(style=style, overflow="fold")
        drawn.add_column(overflow="fold")
        longest = max(len(column.heading) for column in columns)
        for column, cell in zip(columns, row, strict=True):
            if cell.plain:
                drawn.add_row(column.heading.ljust(longest), cell)
        return drawn

    def _lines(self, drawn: Table, width: int) -> Iterator[str]:
        page = StringIO()
        console = Console(
            file=page,
            width=width,
            force_terminal=self.colored,
            color_system="standard" if self.colored else None,
            no_color=not self.colored,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
            _environ={},
        )
        console.print(drawn)
        return (line.rstrip() for line in page.getvalue().splitlines())


def _picked(
    wanted: Sequence[bool], columns: Sequence[Column[Any]], rows: Rows
) -> tuple[list[Column[Any]], list[list[Text]]]:
    """The wanted columns, and their cells of each row."""
    return list(compress(columns, wanted)), [list(compress(row, wanted)) for row in rows]


def _widths(columns: Sequence[Column[Any]], rows: Rows) -> list[int]:
    """What each column takes."""
    return [
        max(cell.cell_len for cell in (Text(column.heading), *cells))
        for column, cells in zip(columns, zip(*rows, strict=True), strict=True)
    ]


def _together(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _heads(columns: Sequence[Column[Any]], widths: Sequence[int], width: int) -> Sequence[bool]:
    """Which columns make up a row: of the short ones as many as have room, or none for one."""
    short = [each for column, each in zip(columns, widths, strict=True) if not column.folds]
    room = sum(_together(short[: position + 1]) <= width for position in range(len(short)))
    if room < min(len(short), 2):
        return ()
    kept = iter([True] * room + [False] * len(short))
    return [not column.folds and next(kept) for column in columns]


def _lines(cells: Sequence[Cell]) -> Text:
    return Text("\n").join(_drawn(cell) for cell in cells)


def _drawn(cell: Cell) -> Text:
    return Text(harmless(cell.text), style=_STYLES[cell.tone])
