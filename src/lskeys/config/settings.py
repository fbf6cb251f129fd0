"""Settings: options over variables over config.toml over defaults, each with its origin. Pure.

The table is the class `Settings`. Options, `lskeys config`, `lskeys help environment` and what
config.toml may have follow from it.
"""

from collections.abc import Mapping
from functools import cache
from inspect import get_annotations
from pathlib import Path
from typing import Annotated, Any

from lskeys.config.paths import sandbox_directory, state_path
from lskeys.config.setting import (
    Definition,
    Setting,
    account,
    directory,
    number,
    one_of,
    switch,
    text,
    words,
)
from lskeys.values import value

ALL_REGIONS = "all"
"""The word that stands for every region the account has."""

_CONNECTION, _OUTPUT, _PROGRAM = "ConnectionOptions", "OutputOptions", "ProgramOptions"
_COLORS = ("auto", "always", "never")
_SECONDS = (0.1, 86_400.0)


@value
class Settings:
    """Every setting, and all there is to say about it: see `Definition`.

    `out` may begin with `~` where there is no home directory.

    `home_regions` follow from `regions`: those that are set by name, where it may be all of them.
    """

    profile: Annotated[
        Setting[str | None],
        Definition(
            None,
            text,
            options=("--profile", "-p"),
            group=_CONNECTION,
            metavar="PROFILE",
            is_repeatable=True,
            in_file=(str,),
            help="The AWS profile; repeatable, and globs work, for list, show, audit, fingerprint,"
            " ssh-config, instances and regions.",
        ),
    ]
    regions: Annotated[
        Setting[tuple[str, ...]],
        Definition(
            (),
            words,
            options=("--region", "-r"),
            group=_CONNECTION,
            metavar="REGION",
            is_repeatable=True,
            variables=("LSKEYS_REGIONS", "AWS_REGION", "AWS_DEFAULT_REGION"),
            in_file=(str, list),
            unset="profile",
            help="A region, or 'all'; repeatable or separated by commas.",
        ),
    ]
    out: Annotated[
        Setting[Path],
        Definition(
            "~/.ssh",
            directory,
            metavar="DIR",
            in_file=(str,),
            help="The directory to save in (default: ~/.ssh).",
        ),
    ]
    output: Annotated[
        Setting[str | None],
        Definition(
            None,
            text,  # output.formats has the words
            options=("--output", "-o"),
            group=_OUTPUT,
            metavar="FORMAT",
            in_file=(str,),
            help="Output format (default: table on a terminal, text in a pipe).",
        ),
    ]
    color: Annotated[
        Setting[str],
        Definition(
            "auto",
            one_of(*_COLORS),
            group=_PROGRAM,
            choices=_COLORS,
            in_file=(str,),
            help="When to use color (default: auto).",
        ),
    ]
    sandbox: Annotated[
        Setting[bool],
        Definition("no", switch, group=_CONNECTION, help="Use the local Lightsail emulator."),
    ]
    endpoint_url: Annotated[
        Setting[str | None],
        Definition(
            None,
            text,
            group=_CONNECTION,
            metavar="URL",
            help="Send requests to this server; https, or http on localhost.",
        ),
    ]
    expect_account: Annotated[
        Setting[str | None],
        Definition(
            None,
            account,
            group=_CONNECTION,
            metavar="ACCOUNT",
            help="Refuse to change any account other than this one.",
            example="123456789012",
        ),
    ]
    timeout: Annotated[
        Setting[float],
        Definition(
            60.0,
            number(*_SECONDS, "seconds"),
            group=_CONNECTION,
            metavar="SECONDS",
            limits=_SECONDS,
            help="Time limit per request, retries included (default: 60).",
        ),
    ]
    no_input: Annotated[
        Setting[bool], Definition("no", switch, group=_PROGRAM, help="Never prompt.")
    ]
    debug: Annotated[
        Setting[bool],
        Definition(
            "no", switch, group=_PROGRAM, help="Log each request to stderr, but never a key."
        ),
    ]
    home_regions: tuple[str, ...]

    @property
    def ssh_directory(self) -> Path:
        """Where ssh's files are: `~/.ssh`, or a directory of the sandbox's own."""
        return _sandbox_ssh() if self.sandbox.value else Path("~/.ssh")

    @property
    def journal_directory(self) -> Path:
        """Where rotations that were begun are recorded."""
        parent = sandbox_directory() if self.sandbox.value else state_path()
        return parent / "rotations"


@value
class ConfigFile:
    """config.toml, read; `values` holds known keys only, each of its type."""

    path: Path | None
    values: Mapping[str, Any]

    def said(self, name: str) -> Setting[Any] | None:
        """What it says of a setting; None for nothing."""
        if name not in self.values:
            return None
        return Setting(self.values[name], f"file {self.path}")


@cache
def definitions() -> Mapping[str, Definition]:
    """The table, by the names of its fields."""
    return {
        name: annotation.__metadata__[0].named(name)
        for name, annotation in get_annotations(Settings).items()
        if hasattr(annotation, "__metadata__")
    }


def resolve(options: Mapping[str, Any], environ: Mapping[str, str], file: ConfigFile) -> Settings:
    """Every setting, decided.

    The profile's own region is the caller's to use where `regions` is empty.

    Raises:
        SetupError: What decides a setting is no value for it.
    """
    table = definitions()
    filed = {name: file.said(name) for name in table}
    if in_sandbox(options, environ):  # config.toml says where the real keys are saved
        filed["out"] = Setting(_sandbox_ssh(), "sandbox")
    decided = {
        name: each.resolve(options.get(name), environ, filed[name]) for name, each in table.items()
    }
    said = table["regions"].said(options.get("regions"), environ, filed["regions"])
    named = (tuple(name for name in each.value if name != ALL_REGIONS) for each in said)
    return Settings(**decided, home_regions=next(filter(None, named), ()))


def in_sandbox(options: Mapping[str, Any], environ: Mapping[str, str]) -> bool:
    """Whether the sandbox is used: no file can say so.

    Raises:
        SetupError: Its variable is neither true nor false.
    """
    return bool(definitions()["sandbox"].resolve(options.get("sandbox"), environ, None).value)


def _sandbox_ssh() -> Path:
    return sandbox_directory() / "ssh"
