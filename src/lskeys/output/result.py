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
"""Of the JSON documents; raised when a member changes its meaning or goes away."""

_WHOSE = ("profile", "account")
"""Columns that tell accounts apart: the profile that opens one, and its number where it shows."""


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
    """One column: the word for `--columns`, the heading, and the value in its two dresses.

    A path stays one: programs get its bytes, people what is safe to show. `sort` orders by
    something else than the plain text; `folds` lets a table break long values; `stays` keeps a
    column in a table that has no room for others; `each` is for what
    has several values, shown one a line where an item is a block.
    """

    name: str
    heading: str
    plain: Callable[[T], str | Path]
    pretty: Callable[[T, datetime], Cell] | None = None
    sort: Callable[[T], Any] | None = None
    folds: bool = False
    stays: bool = False
    each: Callable[[T], Sequence[Cell]] | None = None

    def cell(self, item: T, now: datetime) -> Cell:
        """The value as people see it."""
        return self.pretty(item, now) if self.pretty else Cell(str(self.plain(item)))

    def cells(self, item: T, now: datetime) -> Sequence[Cell]:
        """The values as people see them, one a line."""
        return (self.each(item) if self.each else ()) or (self.cell(item, now),)


@value
class View(Generic[T]):
    """How one noun looks, in every format.

    `member` is the list's name in JSON, `standard` the columns shown unless asked otherwise, `text`
    those of the text format where they are others, `identity` what `--quiet` prints. `is_lines`
    keeps the text format on a terminal, too: what is printed there is to be copied. `is_block`
    shows an item as a block, a heading and a value a line; `is_one` puts the one item itself, not
    a list, into JSON. `lines` is the text format where it is no row for each item.
    `drawn` is the table format where it is none: cells in parallel. `is_stacked` shows each item as
    a block in tables only; `hides_empty` leaves columns without any value out of tables.
    """

    member: str
    columns: tuple[Column[T], ...]
    standard: tuple[str, ...]
    identity: Callable[[T], str | Path]
    raw: Callable[[T], dict[str, Any]]
    text: tuple[str, ...] = ()
    is_lines: bool = False
    is_block: bool = False
    is_one: bool = False
    lines: Callable[[Sequence[T]], Iterable[str]] | None = None
    drawn: Callable[[Sequence[T]], Iterable[Sequence[Cell]]] | None = None
    is_stacked: bool = False
    hides_empty: bool = False

    def chosen(self, names: Sequence[str]) -> tuple[Column[T], ...]:
        """The columns of these names, in this order."""
        by_name = {column.name: column for column in self.columns}
        return tuple(by_name[name] for name in names)

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
        """The columns asked for, else the noun's standard ones."""
        return self.chosen or self.view.chosen(self.view.standard)

    @property
    def text_columns(self) -> tuple[Column[T], ...]:
        """The columns asked for, else the noun's ones for text."""
        return self.chosen or self.view.chosen(self.view.text or self.view.standard)

    @property
    def of_several_accounts(self) -> "Result[T]":
        """The same with whose account an item is in, in front, unless columns were asked for."""
        if self.chosen:
            return self
        standard = self.view.standard
        whose = [name for name in _WHOSE if name in self.view.names and name not in standard]
        return replace(self, chosen=self.view.chosen([*whose, *standard]))

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
