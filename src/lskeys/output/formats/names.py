"""Names alone, which `--quiet` prints. Pure."""

from collections.abc import Iterator
from typing import Any

from lskeys.output.formats import FormatFunctions, Screen
from lskeys.output.formats.pages import paged
from lskeys.output.formats.text import queried
from lskeys.output.result import Result


def lines(result: Result[Any], screen: Screen) -> Iterator[str]:
    """The name of each item."""
    for item in result.items:
        yield screen.spelled(result.view.identity(item))


FUNCTIONS = FormatFunctions(lines, queried, paged(lines))
