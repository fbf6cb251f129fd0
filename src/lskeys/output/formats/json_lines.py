"""jsonl: a JSON object a line. Pure."""

from collections.abc import Iterator
from typing import Any

from lskeys.output.formats import FormatFunctions, Screen
from lskeys.output.formats.pages import paged
from lskeys.output.result import Result, json_text


def lines(result: Result[Any], _: Screen) -> Iterator[str]:
    """One item a line."""
    raw = result.view.raw
    return map(result.view.json_line or (lambda item: json_text(raw(item))), result.items)


def queried(result: object) -> Iterator[str]:
    """The result of a `--query`, one element a line."""
    for each in result if isinstance(result, list) else [result]:
        yield json_text(each)


FUNCTIONS = FormatFunctions(lines, queried, paged(lines))
