"""What a verb found, ready to be shown in any format: columns, cells, documents. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any, Generic, TypeVar

from lskeys.errors import LskeysError

T = TypeVar("T")

SCHEMA_VERSION = 1
"""Of the JSON documents; raised when a member changes its meaning or goes away."""


class Tone(Enum):
    """What a cell is to the eye; never the only bearer of a meaning."""

    PLAIN = auto()
    STRONG = auto()
    FAINT = auto()
    GOOD = auto()
    BAD = auto()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell for people."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column: the word for `--columns`, the heading, and the value in its two dresses.

    `sort` orders by something else than the plain text; `folds` lets a table break long values.
    """

    name: str
    heading: str
    plain: Callable[[T], str]
    pretty: Callable[[T, datetime], Cell] | None = None
    sort: Callable[[T], Any] | None = None
    folds: bool = False

    def cell(self, item: T, now: datetime) -> Cell:
        """The value as people see it."""
        return self.pretty(item, now) if self.pretty else Cell(self.plain(item))


@dataclass(frozen=True, slots=True)
class View(Generic[T]):
    """How one noun looks, in every format.

    `member` is the list's name in JSON, `standard` the columns shown unless asked otherwise, `text`
    those of the text format where they are others, `identity` what `--quiet` prints. `is_lines`
    keeps the text format on a terminal, too: what is printed there is to be copied.
    """

    member: str
    columns: tuple[Column[T], ...]
    standard: tuple[str, ...]
    identity: Callable[[T], str]
    raw: Callable[[T], dict[str, Any]]
    text: tuple[str, ...] = ()
    is_lines: bool = False

    def chosen(self, names: Sequence[str]) -> tuple[Column[T], ...]:
        """The columns of these names, in this order."""
        by_name = {column.name: column for column in self.columns}
        return tuple(by_name[name] for name in names)

    @property
    def names(self) -> tuple[str, ...]:
        """Every column's name."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class Sheet(Generic[T]):
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
    def document(self) -> dict[str, Any]:
        """The one JSON document."""
        return {
            self.view.member: [self.view.raw(item) for item in self.items],
            "errors": [raw_error(error) for error in self.errors],
            "schemaVersion": SCHEMA_VERSION,
        }


def raw_error(error: LskeysError) -> dict[str, Any]:
    """An error as JSON."""
    return {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "tip": error.tip,
        "docs": error.docs,
        "requestId": error.request_id,
        "region": error.region,
        "exitCode": int(error.exit_code),
    }
