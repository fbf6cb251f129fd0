"""Programs in pseudo-terminals: what is typed into them, and what the screen shows."""

import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 60.0
PROMPT = "READY: "
TAB = "\t"


class Terminal:
    """A program at work: what is typed into it, and what its screen has shown so far."""

    def __init__(self, descriptor: int, process: "subprocess.Popen[bytes]") -> None:
        self._descriptor = descriptor
        self._settings = termios.tcgetattr(descriptor)
        self.process = process
        self.shown = ""

    def type(self, text: str) -> None:
        """Send keys."""
        os.write(self._descriptor, text.encode())

    def until(self, *wanted: str) -> str:
        """What was shown from now on, once all of this is in it; else it fails with what was."""
        ends = time.monotonic() + PATIENCE
        shown = ""
        while not all(each in shown for each in wanted):
            ready, _, _ = select.select([self._descriptor], [], [], max(0, ends - time.monotonic()))
            assert ready, f"waited for {wanted}, and saw {shown!r} after {self.shown!r}"
            shown += self._read()
        self.shown += shown
        return shown

    def end(self) -> int:
        """Read the rest; the exit code, or the negative number of the signal that ended it."""
        with suppress(OSError):  # Linux's end of a terminal
            while select.select([self._descriptor], [], [], PATIENCE)[0] and (more := self._read()):
                self.shown += more
        return self.process.wait(PATIENCE)

    def is_as_before(self) -> bool:
        """Whether the terminal has the settings that it had."""
        return termios.tcgetattr(self._descriptor) == self._settings

    def _read(self) -> str:
        return os.read(self._descriptor, 65_536).decode(errors="replace")


@contextmanager
def terminal(command: list[str], environ: Mapping[str, str], directory: Path) -> Iterator[Terminal]:
    """A program in a pseudo-terminal, ended when that is left."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (24, 80))
    # What a session's first process opens by name becomes its terminal.
    opened = ["sh", "-c", 'exec "$@" <"$0" >"$0" 2>&1', os.ttyname(theirs), *command]
    process = subprocess.Popen(
        opened,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environ, "TERM": "xterm"},
        cwd=directory,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
