"""Each shared option, spelled once, and the decorator that gives them to a verb.

Options of settings follow from their table in `config.settings`; here are the others.
Touches: the command line.
"""

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from lskeys import __version__
from lskeys.cli.runtime import Invocation, Runtime, SharedOptions
from lskeys.cli.runtime.hints import with_account_options
from lskeys.cli.runtime.output import check_output
from lskeys.cli.suggestions import for_argument
from lskeys.config.setting import Definition
from lskeys.config.settings import ALL_REGIONS, definitions, in_sandbox
from lskeys.errors import LskeysError, MissingError, SetupError, UsageError
from lskeys.output.formats import FORMATS
from lskeys.values import value

_CHOICES = {"output": tuple(FORMATS)}
"""The words for settings whose words another room has."""

_PANELS = {"ProgramOptions": "OutputOptions"}
"""Groups that stand in another's panel of a help page."""

Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="The directory to save in (default: ~/.ssh)."),
]
File = Annotated[
    str | None, typer.Option("--file", metavar="PATH", help="The file to save as; - is stdout.")
]
Force = Annotated[
    bool,
    typer.Option("--force", help="Replace an existing key file; the old one is kept as a backup."),
]
TagWords = Annotated[
    list[str] | None, typer.Option("--tag", metavar="KEY[=VALUE]", help="Add a tag; repeatable.")
]
Port = Annotated[
    int,
    typer.Option(
        "--port", metavar="PORT", min=1, max=65_535, help="The port of sshd on the instance."
    ),
]
AskPassphrase = Annotated[
    bool, typer.Option("--passphrase", help="Ask for a passphrase and encrypt the key.")
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file", metavar="FILE", help="Read the passphrase from the first line of FILE."
    ),
]
IntoAgent = Annotated[
    bool, typer.Option("--agent", help="Load the key into ssh-agent, and save no file.")
]
Lifetime = Annotated[
    str | None,
    typer.Option("--lifetime", metavar="TIME", help="How long the agent keeps the key (30m, 1h)."),
]

Select = Annotated[
    str | None,
    typer.Option(
        "--select",
        metavar="N|COMMENT|FINGERPRINT",
        help="Which key to use if the input holds several.",
    ),
]


def _version(is_given: bool) -> None:  # noqa: FBT001  Typer's callback shape
    if is_given:
        typer.echo(f"lskeys {__version__}")
        raise typer.Exit


class ConnectionOptions:
    """Which accounts and regions: options of every verb that talks to AWS."""

    all_profiles: Annotated[
        bool, typer.Option("--all-profiles", help="Query every profile that has credentials.")
    ] = False
    all_regions: Annotated[
        bool, typer.Option("--all-regions", help="Query every region of the account.")
    ] = False


class OutputOptions:
    """What the result looks like: the options of every verb that has one in several formats."""

    query: Annotated[
        str | None,
        typer.Option(
            "--query", metavar="JMESPATH", help="Filter the JSON document, as in the AWS CLI."
        ),
    ] = None
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print names only.")] = False
    null: Annotated[
        bool, typer.Option("--null", "-0", help="End names and lines with NUL, for xargs -0.")
    ] = False


class ProgramOptions:
    """The options of every verb."""

    version: Annotated[
        bool,
        typer.Option("--version", "-V", is_eager=True, callback=_version, help="Show the version."),
    ] = False


class SafetyOptions:
    """The options of every verb that changes something, here or there."""

    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Show what would happen; change nothing.")
    ] = False
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False


READ_OPTIONS = (ConnectionOptions, OutputOptions, ProgramOptions)
"""The groups of a verb that talks to AWS and has a result; understood before the verb, too."""

CHANGE_OPTIONS = (*READ_OPTIONS, SafetyOptions)
"""The groups of a verb that changes something, too."""


@value
class GlobalValues:
    """What came before the verb: the launch, and the shared options given there."""

    invocation: Invocation
    values: dict[str, Any]


