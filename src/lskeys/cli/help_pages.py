"""Help pages as text of 80 columns: commands and examples first, shared options in a line. Pure."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from lskeys.cli.parameters import Argument, Option

WIDTH = 80

_GAP = 2
_OWN = "Options"
"""The panel of the options that only one command has."""


def of_command(
    usage: str, text: str, parameters: Iterable[Option | Argument], examples: Sequence[str]
) -> Iterator[str]:
    """A command's page: purpose, what it takes, shared options in a line, examples."""
    known = [*parameters]
    yield f"Usage: {usage}"
    for paragraph in text.split("\n\n"):
        if not paragraph.startswith("* "):
            yield ""
        yield from _wrapped(paragraph, "  " if paragraph.startswith("* ") else "")
    own = [each for each in known if isinstance(each, Argument) or each.panel == _OWN]
    if own:
        yield ""
        yield from rows(
            (each.spelled if isinstance(each, Option) else each.metavar, each.help) for each in own
        )
    options = [each for each in known if isinstance(each, Option) and each not in own]
    shared = [flag for each in options for flag in each.flags if not flag.startswith("--")]
    if shared:
        yield ""
        yield f"Shared options: {', '.join(shared)}; see lskeys help options"
    yield from _examples(examples)


def of_group(
    usage: str, text: str, commands: Iterable[tuple[str, str]], examples: Sequence[str]
) -> Iterator[str]:
    """The page of a command that has commands."""
    yield from (f"Usage: {usage}", "", text, "")
    yield from rows(commands)
    yield from _examples(examples)


def of_program(
    text: str, commands: Iterable[tuple[str, str]], others: Iterable[str], examples: Sequence[str]
) -> Iterator[str]:
    """The first page: what the program is, its commands, three examples, where there is more."""
    yield from (text, "")
    yield from rows((word, _short(summary)) for word, summary in commands)
    yield from _wrapped(f"Also: {', '.join(others)}", "  ")
    yield from _examples(examples)
    yield "See lskeys help COMMAND, and lskeys help options for shared options."


def rows(terms: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Terms in one column, what they mean in the next, folded."""
    every = [*terms]
    indent = min(max(len(term) for term, _ in every), 30) + 2 * _GAP
    for term, meaning in every:
        lead = f"  {term}".ljust(indent)
        if len(lead) > indent:
            yield lead.rstrip()
            lead = " " * indent
        yield from _wrapped(meaning, " " * indent, lead) or [lead.rstrip()]


def _short(summary: str) -> str:
    """The beginning of a summary, up to its details."""
    return summary.rstrip(".").partition(";")[0].partition(":")[0].partition(",")[0]


def _examples(examples: Sequence[str]) -> Iterator[str]:
    if examples:
        yield from ("", "Examples:", *(f"  $ {each}" for each in examples))


def _wrapped(text: str, indent: str, lead: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent if lead is None else lead,
        subsequent_indent=indent + ("  " if text.startswith("* ") else ""),
        break_on_hyphens=False,
        break_long_words=False,
    )
