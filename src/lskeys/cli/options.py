"""Each shared option, spelled once, and the decorator that gives them to a verb.

Touches: the command line.
"""

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand, TyperGroup

from lskeys import __version__
from lskeys.cli.runtime import Invocation, Runtime, SharedOptions
from lskeys.cli.runtime.hints import completed
from lskeys.cli.runtime.output import check_output
from lskeys.errors import LskeysError, UsageError
from lskeys.text import did_you_mean, one_line

_CONNECTION = "ConnectionOptions"
_OUTPUT = "OutputOptions"
_SAFETY = "SafetyOptions"
_TAKE_SEVERAL = "list, show, audit, regions and fingerprint take several"

FROM_LOCAL_KEY = "\0"
"""What a bare `--fingerprint` becomes: no command line can carry a NUL, so nobody typed it."""

Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="The directory to save in (default: ~/.ssh)."),
]
File = Annotated[
    str | None,
    typer.Option("--file", metavar="PATH", help="The file to save as; - is stdout."),
]
Force = Annotated[
    bool,
    typer.Option("--force", help="Replace an existing key file; the old one is kept as a backup."),
]
TagWords = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="KEY[=VALUE]", help="A tag for it; repeatable."),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", metavar="FILE", help="Its first line is the passphrase."),
]


def _number(seconds: float | None) -> float | None:
    if seconds is not None and math.isnan(seconds):  # which is in every range, to Typer
        raise UsageError("--timeout is not a number", hint="give seconds, such as --timeout 10")
    return seconds


def _version(asked: bool) -> None:  # noqa: FBT001  Typer's callback shape
    if asked:
        typer.echo(f"lskeys {__version__}")
        raise typer.Exit


class ConnectionOptions:
    """Whom to ask: the options of every verb that talks to AWS, before or after the verb."""

    profile: Annotated[
        list[str] | None,
        typer.Option(
            "--profile",
            "-p",
            metavar="PROFILE",
            rich_help_panel=_CONNECTION,
            help=f"The AWS profile to use; {_TAKE_SEVERAL}, and globs.",
        ),
    ] = None
    all_profiles: Annotated[
        bool,
        typer.Option(
            "--all-profiles",
            rich_help_panel=_CONNECTION,
            help="Every profile that has credentials.",
        ),
    ] = False
    region: Annotated[
        list[str] | None,
        typer.Option(
            "--region",
            "-r",
            metavar="REGION",
            rich_help_panel=_CONNECTION,
            help="A region, or 'all'; repeatable.",
        ),
    ] = None
    all_regions: Annotated[
        bool,
        typer.Option(
            "--all-regions", rich_help_panel=_CONNECTION, help="Every region the account has."
        ),
    ] = False
    endpoint_url: Annotated[
        str | None,
        typer.Option(
            "--endpoint-url",
            metavar="URL",
            rich_help_panel=_CONNECTION,
            help="Ask this server; https, or http on localhost.",
        ),
    ] = None
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox", rich_help_panel=_CONNECTION, help="Use the local Lightsail emulator."
        ),
    ] = False
    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout",
            metavar="SECONDS",
            rich_help_panel=_CONNECTION,
            min=0.1,
            max=86_400,
            callback=_number,
            help="Time limit per request, retries included (default: 60).",
        ),
    ] = None


class OutputOptions:
    """What the answer looks like: the options of every verb with a result in several formats."""

    output: Annotated[
        Literal["table", "text", "csv", "json", "jsonl"] | None,
        typer.Option(
            "--output",
            "-o",
            rich_help_panel=_OUTPUT,
            help="Default: table on a terminal, text in a pipe.",
        ),
    ] = None
    query: Annotated[
        str | None,
        typer.Option(
            "--query",
            metavar="JMESPATH",
            rich_help_panel=_OUTPUT,
            help="Pick from the JSON document, as the AWS CLI does.",
        ),
    ] = None
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", rich_help_panel=_OUTPUT, help="Names only.")
    ] = False
    null: Annotated[
        bool,
        typer.Option(
            "--null", "-0", rich_help_panel=_OUTPUT, help="End names and lines with NUL: xargs -0."
        ),
    ] = False


class ProgramOptions:
    """The options of every verb."""

    color: Annotated[
        Literal["auto", "always", "never"] | None,
        typer.Option("--color", rich_help_panel=_OUTPUT, help="Default: auto."),
    ] = None
    no_input: Annotated[
        bool, typer.Option("--no-input", rich_help_panel=_OUTPUT, help="Never ask anything.")
    ] = False
    debug: Annotated[
        bool,
        typer.Option(
            "--debug", rich_help_panel=_OUTPUT, help="Show each call on stderr; never a key."
        ),
    ] = False
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            rich_help_panel=_OUTPUT,
            is_eager=True,
            callback=_version,
            help="Show the version.",
        ),
    ] = False


