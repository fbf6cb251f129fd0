"""table: what people read, drawn by Rich from harmless text and never from markup. Pure."""

from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lskeys.harmless import harmless
from lskeys.sheet import Cell, Sheet, Tone

_STYLES = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.FAINT: "dim",
    Tone.GOOD: "green",
    Tone.BAD: "red",
}


def table(
    sheet: Sheet[Any], now: datetime, *, width: int, colored: bool, ascii_only: bool
) -> Iterator[str]:
    """The lines of a table; nothing for no items. Cells fold where the width ends, none is cut.

    Args:
        sheet: What to show.
        now: What ages are counted from.
        width: Columns of the terminal.
        colored: Whether styles may be written.
        ascii_only: Whether the rules must be drawn with ASCII.
    """
    if not sheet.items:
        return
    drawn = Table(
        box=box.ASCII if ascii_only else box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        header_style="bold",
    )
    for column in sheet.columns:
        drawn.add_column(column.heading, overflow="fold")
    for item in sheet.items:
        drawn.add_row(*(_drawn(column.cell(item, now)) for column in sheet.columns))
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


def _drawn(cell: Cell) -> Text:
    return Text(harmless(cell.text), style=_STYLES[cell.tone])
