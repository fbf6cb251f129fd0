"""csv: what spreadsheets read, with a header and nothing that they would compute. Pure."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from lskeys.output.formats import FormatFunctions, Screen
from lskeys.output.formats.text import scalar
from lskeys.output.result import Result
from lskeys.text import printable_each
from lskeys.values import replace

_FORMULA = frozenset("=+-@\t\r")
"""What a value begins with that a spreadsheet would compute."""


def lines(result: Result[Any], _: Screen) -> Iterator[str]:
    """CSV with a header; a value that a spreadsheet would compute gets an apostrophe before it."""
    yield _csv_line([column.name for column in result.columns])
    yield from _csv_rows(result)


def _csv_rows(result: Result[Any]) -> Iterator[str]:
    values = [column.plain for column in result.columns]
    for item in result.items:
        yield _csv_line(_inert(printable_each([str(value(item)) for value in values])))


def pages(
    result: Result[Any], every: Iterable[Sequence[Any]], screen: Screen
) -> Iterator[Iterable[str]]:
    """The header comes with the first page: where there is none, nothing is known."""
    for number, page in enumerate(every):
        of_page = replace(result, items=page)
        yield lines(of_page, screen) if number == 0 else _csv_rows(of_page)


def queried(result: object) -> Iterator[str]:
    """The result of a `--query` as CSV rows, without a header: a query has no column names."""
    rows = result if isinstance(result, list) else [result]
    for row in rows:
        yield _csv_line(_inert([scalar(value) for value in _values(row)]))


def _values(row: object) -> list[Any]:
    if isinstance(row, dict):
        return [row[key] for key in sorted(row)]
    return row if isinstance(row, list) else [row]


def _inert(row: Sequence[str]) -> Sequence[str]:
    if _FORMULA.isdisjoint([value[:1] for value in row]):
        return row
    return [f"'{value}" if value[:1] in _FORMULA else value for value in row]


class _Echo:
    """A file that hands back what is written to it, which is what `writerow` then returns."""

    def write(self, line: str) -> str:
        """The line."""
        return line


_csv_line: Callable[[Sequence[str]], str] = csv.writer(_Echo(), lineterminator="").writerow

FUNCTIONS = FormatFunctions(lines, queried, pages)
