"""Puts what was found on stdout, in the format that was asked for. Touches: the terminal."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from lskeys.cli.runtime.hints import completed
from lskeys.cli.runtime.runtime import Runtime
from lskeys.errors import LskeysError, UsageError, several
from lskeys.model import Outcomes
from lskeys.output.result import Result
from lskeys.text import one_line

T = TypeVar("T")


def finish(run: Runtime, result: Result[Any], outcomes: Outcomes[Any], noun: str) -> None:
    """The end of a verb: show what was found if anything succeeded, then fail if anything failed.

    Args:
        run: The tools.
        result: What to show; the errors are added here.
        outcomes: What came of each try.
        noun: What was tried, in the plural.

    Raises:
        LskeysError: What sums up the failures; each was shown.
    """
    if outcomes.values:
        show(run, replace(result, errors=outcomes.errors))
    fail(run, outcomes.errors, len(outcomes.values), noun)


def fail(run: Runtime, errors: Sequence[LskeysError], succeeded: int, noun: str) -> None:
    """Raise what sums up the errors, after showing each once; nothing for none."""
    unlike = _completed(run, errors)
    if len(unlike) == 1 and not succeeded:  # such as credentials, wanted by every region
        raise unlike[0]
    if run.settings.output.value not in {"json", "jsonl"}:
        for error in unlike:
            run.terminal.error(error)
    if errors:
        raise several([completed(each, run.options) for each in errors], succeeded, noun)


def _completed(run: Runtime, errors: Iterable[LskeysError]) -> tuple[LskeysError, ...]:
    """Each error once, also one that several regions share, with whole commands in its hint."""
    return tuple(completed(each, run.options) for each in dict.fromkeys(errors))


def check_output(run: Runtime) -> None:
    """Refuse a `--query` that is no JMESPath, or a `--null` that fits no format, up front.

    Raises:
        UsageError: It says what is wrong.
    """
    options = run.options
    if options.null and not options.quiet and run.settings.output.value not in {None, "text"}:
        raise UsageError(
            f"--null is for names and text, and the output is {run.settings.output.value}",
            hint="add -q for the names, or -o text",
        )
    if options.query is not None:
        _check_query(options.query)


def _check_query(expression: str) -> None:
    import jmespath

    try:
        jmespath.compile(expression)
    except (jmespath.exceptions.JMESPathError, ValueError, RecursionError) as error:
        raise UsageError(
            f"--query is not JMESPath: {one_line(str(error), limit=200)}",
            hint="try --query 'keyPairs[].name'",
        ) from None


def show(run: Runtime, result: Result[Any]) -> None:
    """Put what was found on stdout, in the format that was asked for.

    What TAB may know is remembered before: after its result a run must have nothing left to
    do, or one that is killed there would be repeated though all of it is done.
    """
    from lskeys.output import formats

    run.remember()
    result = _told_apart(run, replace(result, errors=_completed(run, result.errors)))
    is_table = _prefers_tables(run) and not result.view.is_lines
    output = run.settings.output.value or ("table" if is_table else "text")
    lines: Iterable[str]
    if run.options.query is not None:
        lines = formats.QUERIED[output](_queried(result, run.options.query))
    elif run.options.quiet:
        lines = formats.names(result)
    elif output in formats.FORMATS:
        lines = formats.FORMATS[output](result)
    else:
        lines = _drawn(run, result)
    run.terminal.result(lines, end=_end(run))


def streams(run: Runtime) -> bool:
    """Whether items are shown as they come: lines do not depend on what is behind them."""
    from lskeys.output import formats

    output = run.settings.output.value or ("table" if _prefers_tables(run) else "text")
    return run.options.query is None and (run.options.quiet or output in formats.PAGES)


def show_page(run: Runtime, lines: Iterable[str]) -> None:
    """Put the lines of one page on stdout, now."""
    run.terminal.write(lines, end=_end(run))
    run.terminal.flush()


def lines_of_pages(
    run: Runtime, result: Result[T], pages: Iterable[Sequence[T]]
) -> Iterator[Iterable[str]]:
    """The lines of each page, dressed as the result says, in a format that streams."""
    from lskeys.output import formats

    output = run.settings.output.value or "text"
    lines = formats.pages_of_names if run.options.quiet else formats.PAGES[output]
    return lines(_told_apart(run, result), pages)


def _told_apart(run: Runtime, result: Result[T]) -> Result[T]:
    return result.of_several_accounts if run.profiles else result


def _prefers_tables(run: Runtime) -> bool:
    return run.terminal.shows_tables and not run.options.null


def _end(run: Runtime) -> str:
    return "\0" if run.options.null else "\n"


def _drawn(run: Runtime, result: Result[Any]) -> Iterable[str]:
    from lskeys.output.table import table

    terminal = run.terminal
    return table(
        result,
        run.invocation.now(),
        width=terminal.width,
        colored=terminal.colored,
        ascii_only=terminal.ascii_only,
    )


def _queried(result: Result[Any], expression: str) -> object:
    import jmespath

    try:
        return jmespath.search(expression, result.document)
    except (jmespath.exceptions.JMESPathError, RecursionError) as error:
        raise UsageError(f"--query failed: {one_line(str(error), limit=200)}") from None
