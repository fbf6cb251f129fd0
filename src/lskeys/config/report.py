"""Every setting in force, by name, with its value and where it came from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lskeys.errors import LskeysError

if TYPE_CHECKING:
    from pathlib import Path

    from lskeys.config.settings import Settings


@dataclass(frozen=True, slots=True)
class NamedSetting:
    """A setting as `config` shows it; no value where nothing sets it."""

    name: str
    value: str | bool | float | tuple[str, ...] | None
    origin: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What settings depend on beside themselves.

    Attributes:
        aws_profile: The profile that AWS's own configuration chooses.
        home: The profile's own region, or the sandbox's; None if there is none.
        output: The format that stdout calls for.
        config_file: Where config.toml is looked for; None without a home directory.
        is_there: Whether it is there.
        key_directories: The directories searched for local keys.
        trouble: Why AWS's own configuration could not be read; then it chooses nothing.
    """

    aws_profile: str | None
    home: str | None
    output: str
    config_file: "Path | None"
    is_there: bool
    key_directories: "Sequence[Path]"
    trouble: LskeysError | None = None


def in_force(settings: "Settings", around: Surroundings) -> list[NamedSetting]:
    """Every setting, decided to the end."""
    file = str(around.config_file) if around.config_file else None
    file_origin = "read" if around.is_there else "not there"
    directories = tuple(dict.fromkeys(str(directory) for directory in around.key_directories))
    return [
        _profile(settings, around),
        _regions(settings, around),
        NamedSetting("out", str(settings.out.value), settings.out.origin),
        NamedSetting("output", settings.output.value or around.output, settings.output.origin),
        NamedSetting("color", settings.color.value, settings.color.origin),
        NamedSetting("sandbox", settings.sandbox.value, settings.sandbox.origin),
        _endpoint_url(settings),
        NamedSetting("timeout", settings.timeout.value, settings.timeout.origin),
        NamedSetting("no-input", settings.no_input.value, settings.no_input.origin),
        NamedSetting("debug", settings.debug.value, settings.debug.origin),
        NamedSetting("config-file", file, file_origin),
        NamedSetting("key-directories", directories, "out and ~/.ssh"),
    ]


def _profile(settings: "Settings", around: Surroundings) -> NamedSetting:
    chosen = settings.profile
    if settings.sandbox.value:
        return NamedSetting("profile", None, "sandbox")
    if chosen.value is not None:
        return NamedSetting("profile", chosen.value, chosen.origin)
    return NamedSetting("profile", around.aws_profile, "AWS configuration")


def _endpoint_url(settings: "Settings") -> NamedSetting:
    chosen = settings.endpoint_url
    if settings.sandbox.value:
        return NamedSetting("endpoint-url", None, "sandbox")
    if chosen.value is None:
        return NamedSetting("endpoint-url", None, "AWS configuration")
    return NamedSetting("endpoint-url", chosen.value, chosen.origin)


def _regions(settings: "Settings", around: Surroundings) -> NamedSetting:
    chosen = settings.regions
    if chosen.value:
        return NamedSetting("regions", chosen.value, chosen.origin)
    if settings.sandbox.value:
        return NamedSetting("regions", (around.home,) if around.home else (), "sandbox")
    if around.home:
        return NamedSetting("regions", (around.home,), "AWS configuration")
    return NamedSetting("regions", None, "not set")
