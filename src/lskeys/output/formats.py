"""text, csv, json and jsonl: what programs read, one line at a time. Pure."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lskeys.output.result import Result, json_text
from lskeys.text import printable

ABSENT = "-"
"""What text shows for no value, so that columns never shift."""

_TOGETHER = 100
"""Items that are made JSON at once."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def text(result: Result[Any]) -> Iterator[str]:
    """Tab-separated whole values, no header; of blocks, each value behind its column's name.

    A noun with a text of its own has that one.
    """
    if result.view.lines and not result.chosen:
        yield from (printable(line) for line in result.view.lines(result.items))
        return
    if result.view.is_block:
        yield from _blocks(result)
        return
    values = [column.plain for column in result.text_columns]
    for item in result.items:
        yield "\t".join([printable(value(item)) or ABSENT for value in values])


def _blocks(result: Result[Any]) -> Iterator[str]:
    for position, item in enumerate(result.items):
        if position:
            yield ""
        for column in result.text_columns:
            cells = column.each(item) if column.each else ()
            for value in [cell.text for cell in cells] or [column.plain(item)]:
                yield f"{column.name}\t{printable(value) or ABSENT}"


def comma_separated(result: Result[Any]) -> Iterator[str]:
    """CSV with a header; a value that a spreadsheet would compute gets an apostrophe before it."""
    yield _csv_line([column.name for column in result.columns])
    yield from _csv_rows(result)


def _csv_rows(result: Result[Any]) -> Iterator[str]:
    values = [column.plain for column in result.columns]
    for item in result.items:
        yield _csv_line([_inert(printable(value(item))) for value in values])


def json_document(result: Result[Any]) -> Iterator[str]:
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


def json_lines(result: Result[Any]) -> Iterator[str]:
    """One item a line."""
    for item in result.items:
        yield json_text(result.view.raw(item))


def names(result: Result[Any]) -> Iterator[str]:
    """What `--quiet` prints."""
    for item in result.items:
        yield printable(result.view.identity(item))


FORMATS: Mapping[str, Callable[[Result[Any]], Iterator[str]]] = {
    "text": text,
    "csv": comma_separated,
    "json": json_document,
    "jsonl": json_lines,
}


Pages = Callable[[Result[Any], Iterable[Sequence[Any]]], Iterator[Iterable[str]]]


def _paged(rows: Callable[[Result[Any]], Iterator[str]]) -> Pages:
    def lines(result: Result[Any], pages: Iterable[Sequence[Any]]) -> Iterator[Iterable[str]]:
        for page in pages:
            yield rows(replace(result, items=page))

    return lines


def _csv_pages(result: Result[Any], pages: Iterable[Sequence[Any]]) -> Iterator[Iterable[str]]:
    """The header comes with the first page: where there is none, nothing is known."""
    for number, page in enumerate(pages):
        rows = comma_separated if number == 0 else _csv_rows
        yield rows(replace(result, items=page))


pages_of_names = _paged(names)

PAGES: Mapping[str, Pages] = {
    "text": _paged(text),
    "csv": _csv_pages,
    "jsonl": _paged(json_lines),
}
"""The formats that show items as they come, the lines of a page at a time."""


def queried_text(result: object) -> Iterator[str]:
    """The result of a `--query`, laid out as the AWS CLI's text output does it.

    A list of values is a line, an object a line of its values in the order of their names; what
    is in neither follows, each line of it behind the name of the member it is in.
    """
    yield from _laid_out(result, ())


def _laid_out(value: object, member: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _object(value, _simple_members([value]), member)
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        names = _simple_members([each for each in value if isinstance(each, dict)])
        for each in value:
            is_object = isinstance(each, dict)
            yield from _object(each, names, member) if is_object else _laid_out(each, member)
    elif isinstance(value, list):
        yield from _list(value, member)
    else:
        yield _scalar(value)


def _object(
    value: Mapping[str, Any], names: Sequence[str], member: tuple[str, ...]
) -> Iterator[str]:
    """The values of these members on a line, then what is in the others."""
    if names:
        yield "\t".join((*member, *(_scalar(value.get(name, "")) for name in names)))
    for name in sorted(value.keys() - set(names)):
        yield from _laid_out(value[name], (name.upper(),))


def _list(value: Sequence[Any], member: tuple[str, ...]) -> Iterator[str]:
    """The simple values, on a line or each on one behind the member's name; then the lists."""
    simple = [_scalar(each) for each in value if not isinstance(each, list)]
    if member:
        yield from ("\t".join((*member, each)) for each in simple)
    elif simple:
        yield "\t".join(simple)
    for each in value:
        if isinstance(each, list):
            yield from _laid_out(each, member)


def _simple_members(objects: Sequence[Mapping[str, Any]]) -> list[str]:
    """The members that hold a simple value in any of these objects, by name."""
    return sorted(
        {
            name
            for each in objects
            for name, value in each.items()
            if not isinstance(value, (list, dict))
        }
    )


def queried_csv(result: object) -> Iterator[str]:
    """The result of a `--query` as CSV rows, without a header: a query has no column names."""
    rows = result if isinstance(result, list) else [result]
    for row in rows:
        yield _csv_line([_inert(_scalar(value)) for value in _values(row)])


def queried_json(result: object) -> Iterator[str]:
    """The result of a `--query` as one document."""
    yield json_text(result, indent=4)


def queried_json_lines(result: object) -> Iterator[str]:
    """The result of a `--query`, one element a line."""
    for each in result if isinstance(result, list) else [result]:
        yield json_text(each)


QUERIED: Mapping[str, Callable[[object], Iterator[str]]] = {
    "text": queried_text,
    "csv": queried_csv,
    "json": queried_json,
    "jsonl": queried_json_lines,
    "table": queried_json,
}


def _values(row: object) -> list[Any]:
    if isinstance(row, dict):
        return [row[key] for key in sorted(row)]
    return row if isinstance(row, list) else [row]


def _scalar(value: object) -> str:
    if isinstance(value, (list, dict)):
        return json_text(value)
    return printable(str(value))


def _inert(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


class _Echo:
    """A file that hands back what is written to it, which is what `writerow` then returns."""

    def write(self, line: str) -> str:
        """The line."""
        return line


_csv_line: Callable[[list[str]], str] = csv.writer(_Echo(), lineterminator="").writerow
