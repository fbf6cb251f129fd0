"""Puts what was found on stdout, in the format that was asked for. Touches: the terminal."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from lskeys.cli.runtime.invocation import SharedOptions
from lskeys.errors import UsageError
from lskeys.output.result import Result
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


def check_null(options: SharedOptions, output: str | None) -> None:
    """Refuse `--null` for what is no list of lines.

    Raises:
        UsageError: The format has an end of its own.
    """
    if options.null and not options.quiet and output not in {None, "text"}:
        raise UsageError(
            f"--null is for names and text, and the output is {output}",
            hint="add -q for the names, or -o text",
        )


def show(
    result: Result[Any],
    terminal: Terminal,
    options: SharedOptions,
    *,
    output: str | None,
    now: datetime,
) -> None:
    """Write a sheet in a format; None chooses by what stdout is."""
    from lskeys.output import formats

    is_table = _prefers_tables(terminal, options) and not result.view.is_lines
    output = output or ("table" if is_table else "text")
    end = _end(options)
    if options.query is not None:
        terminal.result(formats.QUERIED[output](_queried(result, options.query)), end=end)
    elif options.quiet:
        terminal.result(formats.names(result), end=end)
    elif output in formats.FORMATS:
        terminal.result(formats.FORMATS[output](result), end=end)
    else:
        _draw(result, terminal, now)


def streams(terminal: Terminal, options: SharedOptions, *, output: str | None) -> bool:
    """Whether items are shown as they come: lines do not depend on what is behind them."""
    from lskeys.output import formats

    output = output or ("table" if _prefers_tables(terminal, options) else "text")
    return options.query is None and (options.quiet or output in formats.PAGES)


def show_pages(
    result: Result[Any],
    pages: Iterable[Sequence[Any]],
    terminal: Terminal,
    options: SharedOptions,
    *,
    output: str | None,
) -> None:
    """Write pages of items as they come, dressed as the sheet says."""
    from lskeys.output import formats

    lines = formats.pages_of_names if options.quiet else formats.PAGES[output or "text"]
    terminal.result_in_pages(lines(result, pages), end=_end(options))


def _prefers_tables(terminal: Terminal, options: SharedOptions) -> bool:
    return terminal.shows_tables and not options.null


def _end(options: SharedOptions) -> str:
    return "\0" if options.null else "\n"


def _draw(result: Result[Any], terminal: Terminal, now: datetime) -> None:
    from lskeys.output.table import table

    terminal.result(
        table(
            result,
            now,
            width=terminal.width,
            colored=terminal.colored,
            ascii_only=terminal.ascii_only,
        )
    )


def _queried(result: Result[Any], expression: str) -> object:
    import jmespath

    try:
        return jmespath.search(expression, result.document)
    except (jmespath.exceptions.JMESPathError, RecursionError) as error:
        raise UsageError(f"--query failed: {one_line(str(error), limit=200)}") from None
