"""text: what scripts read line by line, tab-separated whole values. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lskeys.output.formats import FormatFunctions, Screen
from lskeys.output.formats.pages import paged
from lskeys.output.result import Result, json_text
from lskeys.text import printable

ABSENT = "-"
"""What text shows for no value, so that columns never shift."""


def lines(result: Result[Any], screen: Screen) -> Iterator[str]:
    """Tab-separated whole values, no header; of blocks, each value behind its column's name.

    A noun with a text of its own has that one.
    """
    if result.view.lines and not result.chosen:
        yield from (printable(line) for line in result.view.lines(result.items))
        return
    if result.view.is_block:
        yield from _blocks(result, screen)
        return
    values = [column.plain for column in result.text_columns]
    for item in result.items:
        row = screen.spelled_each([value(item) for value in values])
        yield "\t".join([each or ABSENT for each in row])


def _blocks(result: Result[Any], screen: Screen) -> Iterator[str]:
    for position, item in enumerate(result.items):
        if position:
            yield ""
        for column in result.text_columns:
            cells = column.each(item) if column.each else ()
            values: list[str | Path] = [cell.text for cell in cells]
            for value in values or [column.plain(item)]:
                yield f"{column.name}\t{screen.spelled(value) or ABSENT}"


def queried(result: object) -> Iterator[str]:
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
        yield scalar(value)


def _object(
    value: Mapping[str, Any], names: Sequence[str], member: tuple[str, ...]
) -> Iterator[str]:
    """The values of these members on a line, then what is in the others."""
    if names:
        yield "\t".join((*member, *(scalar(value.get(name, "")) for name in names)))
    for name in sorted(value.keys() - set(names)):
        yield from _laid_out(value[name], (name.upper(),))


def _list(value: Sequence[Any], member: tuple[str, ...]) -> Iterator[str]:
    """The simple values, on a line or each on one behind the member's name; then the lists."""
    simple = [scalar(each) for each in value if not isinstance(each, list)]
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


def scalar(value: object) -> str:
    """A value on its own, as the AWS CLI's text output spells it."""
    if isinstance(value, (list, dict)):
        return json_text(value)
    return printable(str(value))


FUNCTIONS = FormatFunctions(lines, queried, paged(lines))
