"""config.toml: its text in, the settings it has out. Pure.

A module of its own since most people have no such file, and a TOML reader takes a while to load.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lskeys.errors import SetupError
from lskeys.text import did_you_mean, one_line

_KEYS = ("profile", "regions", "out", "output", "color")


def parse(path: Path, text: str) -> Mapping[str, Any]:
    """The settings in the text of a file: known ones only, each of its type.

    Raises:
        SetupError: It is no TOML, has an unknown key, or a value of a wrong type.
    """
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SetupError(f"{path} is not TOML: {one_line(str(error))}", hint="fix it") from None
    for key, value in values.items():
        _check(path, key, value)
    return values


def _check(path: Path, key: str, value: object) -> None:
    if key not in _KEYS:
        raise SetupError(
            f"{path} has an unknown setting {one_line(key)}",
            hint=did_you_mean(key, _KEYS) or f"known are {', '.join(_KEYS)}",
        )
    if isinstance(value, str):
        return
    is_list = isinstance(value, list) and all(isinstance(each, str) for each in value)
    if key == "regions" and is_list:
        return
    raise SetupError(f"{path}: {key} must be text{' or a list' if key == 'regions' else ''}")
