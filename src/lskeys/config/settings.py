"""Settings: flags over `LSKEYS_*` over config.toml over defaults, each with its origin. Pure."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from lskeys.config.paths import expanded_if_home, sandbox_directory, state_path
from lskeys.errors import SetupError
from lskeys.text import did_you_mean, one_line

T = TypeVar("T")

FORMATS = ("table", "text", "csv", "json", "jsonl")
COLORS = ("auto", "always", "never")
ALL_REGIONS = "all"
"""The word that stands for every region the account has."""

TIMEOUTS = (0.1, 86_400.0)
"""The shortest and the longest that one question to AWS may be given, in seconds."""

_TIMEOUT = 60.0
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """A value and where it came from, in words for people."""

    value: T
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting. No region is an empty tuple; no output means by the kind of stdout.

    `out` may begin with `~` where there is no home directory.

    `home_regions` are those that are set by name, where `regions` may be all of them.
    """

    profile: Setting[str | None]
    regions: Setting[tuple[str, ...]]
    home_regions: tuple[str, ...]
    out: Setting[Path]
    output: Setting[str | None]
    color: Setting[str]
    sandbox: Setting[bool]
    endpoint_url: Setting[str | None]
    timeout: Setting[float]
    no_input: Setting[bool]
    debug: Setting[bool]

    @property
    def ssh_directory(self) -> Path:
        """Where ssh's files are: `~/.ssh`, or a directory of the sandbox's own."""
        return _ssh_directory(in_sandbox=self.sandbox.value)

    @property
    def journal_directory(self) -> Path:
        """Where rotations that were begun are recorded."""
        parent = sandbox_directory() if self.sandbox.value else state_path()
        return parent / "rotations"


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line said; None and empty mean it said nothing."""

    profile: str | None = None
    regions: tuple[str, ...] = ()
    out: Path | None = None
    output: str | None = None
    color: str | None = None
    sandbox: bool = False
    endpoint_url: str | None = None
    timeout: float | None = None
    no_input: bool = False
    debug: bool = False


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """config.toml, read; `values` holds known keys only, each of its type."""

    path: Path | None
    values: Mapping[str, Any]


def resolve(flags: Flags, environ: Mapping[str, str], file: ConfigFile) -> Settings:
    """Decide every setting; pure.

    Regions have AWS's variables between: flag, `LSKEYS_REGIONS`, `AWS_REGION`,
    `AWS_DEFAULT_REGION`, config.toml; the profile's own region is the caller's to ask last.
    """
    sandbox = _switch(environ, "LSKEYS_SANDBOX", flag=flags.sandbox)
    return Settings(
        profile=_first(
            _flag(flags.profile, "--profile"),
            _variable(environ, "LSKEYS_PROFILE"),
            _filed(file, "profile"),
            default=None,
        ),
        regions=next(_regions(flags, environ, file)),
        home_regions=next(filter(None, _named(_regions(flags, environ, file))), ()),
        out=_out(flags, environ, file, in_sandbox=sandbox.value),
        output=_output(flags, environ, file),
        color=_color(flags, environ, file),
        sandbox=sandbox,
        endpoint_url=_first(
            _flag(flags.endpoint_url, "--endpoint-url"),
            _variable(environ, "LSKEYS_ENDPOINT_URL"),
            default=None,
        ),
        timeout=_timeout(flags, environ),
        no_input=_switch(environ, "LSKEYS_NO_INPUT", flag=flags.no_input),
        debug=_switch(environ, "LSKEYS_DEBUG", flag=flags.debug),
    )


def _regions(
    flags: Flags, environ: Mapping[str, str], file: ConfigFile
) -> Iterator[Setting[tuple[str, ...]]]:
    """The regions that are set, the strongest source first."""
    if flags.regions:
        yield Setting(flags.regions, "flag --region")
    for name in ("LSKEYS_REGIONS", "AWS_REGION", "AWS_DEFAULT_REGION"):
        names = tuple(environ.get(name, "").replace(",", " ").split())
        if names:
            yield Setting(names, f"environment {name}")
    filed = _filed(file, "regions")
    if filed is not None:
        names = (filed.value,) if isinstance(filed.value, str) else tuple(filed.value)
        yield Setting(names, filed.origin)
    yield Setting((), "profile")


def _named(regions: Iterable[Setting[tuple[str, ...]]]) -> Iterator[tuple[str, ...]]:
    for each in regions:
        yield tuple(name for name in each.value if name != ALL_REGIONS)


def _ssh_directory(*, in_sandbox: bool) -> Path:
    return sandbox_directory() / "ssh" if in_sandbox else Path("~/.ssh")


def _out(
    flags: Flags, environ: Mapping[str, str], file: ConfigFile, *, in_sandbox: bool
) -> Setting[Path]:
    """The sandbox's keys are not put where config.toml has the real ones put."""
    directory = _ssh_directory(in_sandbox=in_sandbox)
    chosen: Setting[Any] = _first(
        _flag(flags.out, "--out"),
        _variable(environ, "LSKEYS_OUT"),
        Setting(directory, "sandbox") if in_sandbox else _filed(file, "out"),
        default=directory,
    )
    path = Path(chosen.value)
    return Setting(expanded_if_home(path) or path, chosen.origin)


