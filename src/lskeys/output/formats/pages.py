"""Items shown as they come, where the lines of an item depend on no other. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from lskeys.output.formats import Pages, Screen
from lskeys.output.result import Result
from lskeys.values import replace


def paged(lines: Callable[[Result[Any], Screen], Iterator[str]]) -> Pages:
    """The lines of each page, of what makes lines of items."""

    def pages(
        result: Result[Any], every: Iterable[Sequence[Any]], screen: Screen
    ) -> Iterator[Iterable[str]]:
        for page in every:
            yield lines(replace(result, items=page), screen)

    return pages
