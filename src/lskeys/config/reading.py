"""Reads config.toml, which need not be there. Touches: the disk (reading)."""

from pathlib import Path

from lskeys import regular_files
from lskeys.errors import SetupError

_MAX_SIZE = 64 * 1024  # bytes


def read(path: Path) -> str | None:
    """The text of config.toml; None where there is none, or the home cannot be searched for it.

    Raises:
        SetupError: It cannot be read, is no regular file, too large, or no text.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):  # as boto3 does with its own
        return None
    except OSError as error:
        raise _unreadable(path, (error.strerror or "error").lower()) from None
    try:
        content, _ = regular_files.read(path, _MAX_SIZE + 1)
        if len(content) > _MAX_SIZE:
            raise _unreadable(path, f"larger than {_MAX_SIZE // 1024} KiB")
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, (error.strerror or "error").lower()) from None
    except UnicodeDecodeError:
        raise _unreadable(path, "not UTF-8") from None


def _unreadable(path: Path, reason: str) -> SetupError:
    return SetupError(f"cannot read {path}: {reason}", hint="fix or move it")
