"""View of settings. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from lskeys.config.report import NamedSetting
from lskeys.output.result import Cell, Column, Tone, View


def raw_setting(setting: NamedSetting) -> dict[str, Any]:
    """A setting as JSON: a string, list, number, boolean, or null if it is not set."""
    value = list(setting.value) if isinstance(setting.value, tuple) else setting.value
    return {"name": setting.name, "value": value, "origin": setting.origin}


def _value(setting: NamedSetting) -> str:
    match setting.value:
        case bool():
            return "yes" if setting.value else "no"
        case float():
            return f"{setting.value:g}"
        case tuple():
            return ",".join(setting.value)
        case _:
            return setting.value or ""


def _block(settings: Sequence[NamedSetting]) -> Iterator[Sequence[Cell]]:
    """A line for each: its name, its value, where it came from."""
    longest = max(len(each.name) for each in settings)
    for each in settings:
        value = _value(each)
        yield (
            Cell(each.name.ljust(longest), Tone.STRONG),
            Cell(value) if value else Cell("none", Tone.FAINT),
            Cell(f"({each.origin})", Tone.FAINT),
        )


SETTINGS: View[NamedSetting] = View(
    member="settings",
    columns=(
        Column("name", lambda setting: setting.name),
        Column("value", _value),
        Column("origin", lambda setting: setting.origin),
    ),
    drawn=_block,
    identity=lambda setting: setting.name,
    raw=raw_setting,
)
