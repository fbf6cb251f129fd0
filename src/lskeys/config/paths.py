"""Where the user's files lie: configuration, state, cache, the sandbox, `~`.

Without a home directory, what can do without its files does; the rest is an error that names HOME.
"""

import errno
import os
import stat
from pathlib import Path

import platformdirs

from lskeys.errors import SetupError

_NAME = "lskeys"
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR)


def home() -> Path | None:
    """The home directory, which need not exist yet.

    None where HOME is no absolute path or no directory, or the user has no passwd entry.
    """
    value = os.environ.get("HOME")
    path = Path(os.path.expanduser("~") if value is None else value)  # noqa: PTH111  does not raise
    return path if path.is_absolute() and _may_be_directory(path) else None


def _may_be_directory(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:  # not there, or in a directory that cannot be searched
        return True


def config_path() -> Path | None:
    """Where config.toml is expected (platformdirs: `~/.config/lskeys` on Linux)."""
    if not _has_place("XDG_CONFIG_HOME"):
        return None
    return platformdirs.user_config_path(_NAME) / "config.toml"


def cache_path() -> Path | None:
    """Where what can be made again is kept (platformdirs: `~/.cache/lskeys` on Linux)."""
    return platformdirs.user_cache_path(_NAME) if _has_place("XDG_CACHE_HOME") else None


def state_path() -> Path:
    """Where work that was interrupted is remembered (platformdirs: `~/.local/state/lskeys`).

    Raises:
        SetupError: There is no home directory.
    """
    if not _has_place("XDG_STATE_HOME"):
        raise _homeless("state")
    return platformdirs.user_state_path(_NAME)


def sandbox_path() -> Path:
    """Where the sandbox keeps its account (platformdirs: `~/.local/share/lskeys` on Linux).

    Raises:
        SetupError: There is no home directory.
    """
    if not _has_place("XDG_DATA_HOME"):
        raise _homeless("the sandbox's account")
    return platformdirs.user_data_path(_NAME) / "sandbox.sqlite3"


def sandbox_directory() -> Path:
    """Where the sandbox has what lies in default places otherwise: keys, ssh's files, the journal.

    Raises:
        SetupError: There is no home directory.
    """
    return sandbox_path().with_suffix("")


def expanded(path: Path) -> Path:
    """The path with `~` resolved.

    Raises:
        SetupError: There is no home directory to replace it.
    """
    if path.parts[:1] == ("~",) and home() is None:
        raise _homeless(str(path))
    try:
        return path.expanduser()
    except RuntimeError:
        raise SetupError(
            f"cannot expand {path}: there is no such user", hint="give an absolute path"
        ) from None


def expanded_if_home(path: Path) -> Path | None:
    """The path with `~` resolved; None where there is no home directory to replace it."""
    try:
        return expanded(path)
    except SetupError:
        return None


def of_home(error: OSError, target: Path, failed: str) -> SetupError | None:
    """The error where the home directory itself is closed to the user, or cannot be made.

    None if it is not the way to the target, or there is another reason. `failed` is the message.
    """
    directory = home()
    if error.errno not in _CLOSED or directory is None:
        return None
    way = (target, *target.parents)
    reached = next((each for each in way if os.path.lexists(each)), None)
    if directory not in way or reached not in (directory, *directory.parents):
        return None
    source = "HOME is" if "HOME" in os.environ else "HOME is not set, and the user's is"
    return SetupError(
        f"{failed}: {source} {str(directory)!r}",
        hint="set it to a directory of yours: export HOME=DIR",
    )


def _has_place(variable: str) -> bool:
    return Path(os.environ.get(variable, "")).is_absolute() or (
        home() is not None and not os.environ.get(variable)
    )


def _homeless(what: str) -> SetupError:
    value = os.environ.get("HOME")
    kind = "a directory" if Path(value or "").is_absolute() else "an absolute path"
    reason = "HOME is not set" if value is None else f"HOME is {value!r}, not {kind}"
    return SetupError(
        f"there is no home directory for {what}: {reason}",
        hint='set it: export HOME="$(getent passwd "$(id -u)" | cut -d: -f6)"',
    )
