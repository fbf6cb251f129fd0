"""The AWS CLI's cache of role credentials: one MFA code serves several runs. Touches: the disk.

The file name is botocore's digest of the role's parameters, which the AWS CLI uses, too.
"""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.utils import JSONFileCache, parse_timestamp

from lskeys import regular_files

_SIZE_LIMIT = 64 * 1024
_MEMBERS = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")


class RoleCache:
    """Role credentials by name, in files and, where no file can be written, in memory.

    Args:
        directory: Where the files are (AWS CLI: `~/.aws/cli/cache`); None keeps nothing on disk.
    """

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._memory: dict[str, Mapping[str, Any]] = {}

    def __contains__(self, name: str) -> bool:
        return self._find(name) is not None

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        found = self._find(name)
        if found is None:
            raise KeyError(name)
        return found

    def __setitem__(self, name: str, response: Mapping[str, Any]) -> None:
        self._memory[name] = response
        if self._directory is None:
            return
        with contextlib.suppress(OSError, ValueError):
            for each in (*reversed(self._directory.parents), self._directory):
                each.mkdir(mode=0o700, exist_ok=True)
            JSONFileCache(str(self._directory))[name] = response

    def _find(self, name: str) -> Mapping[str, Any] | None:
        if name in self._memory:
            return self._memory[name]
        if self._directory is None:
            return None
        try:  # not by JSONFileCache, which waits for what never ends
            content, _ = regular_files.read(self._directory / f"{name}.json", _SIZE_LIMIT)
            cached: object = json.loads(content)
        except (OSError, ValueError, RecursionError):
            return None
        return cached if isinstance(cached, dict) and _is_sound(cached) else None


def cache_directory() -> Path | None:
    """The directory of the AWS CLI's cache; None where there is no home."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ".aws" / "cli" / "cache" if home.is_absolute() else None


def _is_sound(cached: Mapping[str, Any]) -> bool:
    credentials = cached.get("Credentials")
    if not isinstance(credentials, dict):
        return False
    if not all(isinstance(credentials.get(member), str) for member in _MEMBERS):
        return False
    try:
        parse_timestamp(credentials["Expiration"])
    except (ValueError, RuntimeError):  # the latter is botocore's
        return False
    return True