def shared_options() -> Iterator[tuple[str, str]]:
    """How each is spelled, and what it is for."""
    for each in parameters(*CHANGE_OPTIONS):
        option = each.annotation.__metadata__[0]
        flags = sorted((option.default, *option.param_decls), key=len)
        value = option.metavar or "|".join(_choices(each.name))
        yield f"{', '.join(flags)} {value}".strip(), option.help


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
            options = _shared_options(before.invocation.environ, before.values, given)
            if options.may_be_several and not takes_profiles:
                raise UsageError(
                    "several profiles are given, and this command uses one account",
                    hint="give one; list, show, audit, fingerprint, ssh-config, instances and"
                    " regions take several",
                )
            run = Runtime(before.invocation, options)
            try:
                check_output(run)
                if options.dry_run:
                    run.terminal.report("dry run: nothing is changed")
                function(run, **values)
            except LskeysError as error:
                hint = for_argument(str(values)) if isinstance(error, MissingError) else None
                raise with_account_options(error.with_(hint=hint or error.hint), options) from None
            finally:
                run.close()

        signature = inspect.Signature([context, *own, *shared])
        dressed.__signature__ = signature  # type: ignore[attr-defined]  # where inspect looks
        dressed.__annotations__ = {each.name: each.annotation for each in [context, *own, *shared]}
        return dressed

    return dress


def parameters(*groups: type[Any]) -> list[inspect.Parameter]:
    """The options of these groups as a function's: settings, and what the groups annotate."""
    return [parameter for group in groups for parameter in _of_group(group)]


def _of_group(group: type[Any]) -> list[inspect.Parameter]:
    panel = _PANELS.get(group.__name__, group.__name__)
    annotations = {
        name: _option(name, each)
        for name, each in definitions().items()
        if each.group == group.__name__
    } | inspect.get_annotations(group)
    for annotation in annotations.values():
        annotation.__metadata__[0].rich_help_panel = panel
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=getattr(group, name, None),
            annotation=annotation,
        )
        for name, annotation in annotations.items()
    ]


def _choices(name: str) -> tuple[str, ...]:
    setting = definitions().get(name)
    return _CHOICES.get(name) or (setting.choices if setting else ())


def _option(name: str, setting: Definition) -> Any:  # noqa: ANN401  an annotation
    choices = _choices(name)
    kind: Any = str
    if choices:
        kind = Literal[choices]
    elif setting.limits:
        kind = float
    elif not setting.metavar:
        kind = bool
    least, greatest = setting.limits or (None, None)
    option = typer.Option(
        *setting.options,
        metavar=None if choices else setting.metavar or None,
        help=setting.help,
        min=least,
        max=greatest,
        callback=_number if setting.limits else None,
    )
    return Annotated[(list[kind] if setting.is_repeatable else kind) | None, option]


def _number(parameter: typer.CallbackParam, said: float | None) -> float | None:
    if said is not None and math.isnan(said):  # which is in every range, to Typer
        name = parameter.opts[0]
        raise UsageError(f"{name} is not a number", hint=f"such as {name} 10")
    return said


def _shared_options(
    environ: Mapping[str, str], before: Mapping[str, Any], after: Mapping[str, Any]
) -> SharedOptions:
    said = {name: value for each in (before, after) for name, value in each.items() if value}
    said.pop("version", None)
    if said.pop("all_regions", False):
        if "regions" in said:
            raise UsageError("--region and --all-regions cannot be combined", hint="choose one")
        said["regions"] = (ALL_REGIONS,)
    if "profile" in said and "all_profiles" in said:
        raise UsageError("--profile and --all-profiles cannot be combined", hint="choose one")
    profiles = tuple(dict.fromkeys(said.pop("profile", ())))
    settings = {name: said.pop(name) for name in definitions() if name in said}
    is_sandbox, profile = False, None
    with suppress(SetupError):  # reported where settings are resolved
        is_sandbox = in_sandbox(settings, environ)
        profile = definitions()["profile"].resolve(next(iter(profiles), None), environ, None).value
    options = SharedOptions(
        settings, profiles, in_sandbox=is_sandbox, profile_for_aws=profile, **said
    )
    return options if options.profile is None else options.of(options.profile)
