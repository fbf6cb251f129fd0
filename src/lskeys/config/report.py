"""Every setting in force, by name, with its value and where it came from. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lskeys.config.settings import Settings, definitions
from lskeys.errors import LskeysError

Value = str | bool | float | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class NamedSetting:
    """A setting as `config` shows it; no value where nothing sets it."""

    name: str
    value: Value
    origin: str


@dataclass(frozen=True, slots=True)
class SettingsContext:
    """What settings depend on besides themselves.

    Attributes:
        aws_profile: The profile that AWS's own configuration chooses.
        home: The profile's own region, or the sandbox's; None if there is none.
        output: The format that stdout calls for.
        config_file: Where config.toml is looked for; None without a home directory.
        trouble: Why AWS's own configuration could not be read; then it chooses nothing.
    """

    aws_profile: str | None
    home: str | None
    output: str
    config_file: Path | None
    is_there: bool
    key_directories: Sequence[Path]
    trouble: LskeysError | None = None


def effective_settings(settings: Settings, around: SettingsContext) -> list[NamedSetting]:
    """Every setting, decided to the end, and the files that it is about."""
    directories = tuple(dict.fromkeys(str(directory) for directory in around.key_directories))
    decided = _decided_elsewhere(settings, around)
    file = str(around.config_file) if around.config_file else None
    return [
        *(decided.get(name) or _named(name, settings) for name in definitions()),
        NamedSetting("config-file", file, "read" if around.is_there else "not found"),
        NamedSetting("key-directories", directories, "--out and ~/.ssh"),
    ]


def _named(name: str, settings: Settings) -> NamedSetting:
    chosen = getattr(settings, name)
    value = str(chosen.value) if isinstance(chosen.value, Path) else chosen.value
    return NamedSetting(name.replace("_", "-"), value, chosen.origin)


def _decided_elsewhere(settings: Settings, around: SettingsContext) -> Mapping[str, NamedSetting]:
    """What the sandbox, AWS's own configuration or stdout decides, by the setting's name."""
    is_sandbox = settings.sandbox.value
    decider = "sandbox" if is_sandbox else "AWS configuration"
    decided: dict[str, NamedSetting] = {}
    if is_sandbox or settings.profile.value is None:
        profile = None if is_sandbox else around.aws_profile
        decided["profile"] = NamedSetting("profile", profile, decider)
    if is_sandbox or settings.endpoint_url.value is None:
        decided["endpoint_url"] = NamedSetting("endpoint-url", None, decider)
    if not settings.regions.value:
        home = (around.home,) if around.home else None
        decided["regions"] = NamedSetting("regions", home, decider if home else "not set")
    if settings.output.value is None:
        decided["output"] = NamedSetting("output", around.output, settings.output.origin)
    return decided
