"""Writes to stderr: notes, warnings, hints, errors, and progress. Touches: the terminal."""

import contextlib
import re
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TextIO

from lskeys.errors import DeclinedError, InterruptedByUserError, LskeysError, ReaderGoneError
from lskeys.output.progress import Progress
from lskeys.output.result import json_text, raw_error
from lskeys.text import printable

_SAID_BY_AWS = "aws says"
_COMMAND = re.compile(r"(.*:|) ?((?:lskeys|ssh-keygen|chmod|aws) (?:(?!, |; |: ).)*)", re.DOTALL)
"""A hint that is a command, or ends with one."""


class Messages:
    """Lines on stderr.

    Args:
        stderr: The stream; None when the program was started without one.
        environ: TERM is read.
        json_errors: Errors as one JSON object each.
    """

    def __init__(
        self,
        stderr: TextIO | None,
        environ: Mapping[str, str],
        *,
        quiet: bool,
        debug: bool,
        json_errors: bool,
    ) -> None:
        self._stderr = stderr
        self._quiet = quiet
        self._debug = debug
        self._json_errors = json_errors
        self._pending: deque[str] = deque()
        self._owner = threading.get_ident()
        is_shown = stderr and is_terminal(stderr) and environ.get("TERM") != "dumb"
        self._progress = Progress(stderr, self._write) if stderr and is_shown else None

    def note(self, text: str) -> None:
        """Show one line next to the result."""
        self._show(printable(text))

    def report(self, text: str) -> None:
        """Show what was found or done, in one line; not with `--quiet`."""
        if not self._quiet:
            self.note(text)

    def warning(self, text: str) -> None:
        """Show what must be known, in one line."""
        self._show(f"lskeys: warning: {printable(text)}")

    def hint(self, text: str) -> None:
        """Show what to do next, in one line; on a terminal, a command at its end has its own."""
        found = _COMMAND.fullmatch(text) if is_terminal(self._stderr) else None
        lead, command = found.groups() if found else (text, "")
        self._show(f"lskeys: hint: {printable(lead)}".rstrip())
        if command:
            self._show(f"  {printable(command)}")

    def trace(self, text: str) -> None:
        """Show a line about a request, with `--debug`."""
        if self._debug:
            self._show(f"lskeys: debug: {printable(text)}")

    def error(self, error: LskeysError) -> None:
        """Show an error: message, AWS's tip, and the way out; a line each.

        Nothing is shown if the reader of stdout is gone, as in other programs.
        """
        if isinstance(error, ReaderGoneError):
            return
        if isinstance(error, InterruptedByUserError) and is_terminal(self._stderr):
            self.write_stderr("\n")  # after a prompt, progress, or the ^C that a terminal shows
        if self._json_errors:
            self._show(json_text(raw_error(error)))
            return
        if isinstance(error, DeclinedError):  # nothing went wrong
            self.note(error.message)
            return
        self._show(f"lskeys: error: {printable(error.whole_message)}")
        if error.tip:
            self._show(f"lskeys: {_SAID_BY_AWS}: {printable(error.tip)}")
        if error.hint:
            self.hint(error.hint)

    def waiting(self, kind: str, name: str) -> AbstractContextManager[None]:
        """Say meanwhile, on a terminal and after a while, what is waited for. From any thread."""
        return self._progress.waiting(kind, name) if self._progress else contextlib.nullcontext()

    def progress(self, text: str) -> None:
        """Say, on a terminal and after a while, how far long work is."""
        self._show_pending()
        if self._progress:
            self._progress.doing(text)

    def done(self) -> None:
        """Take the progress line away."""
        if self._progress:
            self._progress.done()
        self._show_pending()

    def stop(self) -> None:
        """Take the progress line away for good."""
        if self._progress:
            self._progress.stop()
        self._show_pending()

    def write_stderr(self, text: str) -> None:
        """Write to stderr, where no progress line is left.

        A lost stderr does not turn a result into a failure: no reader is left.
        """
        with self._alone():
            self._write(text)

    def _paused(self) -> AbstractContextManager[None]:
        """Without the progress line while the user types."""
        return self._progress.paused() if self._progress else contextlib.nullcontext()

    def _alone(self) -> AbstractContextManager[None]:
        """Without the progress line, and no other thread writing."""
        return self._progress.erased() if self._progress else contextlib.nullcontext()

    def _show(self, line: str) -> None:
        """Write a line; one of another thread waits until the main thread's own writes."""
        self._pending.append(line + "\n")
        if threading.get_ident() == self._owner:
            self._show_pending()

    def _show_pending(self) -> None:
        while self._pending:
            self.write_stderr(self._pending.popleft())

    def _write(self, text: str) -> None:
        if self._stderr is None:
            return
        with contextlib.suppress(OSError, ValueError):
            self._stderr.write(text)
            self._stderr.flush()


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is one that people see, or type in."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False
