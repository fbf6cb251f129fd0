"""Passphrases, from a file or typed. Touches: the disk (reading)."""

from collections.abc import Callable
from pathlib import Path

from lskeys.errors import RefusedError, UsageError, no_file, unreadable_file
from lskeys.keys.encoding import BOMS_UTF16, MAX_PASSPHRASE, plain
from lskeys.model import Secret

_MAX_LINE = 2 * MAX_PASSPHRASE + 8
"""Bytes; in UTF-16 a passphrase takes no more than twice as many."""

Prompt = Callable[[str], Secret]
"""Prompts for text that is not shown; None where no prompt is wanted."""


def check(file: Path | None, *, prompts: bool, can_prompt: bool) -> None:
    """Refuse `--passphrase` together with `--passphrase-file`, and without a terminal.

    Raises:
        UsageError: Both are given.
        RefusedError: No prompt is possible.
    """
    if prompts and file is not None:
        raise UsageError("--passphrase and --passphrase-file cannot be combined", hint="choose one")
    if prompts and not can_prompt:
        raise RefusedError(
            "not a terminal: cannot ask for the passphrase", hint="use --passphrase-file FILE"
        )


def for_key_files(file: Path | None, prompt: Prompt | None) -> Callable[[Path], Secret | None]:
    """A function that returns the passphrase of a key file: from `file`, typed, or none."""
    if file is not None:
        known = read(file)
        return lambda _: known
    if prompt is None:
        return lambda _: None

    def typed(path: Path) -> Secret | None:
        words = prompt(f"Passphrase of {path} (empty to go without):")
        return words if words.reveal() else None

    return typed


def for_new_key(prompt: Prompt) -> Secret:
    """The passphrase of a new key, typed twice; a typo may be corrected.

    Raises:
        RefusedError: The two differ, or it is empty or too long.
    """
    typed, again = prompt("Passphrase for the new key:"), prompt("The same again:")
    while again.reveal() not in {typed.reveal(), b""}:
        anew = prompt("The two differ. Passphrase for the new key:")
        if not anew.reveal():
            break
        typed, again = anew, prompt("The same again:")
    words = typed.reveal()
    if words != again.reveal():
        raise RefusedError("the two passphrases differ, nothing was created", hint="try again")
    if not 0 < len(words) <= MAX_PASSPHRASE:
        raise RefusedError(
            f"the passphrase is {'too long' if words else 'empty'}, nothing was created",
            hint="without --passphrase the key is not encrypted",
        )
    return typed


def read(path: Path) -> Secret:
    """The first line of a file in UTF-8, without line end and byte order mark; UTF-16 is decoded.

    Raises:
        MissingError: There is no such file.
        RefusedError: The line is empty or too long, or no text.
        LocalError: It cannot be read.
    """
    try:
        with path.open("rb") as file:  # a pipe such as <(pass show key), too
            text = file.readline(_MAX_LINE)
            if b"\0" in text or text.startswith(BOMS_UTF16):  # where a line ends otherwise
                text += file.read(_MAX_LINE)
    except FileNotFoundError:
        raise no_file(path) from None
    except OSError as exc:
        raise unreadable_file(path, exc) from None
    line = plain(text).partition(b"\n")[0].rstrip(b"\r")
    why = "it has NUL bytes" if b"\0" in line else "it is too long" if line else "it is empty"
    if b"\0" in line or not 0 < len(line) <= MAX_PASSPHRASE:
        raise RefusedError(
            f"the first line of {path} is no passphrase: {why}",
            hint="put the passphrase alone on its first line, as UTF-8",
        )
    return Secret(line)
