"""The result to stdout, everything else to stderr, and prompts. Touches: the terminal."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TextIO

from lskeys.errors import LocalError, ReaderGoneError
from lskeys.model import Secret
from lskeys.output import prompts
from lskeys.output.messages import Messages, is_terminal
from lskeys.text import printable

_WIDE = 1_000
"""Columns of a pipe: wide enough that no row of a table folds there."""


class Terminal(Messages):
    """The three streams and what may be done with them.

    Args:
        stdin: Where prompts are typed at, if it is a terminal.
        stdout: The result and nothing else; None when the program was started without one.
        stderr: Notes, prompts, progress, errors; None likewise.
        environ: NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR, TERM and COLUMNS are read.
        color: auto, always or never.
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
        quiet: bool = False,
        debug: bool = False,
        json_errors: bool = False,
    ) -> None:
        super().__init__(stderr, environ, quiet=quiet, debug=debug, json_errors=json_errors)
        self._stdin = stdin
        self._stdout = stdout
        self._environ = environ
        self._color = color
        self._no_input = no_input

    @property
    def shows_tables(self) -> bool:
        """Whether stdout is a terminal."""
        return is_terminal(self._stdout)

    @property
    def can_prompt(self) -> bool:
        """Whether a prompt would reach a person, not `yes |`."""
        return self.no_prompt is None

    @property
    def no_prompt(self) -> str | None:
        """Why no prompt is possible; None where one is."""
        if self._no_input:
            return "--no-input is set"
        is_seen = is_terminal(self._stdin) and is_terminal(self._stderr)
        return None if is_seen else "not a terminal"

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
        text = end.join([*lines, ""])
        try:
            with self._alone():
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
            with self._alone():
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

    def prompt(self, call: str) -> str:
        """A typed line, stripped; empty at the end of input. Only where `can_prompt`."""
        self.done()
        assert self._stdin is not None
        with self._paused():
            self.write_stderr(f"{printable(call)} ")
            line = prompts.read_line(self._stdin)
        if not line.endswith("\n"):
            self.write_stderr("\n")
        return line.strip()

    def prompt_secret(self, call: str) -> Secret:
        """A typed line that is not shown, without its end; empty at the end of input."""
        self.done()
        assert self._stdin is not None
        with self._paused():
            ask = partial(self.write_stderr, f"{printable(call)} ")
            line = prompts.read_hidden_line(self._stdin, ask)
        self.write_stderr("\n")
        return Secret(line.rstrip("\r\n").encode(errors="surrogateescape"))

    def close(self) -> LocalError | None:
        """Flush what is left; a stream that fails is silenced, so that exit does not fail again.

        Returns:
            The error, if stdout was the one that failed.
        """
        lost: LocalError | None = None
        self.stop()
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


def _stdout_lost(error: OSError) -> LocalError:
    if error.errno == errno.EPIPE:
        return ReaderGoneError("the reader of stdout is gone")
    reason = os.strerror(error.errno or errno.EIO).lower()
    return LocalError(f"cannot write to stdout: {reason}", hint="the result is not complete")
