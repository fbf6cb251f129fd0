"""config.toml: its text in, the settings it has out. Pure.

A module of its own since most people have no such file, and a TOML reader takes a while to load.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lskeys.config.settings import definitions
from lskeys.errors import SetupError, UsageError
from lskeys.text import did_you_mean, one_line


def parse(path: Path, text: str) -> Mapping[str, Any]:
    """The settings in the text of a file: known ones only, each of its type.

    Raises:
        SetupError: It is no TOML.
        UsageError: It has an unknown key, or a value that is empty or of a wrong type.
    """
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SetupError(
            f"{path} is not TOML: {one_line(str(error))}",
            hint=f"correct that line, or move the file away: {path}",
        ) from None
    known = {name: each.in_file for name, each in definitions().items() if each.in_file}
    for key, value in values.items():
        _check(path, key, value, known)
    return values


def _check(path: Path, key: str, value: object, known: Mapping[str, tuple[type, ...]]) -> None:
    if key not in known:
        raise UsageError(
            f"{path} has an unknown setting {one_line(key)}",
            hint=did_you_mean(key, known) or f"known are {', '.join(known)}",
        )
    texts = value if isinstance(value, list) else [value]
    if not isinstance(value, known[key]) or not all(isinstance(each, str) for each in texts):
        raise UsageError(
            f"{path}: {key} must be text{' or a list' * (list in known[key])}",
            hint=f'put the value in quotes: {key} = "..."',
        )
    if not value or not all(texts):
        raise UsageError(f"{path}: {key} is empty", hint="give a value, or remove the line")
