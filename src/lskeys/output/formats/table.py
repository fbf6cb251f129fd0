"""table: what people read, drawn with Rich from harmless text and never from markup. Pure.

Rich folds what is too long, and knows styles and how wide each script is. A row or a field that
needs no folding is put together here: Rich takes a quarter of a millisecond for each
(docs/performance.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import compress
from typing import Any

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from lskeys.output.formats import Functions, Screen
from lskeys.output.formats.json_document import queried
from lskeys.output.result import Cell, Column, Result, Tone
from lskeys.text import printable

_STYLES = {
    Tone.PLAIN: Style.null(),
    Tone.STRONG: Style(bold=True),
    Tone.FAINT: Style(dim=True),
    Tone.GOOD: Style(color="green"),
    Tone.BAD: Style(color="red"),
}

_GAP = 2
_INDENT = "  "
_NARROWEST = 20  # a terminal of fewer columns folds lines itself; Rich would drop what they hold

Columns = Sequence[Column[Any]]
Cells = Sequence[Cell]


def lines(result: Result[Any], screen: Screen) -> Iterator[str]:
    """The lines of a table; where it has no room, of rows with their long values beneath.

    Where those have none either, an item is a block. A fingerprint or a path is copied, so no value
    is broken while the terminal is wide enough for it, and nothing is ever cut off.
    """
    if not result.items:
        return
    page = _Page(max(screen.width, _NARROWEST), screen.is_colored, screen.is_ascii)
    view, now, columns = result.view, screen.now, result.columns
    if view.drawn and not result.chosen:
        yield from map(page.line, view.drawn(result.items))
        return
    if view.is_block or (view.is_stacked and not result.chosen):
        for position, item in enumerate(result.items):
            values = [_printable(column.cells(item, now)) for column in columns]
            yield from page.block(columns, values, position)
        return
    rows = [_printable([column.cell(item, now) for column in columns]) for item in result.items]
    if view.hides_empty and not result.chosen:
        filled = [any(row[number].text for row in rows) for number in range(len(columns))]
        columns = tuple(compress(columns, filled))
        rows = [list(compress(row, filled)) for row in rows]
    widths = _widths(columns, rows)
    heads = _heads(columns, widths, page.width)
    if all(heads):
        yield from page.rows(columns, rows, widths)
    elif _fits(heads):
        yield from page.rows_with_details(columns, rows, widths, heads)
    else:
        for position, row in enumerate(rows):
            yield from page.block(columns, [[cell] for cell in row], position)


@dataclass(frozen=True, slots=True)
class _Page:
    """What is drawn on: so wide, with or without styles and rules of its own."""

    width: int
    colored: bool
    ascii_only: bool

    def line(self, cells: Cells) -> str:
        """Cells behind each other."""
        return "  ".join(self._styled(cell.text, cell.tone) for cell in _printable(cells)).rstrip()

    def rows(self, columns: Columns, rows: Sequence[Cells], widths: Sequence[int]) -> Iterator[str]:
        """A row for each item, a column of this width for each value."""
        rule = "-" if self.ascii_only else "─"
        heads = [Cell(column.heading, Tone.STRONG) for column in columns]
        for cells in (heads, *rows):
            yield (" " * _GAP).join(map(self._padded, cells, widths)).rstrip()
            if cells is heads:
                yield rule * _together(widths)

    def rows_with_details(
        self, columns: Columns, rows: Sequence[Cells], widths: Sequence[int], heads: Sequence[bool]
    ) -> Iterator[str]:
        """A row of the heads for each item, and beneath it a line for each of its other values."""
        above = [list(compress(row, heads)) for row in rows]
        lines = self.rows(list(compress(columns, heads)), above, list(compress(widths, heads)))
        yield next(lines)
        yield next(lines)
        details = [not head for head in heads]
        below = list(compress(columns, details))
        for line, row in zip(lines, rows, strict=True):
            yield line
            values = [[cell] for cell in compress(row, details)]
            fields = self._fields(below, values, self.width - len(_INDENT), Tone.FAINT)
            yield from (_INDENT + field for field in fields)

    def block(self, columns: Columns, values: Sequence[Cells], position: int) -> Iterator[str]:
        """Headings and values in parallel, an empty line before each item but the first."""
        if position:
            yield ""
        yield from self._fields(columns, values, self.width, Tone.STRONG)

    def _fields(
        self, columns: Columns, values: Sequence[Cells], width: int, tone: Tone
    ) -> Iterator[str]:
        """Headings and the values behind them, one a line; empty ones are left out."""
        longest = max(len(column.heading) for column in columns)
        fields = [
            (column.heading.ljust(longest), cells)
            for column, cells in zip(columns, values, strict=True)
            if any(cell.text for cell in cells)
        ]
        room = width - longest - len(_INDENT)
        if all(_width(cell.text) <= room for _, cells in fields for cell in cells):
            for heading, cells in fields:
                first = self._styled(heading, tone) + _INDENT
                others = " " * (longest + len(_INDENT))
                for number, cell in enumerate(cells):
                    yield ((others if number else first) + self._styled(cell.text, cell.tone))
        else:
            yield from self._lines(_folding(fields, tone), width)

    def _padded(self, cell: Cell, width: int) -> str:
        return self._styled(cell.text, cell.tone) + " " * (width - _width(cell.text))

    def _styled(self, text: str, tone: Tone) -> str:
        if not self.colored:
            return text
        return _STYLES[tone].render(text, color_system=ColorSystem.STANDARD)

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


def _folding(fields: Sequence[tuple[str, Cells]], tone: Tone) -> Table:
    """Headings and values as Rich draws them, which folds either where it has no room."""
    drawn = Table.grid(padding=(0, 2))
    drawn.add_column(style=_STYLES[tone], overflow="fold")
    drawn.add_column(overflow="fold")
    for heading, cells in fields:
        drawn.add_row(heading, Text("\n").join(Text(c.text, _STYLES[c.tone]) for c in cells))
    return drawn


def _printable(cells: Cells) -> Cells:
    """The cells, or others in the place of those whose text could do something to a terminal."""
    return [
        cell if (shown := printable(cell.text)) is cell.text else Cell(shown, cell.tone)
        for cell in cells
    ]


def _width(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _widths(columns: Columns, rows: Sequence[Cells]) -> list[int]:
    """What each column takes."""
    return [
        max(len(column.heading), *(_width(cell.text) for cell in cells))
        for column, cells in zip(columns, zip(*rows, strict=True), strict=True)
    ]


def _together(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _heads(columns: Columns, widths: Sequence[int], width: int) -> Sequence[bool]:
    """Which columns make up a row: those on the right leave it one by one, what stays last.

    Where what stays has no room next to the names, it leaves first.
    """
    numbers = range(1, len(columns))
    last = sorted(numbers, key=lambda each: (columns[each].stays, -each))
    first = sorted(numbers, key=lambda each: (not columns[each].stays, -each))
    return max((_kept(order, widths, width) for order in (last, first)), key=_fits)


def _fits(kept: Sequence[bool]) -> bool:
    return sum(kept) > 1 or len(kept) == 1


def _kept(leaving: Sequence[int], widths: Sequence[int], width: int) -> Sequence[bool]:
    """The columns that are left when those before had to leave."""
    kept = [True] * len(widths)
    for number in leaving:
        if _together([*compress(widths, kept)]) <= width:
            break
        kept[number] = False
    return kept


FUNCTIONS = Functions(lines, queried)
