"""Puts what was found on stdout, in the chosen format. Touches: the terminal."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from lskeys.cli.runtime.hints import with_account_options
from lskeys.cli.runtime.runtime import Runtime
from lskeys.errors import LskeysError, UsageError, several
from lskeys.model import Outcomes
from lskeys.output.formats import FORMATS, NAMES, Format, Screen
from lskeys.output.result import Result
from lskeys.text import one_line
from lskeys.values import replace

T = TypeVar("T")


def finish(run: Runtime, result: Result[Any], outcomes: Outcomes[Any], noun: str) -> None:
    """The end of a verb: show what was found if anything succeeded, then fail if anything failed.

    The errors are added to the result; the noun is what was tried, in the plural.

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
    if not (run.format and run.format.is_json):
        for error in unlike:
            run.terminal.error(error)
    if errors:
        raise several(errors, succeeded, noun)


def _completed(run: Runtime, errors: Iterable[LskeysError]) -> tuple[LskeysError, ...]:
    """Each error once, also one that several regions share, with whole commands in its hint."""
    return tuple(with_account_options(each, run.options) for each in dict.fromkeys(errors))


def check_output(run: Runtime) -> None:
    """Refuse a `--query` that is no JMESPath, or a `--null` that fits no format, up front.

    Raises:
        UsageError: It says what is wrong.
    """
    options = run.options
    if options.null and not options.quiet and run.format and not run.format.is_lines:
        raise UsageError(
            f"--null is for names and text, and the output is {run.format.name}",
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
    """Put what was found on stdout, in the chosen format.

    What TAB may know is remembered before: after its result a run must have nothing left to
    do, or one that is killed there would be repeated though all of it is done.
    """
    run.remember()
    result = _with_accounts(run, replace(result, errors=_completed(run, result.errors)))
    functions = _format(run, is_lines=result.view.is_lines).load()
    if run.options.query is not None:
        lines = functions.queried(_queried(result, run.options.query))
    else:
        lines = functions.lines(result, _screen(run))
    run.terminal.result(lines, end=_end(run))


def can_stream(run: Runtime) -> bool:
    """Whether items are shown as they come: lines do not depend on what is behind them."""
    return run.options.query is None and _format(run).load().pages is not None


def show_page(run: Runtime, lines: Iterable[str]) -> None:
    """Put the lines of one page on stdout, now."""
    run.terminal.write(lines, end=_end(run))
    run.terminal.flush()


def lines_of_pages(
    run: Runtime, result: Result[T], pages: Iterable[Sequence[T]]
) -> Iterator[Iterable[str]]:
    """The lines of each page, dressed as the result says, in a format that streams."""
    pages_of = _format(run).load().pages
    assert pages_of is not None
    return pages_of(_with_accounts(run, result), pages, _screen(run))


def _with_accounts(run: Runtime, result: Result[T]) -> Result[T]:
    return result.of_several_accounts if run.profiles else result


def _format(run: Runtime, *, is_lines: bool = False) -> Format:
    """The format that was chosen, else the one that stdout calls for."""
    if run.options.quiet and run.options.query is None:
        return NAMES
    is_table = run.terminal.shows_tables and not run.options.null and not is_lines
    return run.format or FORMATS["table" if is_table else "text"]


def _end(run: Runtime) -> str:
    return "\0" if run.options.null else "\n"


def _screen(run: Runtime) -> Screen:
    terminal = run.terminal
    return Screen(
        run.invocation.now(),
        terminal.width,
        terminal.colored,
        terminal.ascii_only,
        is_terminal=terminal.shows_tables,
        encoding=terminal.encoding,
        is_nul_ended=run.options.null,
        note=terminal.note,
    )


def _queried(result: Result[Any], expression: str) -> object:
    import jmespath

    try:
        return jmespath.search(expression, result.document)
    except (jmespath.exceptions.JMESPathError, RecursionError) as error:
        raise UsageError(
            f"--query failed: {one_line(str(error), limit=200)}",
            hint="to see what it is applied to: the same command with -o json",
        ) from None