class SafetyOptions:
    """The options of every verb that changes something, here or there."""

    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            "-n",
            rich_help_panel=_SAFETY,
            help="Say what would happen, change nothing.",
        ),
    ] = False
    yes: Annotated[
        bool, typer.Option("--yes", "-y", rich_help_panel=_SAFETY, help="Do not ask.")
    ] = False


@dataclass(frozen=True, slots=True)
class GlobalValues:
    """What came before the verb: the launch, and the shared options given there."""

    invocation: Invocation
    values: dict[str, Any]


GLOBAL_GROUPS = (ConnectionOptions, OutputOptions, ProgramOptions)
"""The groups that are understood before the verb, too."""


def verb(
    *groups: type[Any], takes_profiles: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a verb the options of these groups, and a `Runtime` as its first argument.

    A verb that does not say that it takes several profiles never sees more than one.
    """

    def dress(function: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        context = inspect.Parameter(
            "context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
        )
        shared = parameters(*groups)

        @wraps(function)
        def dressed(context: typer.Context, **values: Any) -> None:  # noqa: ANN401  Typer's values
            before: GlobalValues = context.obj
            given = {each.name: values.pop(each.name) for each in shared}
            asked = _shared_options(before.values, given)
            if asked.may_be_several and not takes_profiles:
                raise UsageError(
                    "several profiles are given, and this command uses one account",
                    hint=f"give one; {_TAKE_SEVERAL}",
                )
            run = Runtime(before.invocation, asked)
            try:
                check_output(run)
                function(run, **values)
            except LskeysError as error:
                raise completed(error, asked) from None
            finally:
                run.close()

        signature = inspect.Signature([context, *own, *shared])
        dressed.__signature__ = signature  # type: ignore[attr-defined]  # how inspect is told
        dressed.__annotations__ = {each.name: each.annotation for each in [context, *own, *shared]}
        return dressed

    return dress


def parameters(*groups: type[Any]) -> list[inspect.Parameter]:
    """The options of these groups, which are the members they annotate, as a function's."""
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=getattr(group, name),
            annotation=annotation,
        )
        for group in groups
        for name, annotation in inspect.get_annotations(group).items()
    ]


def _shared_options(before: dict[str, Any], after: dict[str, Any]) -> SharedOptions:
    said = {name: value for name, value in before.items() if value}
    said |= {name: value for name, value in after.items() if value}
    said.pop("version", None)
    if said.get("region") and said.get("all_regions"):
        raise UsageError("--region and --all-regions cannot be combined", hint="choose one")
    if said.get("profile") and said.get("all_profiles"):
        raise UsageError("--profile and --all-profiles cannot be combined", hint="choose one")
    said["regions"] = tuple(said.pop("region", ()))
    said["profiles"] = tuple(dict.fromkeys(said.pop("profile", ())))
    return replace(SharedOptions(), **said)


class SuggestingGroup(TyperGroup):
    """A command of several words; one it does not have is told with the nearest it has."""

    def resolve_command(  # type: ignore[override]  # the public name of Typer's private class
        self, ctx: typer.Context, args: list[str]
    ) -> tuple[str | None, Any, list[str]]:
        """The typed word, its command, and the words behind it."""
        if args[0] not in self.commands:
            page = f"see {ctx.command_path} --help"
            raise UsageError(
                f"no such command '{one_line(args[0], limit=80)}'",
                hint=did_you_mean(args[0], self.commands) or page,
            )
        return super().resolve_command(ctx, args)


class OneVerb(TyperCommand):
    """A command whose usage line has its arguments as they are written down, without braces."""

    def collect_usage_pieces(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # the public name of Typer's private class
        """The words of the usage line behind the verb."""
        arguments = [each for each in self.params if each.param_type_name == "argument"]
        return [self.options_metavar or "", *(each.make_metavar(ctx) for each in arguments)]


class OptionalValue(OneVerb):
    """A command whose `--fingerprint` may stand without a value.

    As getopt does it for optional values: the option stands alone at the end of the line or
    before another option. A word after it is its value, so a name there is swallowed, which the
    verb then says.
    """

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # the public name of Typer's private class
        """Parse, after a bare `--fingerprint` was given its value."""
        return super().parse_args(ctx, _with_value("--fingerprint", args))


def _with_value(option: str, args: Sequence[str]) -> list[str]:
    filled: list[str] = []
    for position, word in enumerate(args):
        if word == "--":
            return [*filled, *args[position:]]
        following = args[position + 1 : position + 2]
        is_bare = word == option and (not following or following[0].startswith("-"))
        filled.append(f"{option}={FROM_LOCAL_KEY}" if is_bare else word)
    return filled
