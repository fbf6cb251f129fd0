"""Rows, fields and blocks of a table, drawn from harmless text and never from markup. Pure.

Rich folds what is too long, and knows styles and how wide each script is. A row or a field that
needs no folding is put together here: Rich takes a quarter of a millisecond for each
(docs/performance.md).
"""

import textwrap
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import compress, zip_longest
from typing import Any

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from lskeys.output.result import Cell, Column, Tone
from lskeys.text import printable
from lskeys.values import value

_STYLES = {
    Tone.PLAIN: Style.null(),
    Tone.STRONG: Style(bold=True),
    Tone.FAINT: Style(dim=True),
    Tone.GOOD: Style(color="green"),
    Tone.BAD: Style(color="red"),
}

_GAP = 2
_INDENT = "  "
_MAX_HANG = 18
"""Columns of a first cell behind which the others fold; behind a longer one they hang."""

Columns = Sequence[Column[Any]]
Cells = Sequence[Cell]
Row = Sequence[Cells]
"""The values of an item, column by column; a field may have several, one below the other."""


@value
class Page:
    """What is drawn on: so wide, with or without styles and rules of its own."""

    width: int
    colored: bool
    ascii_only: bool

    def line(self, cells: Cells) -> Iterator[str]:
        """Cells next to each other; where they do not fit, those after the first fold at blanks."""
        shown = printable_cells(cells)
        gap = " " * _GAP
        if total_width([width_of(each.text) for each in shown]) <= self.width or not shown[1:]:
            yield gap.join(self._styled(each.text, each.tone) for each in shown).rstrip()
            return
        first, *others = shown
        used = width_of(first.text)
        hang = used + _GAP if used < _MAX_HANG else len(_INDENT) * 3
        line = self._styled(first.text, first.tone)
        for each in others:
            is_next = used + _GAP + width_of(each.text) <= self.width or each is others[0]
            begun = used + _GAP if is_next else hang
            folded = textwrap.wrap(
                each.text,
                self.width,
                initial_indent=" " * begun,
                subsequent_indent=" " * hang,
                break_long_words=False,
                break_on_hyphens=False,
            )
            for number, piece in enumerate(folded):
                if number or not is_next:
                    yield line
                    line = " " * hang
                else:
                    line += gap
                line += self._styled(piece.lstrip(), each.tone)
                used = width_of(piece)
        yield line

    def rows(self, columns: Columns, rows: Sequence[Row], widths: Sequence[int]) -> Iterator[str]:
        """A row for each item, a column of this width for each field."""
        rule = "-" if self.ascii_only else "─"
        yield self._row([Cell(column.heading, Tone.STRONG) for column in columns], widths)
        yield rule * total_width(widths)
        for row in rows:
            for cells in zip_longest(*row, fillvalue=Cell("")):
                yield self._row(cells, widths)

    def rows_with_details(
        self, columns: Columns, rows: Sequence[Row], widths: Sequence[int], heads: Sequence[bool]
    ) -> Iterator[str]:
        """A row of the heads for each item, and beneath it its other values.

        They share a line where it has room for all of them.
        """
        above = [list(compress(row, heads)) for row in rows]
        lines = self.rows(list(compress(columns, heads)), above, list(compress(widths, heads)))
        yield next(lines)
        yield next(lines)
        details = [not head for head in heads]
        below = list(compress(columns, details))
        for line, row in zip(lines, rows, strict=True):
            yield line
            yield from self._details(below, list(compress(row, details)))

    def _details(self, columns: Columns, row: Row) -> Iterator[str]:
        """Headings and values in one line if they fit, else one a line; without the empty ones."""
        room = self.width - len(_INDENT)
        filled = [
            (column.heading, cell) for column, [cell] in zip(columns, row, strict=True) if cell.text
        ]
        widths = [len(heading) + 1 + width_of(cell.text) for heading, cell in filled]
        if total_width(widths) > room:
            yield from (_INDENT + line for line in self._fields(columns, row, room, Tone.FAINT))
        elif filled:
            yield _INDENT + (" " * _GAP).join(
                f"{self._styled(heading, Tone.FAINT)} {self._styled(cell.text, cell.tone)}"
                for heading, cell in filled
            )

    def block(self, columns: Columns, row: Row, position: int) -> Iterator[str]:
        """Headings and values in parallel, an empty line before each item but the first."""
        if position:
            yield ""
        yield from self._fields(columns, row, self.width, Tone.STRONG)

    def _fields(self, columns: Columns, row: Row, width: int, tone: Tone) -> Iterator[str]:
        """Headings and the values behind them, one a line; empty ones are left out."""
        longest = max(len(column.heading) for column in columns)
        fields = [
            (column.heading.ljust(longest), cells)
            for column, cells in zip(columns, row, strict=True)
            if any(cell.text for cell in cells)
        ]
        room = width - longest - len(_INDENT)
        if all(width_of(cell.text) <= room for _, cells in fields for cell in cells):
            for heading, cells in fields:
                first = self._styled(heading, tone) + _INDENT
                others = " " * (longest + len(_INDENT))
                for number, cell in enumerate(cells):
                    yield ((others if number else first) + self._styled(cell.text, cell.tone))
        else:
            yield from self._lines(_folding(fields, tone), width)

    def _row(self, cells: Cells, widths: Sequence[int]) -> str:
        padded = (
            self._styled(cell.text, cell.tone) + " " * (width - width_of(cell.text))
            for cell, width in zip(cells, widths, strict=True)
        )
        return (" " * _GAP).join(padded).rstrip()

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


def printable_cells(cells: Cells) -> Cells:
    """The cells, or others in the place of those whose text could do something to a terminal."""
    return [
        cell if (shown := printable(cell.text)) is cell.text else Cell(shown, cell.tone)
        for cell in cells
    ]


def width_of(text: str) -> int:
    """The columns that a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def total_width(widths: Sequence[int]) -> int:
    """The columns that fields of these widths take next to each other."""
    return sum(widths) + _GAP * (len(widths) - 1)
