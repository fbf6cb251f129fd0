"""The key in a file, pipe or text that was named. Touches: the disk, reading only."""

import os
import re
import select
import shlex
import stat
import time
from collections.abc import Callable
from pathlib import Path

from lskeys import keys, regular_files
from lskeys.errors import LocalError, RefusedError, UsageError, no_file, unreadable_file
from lskeys.keys import KeyMaterialError
from lskeys.keys.matching import LocalKey
from lskeys.model import Secret
from lskeys.storage.key_search import local_key
from lskeys.values import replace

Opens = Callable[[Path], Secret | None]
"""Gives the passphrase of an encrypted file, or None to leave it shut."""

MODE_OF_A_PIPE = 0o600
"""What stands for permission bits where there are none."""

_INHERITED = re.compile(r"/dev/(?:fd/(\d+)|stdin)|/proc/self/fd/(\d+)")
_WAIT = 60.0  # seconds; a program that writes into a pipe may prompt for a passphrase first
_CHUNK = 64 * 1024
_PASTED = re.compile(
    r"-----BEGIN |---- BEGIN |PuTTY-User-Key-File"
    r"|(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-\S+)\s+AAAA|AAAA[A-Za-z0-9+/]{60}"
)


def read(
    path: Path, opens: Opens | None = None, *, pick: str | None = None, wait: float = _WAIT
) -> LocalKey:
    """The key in one named file or pipe.

    Args:
        path: The file; a pipe is read until its end, a device never.
        opens: Gives the passphrase of an encrypted file.
        pick: The number, comment or fingerprint of the one that counts of several keys.
        wait: Seconds to wait for what comes through a pipe.

    Raises:
        MissingError: There is no such file.
        UsageError: It holds no key, or several; or the name is a key, or a URL.
        RefusedError: It is a device, or it does not open with its passphrase.
        LocalError: It cannot be read, or a pipe does not end.
    """
    _refuse_pasted(str(path))
    try:
        content, mode = _content(path, wait)
    except (FileNotFoundError, NotADirectoryError):
        raise no_file(path) from None
    except OSError as exc:
        raise unreadable_file(path, exc) from exc
    return read_content(path, content, mode, opens, pick=pick)


def read_content(
    path: Path, content: bytes, mode: int, opens: Opens | None = None, *, pick: str | None = None
) -> LocalKey:
    """The key in a content; `path` and `mode` are of the file or stream it came from.

    Raises:
        UsageError: It holds no key, or several of which none is picked.
        RefusedError: It does not open with its passphrase.
    """
    try:
        chosen = keys.choose_key(content, pick) if pick else content
        key = local_key(path, keys.read_file(chosen), mode)
    except KeyMaterialError as error:
        raise UsageError(
            f"{path}: {error.message}", hint=error.hint_for(path), code="NoKey"
        ) from None
    passphrase = opens(path) if opens and key.encrypted else None
    return _unlocked(key, chosen, passphrase) if passphrase else key


def _unlocked(key: LocalKey, content: bytes, passphrase: Secret) -> LocalKey:
    try:
        opened = keys.read_file(content, passphrase=passphrase.reveal())
    except KeyMaterialError as error:
        raise RefusedError(f"{key.path}: {error.message}", hint=error.hint_for(key.path)) from None
    if opened.private is None:  # PuTTY's, which is not opened
        return key
    return replace(local_key(key.path, opened, key.mode), comment=key.comment)


def _content(path: Path, wait: float) -> tuple[bytes, int]:
    inherited = _INHERITED.fullmatch(str(path))
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise UsageError(
            f"{path} is a directory, not a key file",
            hint=f"name a file in it: ls {shlex.quote(str(path))}",
        )
    is_stream = stat.S_ISFIFO(mode) or (inherited is not None and stat.S_ISSOCK(mode))
    if not stat.S_ISREG(mode) and not is_stream:  # opening a device can already do something
        raise RefusedError(
            f"{path} is not a regular file or a pipe", hint="name the file that holds the key"
        )
    if inherited:  # opening it by its name would miss the end of a pipe whose writer is gone
        descriptor = os.dup(int(inherited[1] or inherited[2] or 0))
    else:
        descriptor = os.open(path, regular_files.FLAGS)
    try:
        content = _to_its_end(descriptor, path, wait)
    finally:
        os.close(descriptor)
    return content, MODE_OF_A_PIPE if is_stream else stat.S_IMODE(mode)


def _to_its_end(descriptor: int, path: Path, wait: float) -> bytes:
    """All of a file or pipe, up to a little more than any key has."""
    content = b""
    deadline = time.monotonic() + wait
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while len(content) <= keys.SIZE_LIMIT:
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise LocalError(f"{path} did not end within {wait:g} seconds", hint="see --timeout")
        chunk = os.read(descriptor, _CHUNK)
        if not chunk:
            break
        content += chunk
    return content


def _refuse_pasted(word: str) -> None:
    """Refuse what is a key, not the name of a file; it is not repeated, for it may be private."""
    if _PASTED.search(word):
        raise UsageError(
            "the key itself was given, where the name of its file is expected",
            hint="save it in a file, or give - and paste it, then press Enter and Ctrl-D",
        )
    if word.startswith(("http:/", "https:/")):
        url = shlex.quote(word.replace(":/", "://", 1))
        raise UsageError(
            f"{word} is a URL, where the name of a file is expected",
            hint=f"hand over what it leads to: curl -fsSL {url} | lskeys fingerprint -",
        )
