"""json: one document in the shape of the AWS CLI's own output. Pure."""

from collections.abc import Iterator
from typing import Any

from lskeys.output.formats import FormatFunctions, Screen
from lskeys.output.result import Result, json_text
from lskeys.values import replace

_TOGETHER = 100
"""Items that are made JSON together."""


def lines(result: Result[Any], _: Screen) -> Iterator[str]:
    """One document, put together from the texts of a few items at a time.

    All items of a long list as objects, and the pieces that Python's encoder makes of them, would
    take more memory than everything else.
    """
    if result.view.is_one or not result.items:
        yield json_text(result.document, indent=4)
        return
    before, behind = json_text(replace(result, items=()).document, indent=4).split("[]", 1)
    yield f"{before}["
    for first in range(0, len(result.items), _TOGETHER):
        following = first + _TOGETHER
        raws = [result.view.raw(item) for item in result.items[first:following]]
        # Between the brackets, a level deeper; a text in JSON has no line break of its own.
        deeper = json_text(raws, indent=4)[1:-2].replace("\n", "\n    ")[1:]
        yield deeper + ("," if following < len(result.items) else "")
    yield f"    ]{behind}"


def queried(result: object) -> Iterator[str]:
    """The result of a `--query` as one document."""
    yield json_text(result, indent=4)


FUNCTIONS = FormatFunctions(lines, queried)
