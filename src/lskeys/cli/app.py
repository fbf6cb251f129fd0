"""The program: a command line in, an exit code out. Touches: what its verbs touch."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import typer

from lskeys.cli import commands, help_pages, suggestions
from lskeys.cli.commands import command
from lskeys.cli.options import READ_OPTIONS, GlobalValues, parameters
from lskeys.cli.parsing import SuggestingGroup, command_of, long_options, misuse, plain_typer
from lskeys.cli.runtime import Invocation, local_errors
from lskeys.errors import ExitCode, InterruptedByUserError, LskeysError, ReaderGoneError, UsageError
from lskeys.output.formats import FORMATS
from lskeys.output.terminal import Terminal
from lskeys.text import did_you_mean


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run one command line; every failure is reported on stderr, and its exit code returned."""
    terminal = Terminal(
        invocation.stdin,
        invocation.stdout,
        invocation.stderr,
        invocation.environ,
        json_errors=_wants_json(arguments, invocation.environ),
    )
    outcome = _attempt(arguments, invocation)
    failed, code = (outcome, 0) if isinstance(outcome, LskeysError) else (None, outcome)
    if failed is not None:
        terminal.error(failed)
    lost = terminal.close()
    if lost is not None and failed is None:
        terminal.error(lost)
        failed = lost
    return int(failed.exit_code) if failed else code


def _attempt(arguments: Sequence[str], invocation: Invocation) -> LskeysError | int:
    """What ended the run: an error, or the exit code of the command that it ran, if any."""
    try:
        _refuse_private_keys(arguments)
        code = _program()(
            args=list(arguments),
            prog_name="lskeys",
            standalone_mode=False,
            obj=GlobalValues(invocation, {}),
        )
    except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001  the outermost function
        return _as_error(error, arguments)
    # Typer turns Ctrl-C into this number.
    return InterruptedByUserError("interrupted") if code == ExitCode.INTERRUPTED else code or 0


def _refuse_private_keys(arguments: Sequence[str]) -> None:
    """Refuse a private key among the words, before a message could repeat it."""
    if any(map(_is_private_key, arguments)):
        raise UsageError(
            "a private key was given, where a name or a file is expected",
            hint="name its file, or give - and paste it, then press Enter and Ctrl-D",
        )


def _is_private_key(word: str) -> bool:
    """Whether a word is the text of a private key, or an option with one."""
    is_option = word.startswith("--") and not word.startswith("---")
    text = word.partition("=")[2] if is_option else word
    is_text = text.lstrip().startswith(("-----BEGIN ", "PuTTY-User-Key-File-"))
    return is_text and "PRIVATE" in text.upper()


def _as_error(error: BaseException, arguments: Sequence[str]) -> LskeysError:
    """Whatever ended the run, as an error a person can read."""
    match error:
        case LskeysError():
            return error
        case typer.TyperException():
            return _usage(error, arguments)
        case KeyboardInterrupt() | typer.Abort():
            return InterruptedByUserError("interrupted")
        case SystemExit():  # what Typer raises for a pipe that closed while it showed help
            return ReaderGoneError("the reader of stdout is gone")
        case OSError() | MemoryError():
            return local_errors.from_system(error)
        case _:
            return _bug(error)


_EXAMPLES = (
    "lskeys --sandbox list",
    "lskeys download-default --out ~/.ssh",
    "lskeys delete NAME --fingerprint",
)


class MainCommand(SuggestingGroup):
    """Every verb by its word and summary; the one that is typed gets its file and options."""

    def load(self, word: str) -> Any:  # noqa: ANN401  Typer's command, whose class is private
        """The typed verb's command."""
        verb = commands.find(word)
        assert verb is not None
        return command(verb)

    def page(self, _: typer.Context) -> Iterator[str]:
        """The lines of the first help page."""
        main = [(each.word, each.summary) for each in commands.VERBS if each.is_main]
        others = [each.word for each in commands.VERBS if not each.is_main]
        return help_pages.of_program(inspect.getdoc(_before) or "", main, others, _EXAMPLES)


@cache
def _program() -> Any:  # noqa: ANN401  Typer's command, whose class is private
    """The whole program, each verb a word and a summary; made once, however often it is run."""
    program = plain_typer(cls=MainCommand)
    program.callback(invoke_without_command=True)(_before)
    for verb in commands.VERBS:
        program.command(verb.word, help=verb.summary, rich_help_panel=verb.panel)(_nothing)
        if verb.alias:
            program.command(verb.alias, help=verb.summary, hidden=True)(_nothing)
    return command_of(program, "lskeys")


def _nothing() -> None:
    """Stands for a verb that is not loaded; never run."""


def _before(context: typer.Context, **values: Any) -> None:  # noqa: ANN401  Typer's values
    """Manage Amazon Lightsail SSH key pairs from the command line."""
    if context.invoked_subcommand is None:
        if any(values.values()):
            raise UsageError("no command given", hint="see lskeys --help")
        typer.echo(context.get_help())
    context.obj = GlobalValues(context.obj.invocation, values)


_before.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # where inspect looks
    [
        inspect.Parameter(
            "context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
        ),
        *parameters(*READ_OPTIONS),
    ]
)


def _usage(error: typer.TyperException, arguments: Sequence[str]) -> UsageError:
    """What is wrong with the words, and the right one if one is near, else where they are."""
    wrong = misuse(error)
    verb = None
    if " " not in wrong.path:  # before the command's word
        verb = next((each for each in commands.VERBS if each.typed_in(arguments)), None)
    page = f"see {wrong.path}{f' {verb.word}' if verb else ''} --help"
    message = wrong.message[:1].lower() + wrong.message[1:]
    known = long_options(command(verb)) if verb else ()
    if verb and wrong.is_option and wrong.word in known:
        where = f"put it after the command: lskeys {verb.word} {wrong.word}"
        return UsageError(message, hint=where)
    if wrong.is_option:
        if wrong.usage and "--" not in arguments:
            page = f"-- goes before a command to run: {wrong.usage}"
        near = suggestions.for_option(wrong.word, (*wrong.known, *known))
        return UsageError(message, hint=near or page)
    hint = did_you_mean(wrong.word, wrong.known) or suggestions.for_argument(message)
    return UsageError(message, hint=hint or page)


def _bug(error: BaseException) -> LskeysError:
    """Where it broke, without the exception's text: that could quote what must not be shown."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    file = Path(place.tb_frame.f_code.co_filename).name if place else "?"
    where = f" at {file}:{place.tb_lineno if place else 0}"
    return LskeysError(
        f"this is a bug in lskeys: {type(error).__name__}{where}",
        hint="please report it with the command line and this line",
    )


def _wants_json(arguments: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether errors are to be JSON: read off the words, since a usage error leaves no more."""
    words = list(arguments)
    spelled = [word.partition("=")[2] for word in words if word.startswith("--output=")]
    spelled += [word[2:] for word in words if word.startswith("-o") and len(word) > len("-o")]
    spelled += [value for flag, value in pairwise(words) if flag in {"-o", "--output"}]
    last = (spelled or [environ.get("LSKEYS_OUTPUT", "")])[-1]
    return last in FORMATS and FORMATS[last].is_json
