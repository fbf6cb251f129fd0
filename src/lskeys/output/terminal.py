"""The result to stdout, everything else to stderr, and consent. Touches: the terminal."""

import contextlib
import errno
import os
import shutil
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from typing import TextIO

from lskeys.errors import (
    DeclinedError,
    InterruptedByUserError,
    LocalError,
    LskeysError,
    ReaderGoneError,
)
from lskeys.model import Secret
from lskeys.output import prompts
from lskeys.output.result import json_text, raw_error
from lskeys.text import printable

_SAID_BY_AWS = "aws says"
_ERASE_LINE = "\r\x1b[2K"
_WIDE = 1_000
"""Columns of a pipe: wide enough that no row of a table folds there."""


class Terminal:
    """The three streams and what may be done with them.

    Args:
        stdin: Asked on, if it is a terminal.
        stdout: The result and nothing else; None when the program was started without one.
        stderr: Notes, questions, progress, errors; None likewise.
        environ: NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR, TERM and COLUMNS are read.
        color: auto, always or never.
        no_input: Never ask.
        debug: Show the trace.
        json_errors: Errors as one JSON object each.
    """

    def __init__(  # noqa: PLR0913  the streams and each choice about them
        self,
        stdin: TextIO | None,
        stdout: TextIO | None,
        stderr: TextIO | None,
        environ: Mapping[str, str],
        *,
        color: str = "auto",
        no_input: bool = False,
        debug: bool = False,
        json_errors: bool = False,
    ) -> None:
        self._stdin = stdin
        self._stdout = stdout
        self._stderr = stderr
        self._environ = environ
        self._color = color
        self._no_input = no_input
        self._debug = debug
        self._json_errors = json_errors
        self._progress_shown = False
        self._untold: deque[str] = deque()
        self._owner = threading.get_ident()

    @property
    def shows_tables(self) -> bool:
        """Whether stdout is a terminal."""
        return _is_terminal(self._stdout)

    @property
    def can_prompt(self) -> bool:
        """Whether a question would be seen and answered by a person, not by `yes |`."""
        return self.no_prompt is None

    @property
    def no_prompt(self) -> str | None:
        """Why no prompt is possible; None where one is."""
        if self._no_input:
            return "--no-input is set"
        is_terminal = _is_terminal(self._stdin) and _is_terminal(self._stderr)
        return None if is_terminal else "not a terminal"

    @property
    def colored(self) -> bool:
        """Whether the result may be styled (https://no-color.org, CLICOLOR_FORCE, TERM)."""
        if self._color != "auto":
            return self._color == "always"
        if self._environ.get("NO_COLOR"):
            return False
        if any(
            self._environ.get(name, "0") not in {"", "0"}
            for name in ("CLICOLOR_FORCE", "FORCE_COLOR")
        ):
            return True
        return self.shows_tables and self._environ.get("TERM") != "dumb"

    @property
    def width(self) -> int:
        """Columns to draw in: COLUMNS, the terminal's, or wide where there is no terminal."""
        columns = self._environ.get("COLUMNS", "")
        if columns.isascii() and columns.isdigit() and int(columns[:6]) > 0:
            return int(columns[:6])
        if not self.shows_tables:
            return _WIDE
        return shutil.get_terminal_size().columns

    @property
    def ascii_only(self) -> bool:
        """Whether stdout cannot show rules."""
        return not self.encoding.lower().startswith("utf")

    @property
    def encoding(self) -> str:
        """What stdout encodes text with."""
        return getattr(self._stdout, "encoding", None) or "ascii"

    def result(self, lines: Iterable[str], *, end: str = "\n") -> None:
        """Write the result, whole and flushed, each line with this end.

        Raises:
            LocalError: stdout is closed, gone or full: what was written is not complete.
        """
        self.write(lines, end=end)
        self.flush()

    def write(self, lines: Iterable[str], *, end: str = "\n") -> None:
        """Write lines of the result in one piece; `flush` hands them on.

        Raises:
            LocalError: stdout is closed, gone or full: what was written is not complete.
        """
        self.done()
        if self._stdout is None:
            raise LocalError("stdout is closed", hint="there is nowhere to put the result")
        text = "".join([line + end for line in lines])
        try:
            self._stdout.write(text)
        except OSError as error:
            raise _stdout_lost(error) from None

    def flush(self) -> None:
        """Hand on what was written so far.

        Raises:
            LocalError: stdout is gone or full.
        """
        if self._stdout is None:
            return
        try:
            self._stdout.flush()
        except OSError as error:
            raise _stdout_lost(error) from None

    def secret(self, text: Secret) -> None:
        """Write private key text to stdout, on purpose (`--file -`); never to a terminal."""
        if self._stdout is None or self.shows_tables:
            raise LocalError("stdout is no place for a private key", hint="redirect it to a file")
        try:
            self._stdout.flush()
            self._stdout.buffer.write(text.reveal())
            self._stdout.buffer.flush()
        except OSError as error:
            raise _stdout_lost(error) from None

    def note(self, text: str) -> None:
        """Show one line next to the result."""
        self._tell(printable(text))

    def warning(self, text: str) -> None:
        """Show what must be known, in one line."""
        self._tell(f"lskeys: warning: {printable(text)}")

    def hint(self, text: str) -> None:
        """Tell people what to do next."""
        self._tell(f"lskeys: hint: {printable(text)}")

    def trace(self, text: str) -> None:
        """Tell what is asked of AWS, with `--debug`."""
        if self._debug:
            self._tell(f"lskeys: debug: {printable(text)}")

    def error(self, error: LskeysError) -> None:
        """Show an error: message, AWS's tip, and the way out; a line each.

        Whose reader is gone is told nothing, as other programs do.
        """
        if isinstance(error, ReaderGoneError):
            return
        if isinstance(error, InterruptedByUserError) and _is_terminal(self._stderr):
            self._write_stderr("\n")  # after a prompt, progress, or the ^C that a terminal shows
        if self._json_errors:
            self._tell(json_text(raw_error(error)))
            return
        if isinstance(error, DeclinedError):  # nothing went wrong
            self.note(error.message)
            return
        self._tell(f"lskeys: error: {printable(error.whole_message)}")
        if error.tip:
            self._tell(f"lskeys: {_SAID_BY_AWS}: {printable(error.tip)}")
        if error.hint:
            self.hint(error.hint)

    def progress(self, text: str) -> None:
        """Show how far long work is, on a terminal, in one line that goes away."""
        self._tell_all()
        if _is_terminal(self._stderr) and self._environ.get("TERM") != "dumb":
            self._write_stderr(f"{_ERASE_LINE}{printable(text)}")
            self._progress_shown = True

    def done(self) -> None:
        """Take the progress line away."""
        self._clear_progress()
        self._tell_all()

    def prompt(self, call: str) -> str:
        """A typed answer, stripped; empty at the end of input. Only where `can_prompt`."""
        self.done()
        self._write_stderr(f"{printable(call)} ")
        assert self._stdin is not None
        line = prompts.read_line(self._stdin)
        if not line.endswith("\n"):
            self._write_stderr("\n")
        return line.strip()

    def prompt_secret(self, call: str) -> Secret:
        """A typed line that is not shown, without its end; empty at the end of input."""
        self.done()
        assert self._stdin is not None
        with prompts.hidden(self._stdin):  # before the question, whose answer may come at once
            self._write_stderr(f"{printable(call)} ")
            line = prompts.read_line(self._stdin)
        self._write_stderr("\n")
        return Secret(line.rstrip("\r\n").encode(errors="surrogateescape"))

    def close(self) -> LocalError | None:
        """Flush what is left; a stream that fails is silenced, so that exit does not fail again.

        Returns:
            The error, if stdout was the one that failed.
        """
        lost: LocalError | None = None
        for stream in (self._stdout, self._stderr):
            if stream is None:
                continue
            try:
                stream.flush()
            except OSError as error:
                lost = _stdout_lost(error) if stream is self._stdout else lost
                with contextlib.suppress(OSError, ValueError):
                    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return lost

    def _tell(self, line: str) -> None:
        """Write a line to stderr; one of another thread waits until the terminal's own writes."""
        self._untold.append(line + "\n")
        if threading.get_ident() == self._owner:
            self._tell_all()

    def _tell_all(self) -> None:
        while self._untold:
            self._clear_progress()
            self._write_stderr(self._untold.popleft())

    def _clear_progress(self) -> None:
        if self._progress_shown:
            self._progress_shown = False
            self._write_stderr(_ERASE_LINE)

    def _write_stderr(self, text: str) -> None:
        if self._stderr is None:
            return
        # A lost stderr must not turn a result into a failure: there is no one left to tell.
        with contextlib.suppress(OSError, ValueError):
            self._stderr.write(text)
            self._stderr.flush()


def _stdout_lost(error: OSError) -> LocalError:
    if error.errno == errno.EPIPE:
        return ReaderGoneError("the reader of stdout is gone")
    reason = os.strerror(error.errno or errno.EIO).lower()
    return LocalError(f"cannot write to stdout: {reason}", hint="the result is not complete")


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False
