"""The front door: a command line in, an exit code out. Touches: what its verbs touch."""

import errno
import inspect
import os
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import typer

from lskeys.cli import commands
from lskeys.cli.commands import Verb, command
from lskeys.cli.options import GLOBAL_GROUPS, GlobalValues, SuggestingGroup, parameters
from lskeys.cli.runtime import Invocation
from lskeys.errors import (
    SANDBOX_HINT,
    ExitCode,
    InterruptedByUserError,
    LocalError,
    LskeysError,
    ReaderGoneError,
    UsageError,
)
from lskeys.output.terminal import Terminal
from lskeys.text import did_you_mean, one_line

_NO_CHOICE = re.compile(r": '(.*)' is not one of ")


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run one command line; every failure is told on stderr, and its exit code returned."""
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
        code = app()(
            args=list(arguments),
            prog_name="lskeys",
            standalone_mode=False,
            obj=GlobalValues(invocation, {}),
        )
    except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001  the front door
        return _told(error, arguments)
    # Typer turns Ctrl-C into this number.
    return InterruptedByUserError("interrupted") if code == ExitCode.INTERRUPTED else code or 0


def _told(error: BaseException, arguments: Sequence[str]) -> LskeysError:
    """Whatever ended the run, as an error a person can read."""
    match error:
        case LskeysError():
            return error
        case typer.TyperException():
            return _usage(error, arguments)
        case KeyboardInterrupt() | typer.Abort():
            return InterruptedByUserError("interrupted")
        case SystemExit():  # Typer's own answer to a pipe that closed while it showed help
            return ReaderGoneError("the reader of stdout is gone")
        case OSError():
            return _local(error)
        case _:
            return _bug(error)


class Verbs(SuggestingGroup):
    """Every verb by its word and summary; the one that is typed gets its file and options."""

    def resolve_command(  # type: ignore[override]  # the public name of Typer's private class
        self, ctx: typer.Context, args: list[str]
    ) -> tuple[str | None, Any, list[str]]:
        """The typed word, its command, and the words behind it."""
        word, _, rest = super().resolve_command(ctx, args)
        verb = next(each for each in commands.VERBS if word in (each.word, each.alias))
        return word, command(verb), rest


def app() -> typer.Typer:
    """The whole program, each verb a word and a summary."""
    program = commands.plain_typer(cls=Verbs, no_args_is_help=True)
    program.callback()(_before)
    for verb in commands.VERBS:
        program.command(verb.word, help=verb.summary, rich_help_panel=verb.panel)(_nothing)
        if verb.alias:
            program.command(verb.alias, help=verb.summary, hidden=True)(_nothing)
    return program


def _nothing() -> None:
    """Stands for a verb that is not loaded; never run."""


def _before(context: typer.Context, **values: Any) -> None:  # noqa: ANN401  Typer's values
    """Amazon Lightsail SSH key pairs, managed from the command line."""
    context.obj = GlobalValues(context.obj.invocation, values)


_before.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # how inspect is told
    [
        inspect.Parameter(
            "context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
        ),
        *parameters(*GLOBAL_GROUPS),
    ]
)


def _usage(error: typer.TyperException, arguments: Sequence[str]) -> UsageError:
    """What is wrong with the words, and the right one if one is near, else where they are."""
    raw: Any = error  # Typer's kinds of it are private: the members tell which one it is
    message = one_line(raw.format_message()).rstrip(".")
    verb = next((each for each in commands.VERBS if each.typed_in(arguments)), None)
    page = f"see lskeys {verb.word} --help" if verb else "see lskeys --help"
    if not message:  # Typer has shown the page
        return UsageError("no command given", hint=page if verb else SANDBOX_HINT)
    hint = None
    if hasattr(raw, "possibilities"):  # an option that is none
        message = one_line(raw.message)
        hint = _right_option(raw.option_name, raw.ctx, verb)
    elif wrong := _NO_CHOICE.search(message):
        hint = did_you_mean(wrong[1], raw.param.type.choices)
    return UsageError(message[:1].lower() + message[1:], hint=hint or page)


def _right_option(option: str, context: Any, verb: Verb | None) -> str | None:  # noqa: ANN401  Typer's context
    """The option that was meant: of the verb, where it stands before it, or one that is near."""
    behind = command(verb).params if verb and context.parent is None else ()
    if verb and option in _spelled(behind):
        return f"it stands behind the verb: lskeys {verb.word} {option}"
    return did_you_mean(option, _spelled(context.command.params))


def _spelled(parameters: Sequence[Any]) -> list[str]:
    return [word for each in parameters for word in each.opts if word.startswith("--")]


def _local(error: OSError) -> LocalError:
    reason = os.strerror(error.errno or errno.EIO).lower()
    name = f"{error.filename}: " if error.filename else ""
    return LocalError(f"{name}{reason}")


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
    return (spelled or [environ.get("LSKEYS_OUTPUT", "")])[-1] in {"json", "jsonl"}
