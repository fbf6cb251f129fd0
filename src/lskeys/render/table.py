"""table: what people read, drawn by Rich from harmless text and never from markup. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO
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
_FOLDED = 16
_NARROWEST = 20  # a terminal of fewer columns folds lines itself; Rich would drop what they hold


def table(
    sheet: Sheet[Any], now: datetime, *, width: int, colored: bool, ascii_only: bool
) -> Iterator[str]:
    """The lines of a table, or of a block for each item where the width is too small for columns.

    Long columns fold at their edge; nothing is ever cut off.

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
    in_blocks = sheet.view.is_block or _least_width(sheet.columns, rows) > width
    drawn = _blocks(sheet.columns, rows) if in_blocks else _columns(sheet.columns, rows, ascii_only)
    page = StringIO()
    console = Console(
        file=page,
        width=width,
        force_terminal=colored,
        color_system="standard" if colored else None,
        no_color=not colored,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )
    console.print(drawn)
    for line in page.getvalue().splitlines():
        yield line.rstrip()


def _columns(columns: Sequence[Column[Any]], rows: Sequence[Sequence[Text]], plain: bool) -> Table:  # noqa: FBT001  one caller
    drawn = Table(
        box=box.ASCII if plain else box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        header_style="bold",
    )
    for column in columns:
        drawn.add_column(column.heading, overflow="fold", no_wrap=not column.folds)
    for row in rows:
        drawn.add_row(*row)
    return drawn


def _blocks(columns: Sequence[Column[Any]], rows: Sequence[Sequence[Text]]) -> Table:
    """Heading and value side by side, an empty line between items."""
    drawn = Table.grid(padding=(0, 2))
    drawn.add_column(style="bold", overflow="fold")
    drawn.add_column(overflow="fold")
    for position, row in enumerate(rows):
        if position:
            drawn.add_row()
        for column, cell in zip(columns, row, strict=True):
            drawn.add_row(column.heading, cell)
    return drawn


def _least_width(columns: Sequence[Column[Any]], rows: Sequence[Sequence[Text]]) -> int:
    """The columns a table needs: those that fold need a few, the others all they have."""
    widths: list[int] = [
        max(cell.cell_len for cell in (Text(column.heading), *cells))
        for column, cells in zip(columns, zip(*rows, strict=True), strict=True)
    ]
    return _GAP * len(widths) + sum(
        min(width, _FOLDED) if column.folds else width
        for column, width in zip(columns, widths, strict=True)
    )


def _lines(cells: Sequence[Cell]) -> Text:
    return Text("\n").join(_drawn(cell) for cell in cells)


def _drawn(cell: Cell) -> Text:
    return Text(harmless(cell.text), style=_STYLES[cell.tone])