def _output(flags: Flags, environ: Mapping[str, str], file: ConfigFile) -> Setting[str | None]:
    chosen: Setting[Any] = _first(
        _flag(flags.output, "--output"),
        _variable(environ, "LSKEYS_OUTPUT"),
        _filed(file, "output"),
        default=None,
    )
    return _one_of(chosen, FORMATS)


def _color(flags: Flags, environ: Mapping[str, str], file: ConfigFile) -> Setting[str]:
    chosen: Setting[Any] = _first(
        _flag(flags.color, "--color"),
        _variable(environ, "LSKEYS_COLOR"),
        _filed(file, "color"),
        default="auto",
    )
    return _one_of(chosen, COLORS)


def _switch(environ: Mapping[str, str], variable: str, *, flag: bool) -> Setting[bool]:
    if flag:
        option = variable.removeprefix("LSKEYS_").lower().replace("_", "-")
        return Setting(value=True, origin=f"flag --{option}")
    word = environ.get(variable, "").strip().lower()
    if word in _TRUE:
        return Setting(value=True, origin=f"environment {variable}")
    if word in _FALSE:
        return Setting(value=False, origin="default")
    raise SetupError(
        f"{variable} is {one_line(word)}, which is neither yes nor no",
        hint=f"{variable}=1 or nothing",
    )


def _timeout(flags: Flags, environ: Mapping[str, str]) -> Setting[float]:
    chosen = _first(
        _flag(flags.timeout, "--timeout"),
        _variable(environ, "LSKEYS_TIMEOUT"),
        default=_TIMEOUT,
    )
    try:
        seconds = float(chosen.value)
    except ValueError:
        seconds = math.nan
    shortest, longest = TIMEOUTS
    if shortest <= seconds <= longest:  # which NaN is not
        return Setting(seconds, chosen.origin)
    raise SetupError(
        f"{one_line(str(chosen.value))} (from {chosen.origin}) is no number of seconds from "
        f"{shortest:g} to {longest:g}",
        hint="such as LSKEYS_TIMEOUT=10",
    )


def _first(*candidates: Setting[Any] | None, default: object) -> Setting[Any]:
    return next((each for each in candidates if each), Setting(default, "default"))


def _flag(value: object, flag: str) -> Setting[Any] | None:
    return Setting(value, f"flag {flag}") if value is not None else None


def _variable(environ: Mapping[str, str], name: str) -> Setting[Any] | None:
    return Setting(environ[name], f"environment {name}") if environ.get(name) else None


def _filed(file: ConfigFile, key: str) -> Setting[Any] | None:
    return Setting(file.values[key], f"file {file.path}") if key in file.values else None


def _one_of(chosen: Setting[Any], allowed: tuple[str, ...]) -> Setting[Any]:
    if chosen.value is None or chosen.value in allowed:
        return chosen
    raise SetupError(
        f"{one_line(str(chosen.value))} (from {chosen.origin}) is none of {', '.join(allowed)}",
        hint=did_you_mean(str(chosen.value), allowed),
    )
