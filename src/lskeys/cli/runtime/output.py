"""Puts what was found on stdout, in the format that was asked for. Touches: the terminal."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from lskeys.cli.runtime.launch import Asked
from lskeys.errors import UsageError
from lskeys.output.result import Sheet
from lskeys.output.terminal import Terminal
from lskeys.text import one_line


def check_query(expression: str) -> None:
    """Refuse a `--query` that is no JMESPath.

    Raises:
        UsageError: It says where it is wrong.
    """
    import jmespath

    try:
        jmespath.compile(expression)
    except (jmespath.exceptions.JMESPathError, ValueError, RecursionError) as error:
        raise UsageError(
            f"--query is not JMESPath: {one_line(str(error), limit=200)}",
            hint="try --query 'keyPairs[].name'",
        ) from None


def check_null(asked: Asked, output: str | None) -> None:
    """Refuse `--null` for what is no list of lines.

    Raises:
        UsageError: The format has an end of its own.
    """
    if asked.null and not asked.quiet and output not in {None, "text"}:
        raise UsageError(
            f"--null is for names and text, and the output is {output}",
            hint="add -q for the names, or -o text",
        )


def show(
    sheet: Sheet[Any], terminal: Terminal, asked: Asked, *, output: str | None, now: datetime
) -> None:
    """Write a sheet in a format; None chooses by what stdout is."""
    from lskeys.output import formats as plain

    is_table = _prefers_tables(terminal, asked) and not sheet.view.is_lines
    output = output or ("table" if is_table else "text")
    end = _end(asked)
    if asked.query is not None:
        terminal.result(plain.QUERIED[output](_queried(sheet, asked.query)), end=end)
    elif asked.quiet:
        terminal.result(plain.names(sheet), end=end)
    elif output in plain.FORMATS:
        terminal.result(plain.FORMATS[output](sheet), end=end)
    else:
        _draw(sheet, terminal, now)


def streams(terminal: Terminal, asked: Asked, *, output: str | None) -> bool:
    """Whether items are shown as they come: lines do not depend on what is behind them."""
    from lskeys.output import formats as plain

    output = output or ("table" if _prefers_tables(terminal, asked) else "text")
    return asked.query is None and (asked.quiet or output in plain.PAGES)


def show_pages(
    sheet: Sheet[Any],
    pages: Iterable[Sequence[Any]],
    terminal: Terminal,
    asked: Asked,
    *,
    output: str | None,
) -> None:
    """Write pages of items as they come, dressed as the sheet says."""
    from lskeys.output import formats as plain

    lines = plain.pages_of_names if asked.quiet else plain.PAGES[output or "text"]
    terminal.result_in_pages(lines(sheet, pages), end=_end(asked))


def _prefers_tables(terminal: Terminal, asked: Asked) -> bool:
    return terminal.shows_tables and not asked.null


def _end(asked: Asked) -> str:
    return "\0" if asked.null else "\n"


def _draw(sheet: Sheet[Any], terminal: Terminal, now: datetime) -> None:
    from lskeys.output.table import table

    terminal.result(
        table(
            sheet,
            now,
            width=terminal.width,
            colored=terminal.colored,
            ascii_only=terminal.ascii_only,
        )
    )


def _queried(sheet: Sheet[Any], expression: str) -> object:
    import jmespath

    try:
        return jmespath.search(expression, sheet.document)
    except (jmespath.exceptions.JMESPathError, RecursionError) as error:
        raise UsageError(f"--query failed: {one_line(str(error), limit=200)}") from None
