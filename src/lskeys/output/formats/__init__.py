"""The output formats: one file and one entry each, loaded when it is chosen. Pure."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from lskeys.config.setting import Setting
from lskeys.errors import SetupError
from lskeys.output.result import Result
from lskeys.text import did_you_mean, one_line, printable, printable_each
from lskeys.values import value

_BREAKS = re.compile(r"[\n\r\t]")
"""What begins another line or field."""


@value
class Screen:
    """What the result is shown on: a terminal so wide, with or without styles, or a program.

    `note` shows a line next to the result.
    """

    now: datetime
    width: int
    is_colored: bool
    is_ascii: bool
    is_terminal: bool = True
    encoding: str = "utf-8"
    is_nul_ended: bool = False
    note: Callable[[str], None] = lambda _: None

    def spelled(self, value: str | Path) -> str:
        """A value for a line: harmless text, but the very bytes of a path for a program.

        Bytes that the encoding cannot express are surrogates, as in Python's names of files.
        """
        if self.is_terminal or not isinstance(value, Path):
            return printable(str(value))
        path = os.fsencode(value).decode(self.encoding, "surrogateescape")
        return path if self.is_nul_ended else _BREAKS.sub(lambda found: printable(found[0]), path)

    def spelled_each(self, values: Sequence[str | Path]) -> Sequence[str]:
        """Several values, each spelled so."""
        try:
            return printable_each(values)  # type: ignore[arg-type]  # few are paths
        except TypeError:
            return [self.spelled(value) for value in values]


Pages = Callable[[Result[Any], Iterable[Sequence[Any]], Screen], Iterator[Iterable[str]]]


@value
class FormatFunctions:
    """What a format's file has under the name `FUNCTIONS`.

    Attributes:
        queried: The lines of what a `--query` picked.
        pages: The lines of each page of items as it comes; None where lines depend on later ones.
    """

    lines: Callable[[Result[Any], Screen], Iterator[str]]
    queried: Callable[[object], Iterator[str]]
    pages: Pages | None = None


@value
class Format:
    """An output format.

    Attributes:
        help: What it looks like.
        module: Its file in this directory.
        is_json: Whether errors are JSON, too.
        is_lines: Whether each line is a value that may end with NUL instead.
    """

    name: str
    help: str
    module: str
    is_json: bool = False
    is_lines: bool = False

    def load(self) -> FormatFunctions:
        """Its functions; the file of no other format is read."""
        functions: FormatFunctions = import_module(f"{__name__}.{self.module}").FUNCTIONS
        return functions


_EVERY = (
    Format("table", "for people: aligned, dates with ages, the default key pair marked", "table"),
    Format(
        "text",
        "tab-separated, whole values, no header; - if empty; times in RFC 3339 UTC",
        "text",
        is_lines=True,
    ),
    Format(
        "csv",
        "with a header; values that look like formulas get a leading apostrophe",
        "comma_separated",
    ),
    Format(
        "json",
        "one document in the shape of the AWS CLI's, with additional members",
        "json_document",
        is_json=True,
    ),
    Format("jsonl", "one JSON object per line", "json_lines", is_json=True),
)
FORMATS: Mapping[str, Format] = {each.name: each for each in _EVERY}
NAMES = Format("names", "what --quiet prints", "names", is_lines=True)


def chosen(setting: Setting[str | None]) -> Format | None:
    """The format that a setting chooses; None where it chooses none.

    Raises:
        SetupError: There is no format of that name.
    """
    if setting.value is None or setting.value in FORMATS:
        return FORMATS.get(setting.value or "")
    raise SetupError(
        f"{one_line(setting.value)} (from {setting.origin}) is none of {', '.join(FORMATS)}",
        hint=did_you_mean(setting.value, FORMATS),
    )
