"""What a verb found, ready to be shown in any format: columns, cells, documents. Pure."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import Any, Generic, TypeVar

from lskeys.errors import LskeysError
from lskeys.values import replace, value

T = TypeVar("T")

SCHEMA_VERSION = 1
"""Of the JSON documents; raised when a member changes its meaning or is removed."""

_WHOSE = ("profile", "account")
"""Columns that distinguish accounts: the profile that opens one, and its number where it shows."""


class Tone(Enum):
    """What a cell is to the eye; never the only bearer of a meaning."""

    PLAIN = auto()
    STRONG = auto()
    FAINT = auto()
    GOOD = auto()
    BAD = auto()


@value
class Cell:
    """A cell for people."""

    text: str
    tone: Tone = Tone.PLAIN


@value
class Column(Generic[T]):
    """One column: its name, which is its heading, too, and the value for programs and for people.

    A path stays one: programs get its bytes, people what is safe to show.

    Attributes:
        name: The word for `--columns`, csv and blocks of text; JSON has it in its own spelling.
        plain: The whole value, for programs.
        pretty: The value for people, where it is another.
        each: The values of a column that may have several, for people.
        sort: What to order by instead of the plain text.
        label: The heading, where it is not the name.
        is_extra: Shown only if it is named.
        priority: Columns leave a row that has no room one by one, those of the lowest priority
            first, and of these the rightmost; the last one of all stays.
    """

    name: str
    plain: Callable[[T], str | Path]
    pretty: Callable[[T, datetime], Cell] | None = None
    each: Callable[[T], Sequence[Cell]] | None = None
    sort: Callable[[T], Any] | None = None
    label: str = ""
    is_extra: bool = False
    priority: int = 0

    @property
    def heading(self) -> str:
        """What stands above the values, or in front of them."""
        return self.label or self.name.replace("-", " ").upper()

    def cell(self, item: T, now: datetime) -> Cell:
        """The value as people see it."""
        return self.pretty(item, now) if self.pretty else Cell(str(self.plain(item)))

    def cells(self, item: T, now: datetime) -> Sequence[Cell]:
        """The values as people see them, one a line."""
        return (self.each(item) if self.each else ()) or (self.cell(item, now),)


@value
class View(Generic[T]):
    """How one noun looks, in every format.

    Attributes:
        member: The list's name in JSON.
        columns: Every column there is, in the order in which they are shown.
        identity: What `--quiet` prints.
        raw: An item as JSON.
        shown: The columns shown unless others are named, where they are not all but the extra ones.
        text: Those of the text format, where they are others.
        is_lines: The text format is used on a terminal, too: it is to be copied.
        is_block: An item is a block, a heading and a value a line.
        is_one: JSON has the one item itself, not a list.
        lines: The text format, where it is no row for each item.
        json_line: An item as a line of JSON, where that is not left to Python's encoder.
        drawn: The table format, where it is none: lines of cells.
        is_stacked: An item is a block in tables only.
        hides_empty: Columns without any value are left out of tables.
        is_one_row: In a wide terminal, what leaves a row is left out, and a note says so; elsewhere
            it stands beneath the row.
    """

    member: str
    columns: tuple[Column[T], ...]
    identity: Callable[[T], str | Path]
    raw: Callable[[T], dict[str, Any]]
    shown: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    is_lines: bool = False
    is_block: bool = False
    is_one: bool = False
    lines: Callable[[Sequence[T]], Iterable[str]] | None = None
    json_line: Callable[[T], str] | None = None
    drawn: Callable[[Sequence[T]], Iterable[Sequence[Cell]]] | None = None
    is_stacked: bool = False
    hides_empty: bool = False
    is_one_row: bool = False

    def chosen(self, names: Sequence[str]) -> tuple[Column[T], ...]:
        """The columns of these names, in this order."""
        by_name = {column.name: column for column in self.columns}
        return tuple(by_name[name] for name in names)

    @property
    def standard(self) -> tuple[str, ...]:
        """The columns shown unless others are named."""
        return self.shown or tuple(each.name for each in self.columns if not each.is_extra)

    @property
    def names(self) -> tuple[str, ...]:
        """Every column's name."""
        return tuple(column.name for column in self.columns)


@value
class Result(Generic[T]):
    """What a verb found, ready to be shown in any format."""

    view: View[T]
    items: Sequence[T]
    errors: Sequence[LskeysError] = ()
    chosen: tuple[Column[T], ...] = ()

    @property
    def columns(self) -> tuple[Column[T], ...]:
        """The named columns, else the noun's standard ones."""
        return self.chosen or self.view.chosen(self.view.standard)

    @property
    def text_columns(self) -> tuple[Column[T], ...]:
        """The named columns, else the noun's ones for text."""
        return self.chosen or self.view.chosen(self.view.text or self.view.standard)

    @property
    def of_several_accounts(self) -> "Result[T]":
        """The same with whose account an item is in, in front, unless columns were named."""
        if self.chosen:
            return self
        standard = self.view.standard
        whose = [name for name in _WHOSE if name in self.view.names and name not in standard]
        return replace(self, view=replace(self.view, shown=(*whose, *standard), text=()))

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document."""
        raws = [self.view.raw(item) for item in self.items]
        return {
            self.view.member: raws[0] if self.view.is_one else raws,
            "errors": [raw_error(error) for error in self.errors],
            "schemaVersion": SCHEMA_VERSION,
        }


def json_text(value: object, *, indent: int | None = None) -> str:
    """JSON in printable ASCII: every other character is escaped, so nothing moves a terminal."""
    return json.dumps(value, indent=indent)


def raw_error(error: LskeysError) -> dict[str, Any]:
    """An error as JSON; one that sums up others has them in `errors`."""
    summed_up = {"errors": [raw_error(each) for each in error.failures]} if error.failures else {}
    return {
        "code": error.code,
        "message": error.whole_message,
        "hint": error.hint,
        "tip": error.tip,
        "docs": error.docs,
        "requestId": error.request_id,
        "region": error.region,
        "exitCode": int(error.exit_code),
        **summed_up,
    }
