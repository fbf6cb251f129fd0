"""One line on a terminal that says what is waited for, shown after a while. Touches: the terminal.

Only the thread of this line draws it, so that it also appears while the main thread sits in a
system call. Where the system has no thread for it, there is no such line.
"""

import contextlib
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TextIO

from lskeys.text import printable

DELAY = 0.5
"""Seconds of waiting before the line is shown."""

ERASE_LINE = "\r\x1b[2K"

_PAUSE = 0.1
"""Seconds between two drawings."""
_MAX_NAMED = 3
"""Names of a kind that are shown; more are counted."""
_NARROWEST = 20


class Progress:
    """What is waited for, from any thread, and the line on a terminal that says so."""

    def __init__(self, stream: TextIO, write: Callable[[str], None]) -> None:
        self._stream = stream
        self._write = write
        self._changed = threading.Condition()
        self._since: float | None = None
        self._activity = ""
        self._waits: Counter[tuple[str, str]] = Counter()
        self._shown = ""
        self._pauses = 0
        self._is_stopped = False
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def waiting(self, kind: str, name: str) -> Iterator[None]:
        """Say meanwhile that this is waited for: its kind, such as AWS, and its name in that."""
        with self._changed:
            self._waits[kind, name] += 1
            self._begin()
        try:
            yield
        finally:
            with self._changed:
                self._waits -= Counter([(kind, name)])

    def doing(self, activity: str) -> None:
        """Say what is being done, until `done`."""
        with self._changed:
            self._activity = activity
            self._begin()

    def done(self) -> None:
        """Nothing is being done any more; take the line away."""
        with self._changed:
            self._activity = ""
            self._erase()

    @contextlib.contextmanager
    def erased(self) -> Iterator[None]:
        """Keep the line away while something is written; whoever begins to wait waits for that."""
        with self._changed:
            self._erase()
            yield

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Keep the line away while the user types."""
        with self._changed:
            self._pauses += 1
            self._erase()
        try:
            yield
        finally:
            with self._changed:
                self._pauses -= 1
                self._begin()

    def stop(self) -> None:
        """Take the line away for good, with whatever is still waited for."""
        with self._changed:
            self._is_stopped = True
            self._erase()
            self._changed.notify()

    def _erase(self) -> None:
        if self._shown:
            self._shown = ""
            self._write(ERASE_LINE)

    def _begin(self) -> None:
        self._since = self._since or time.monotonic()
        if self._thread is None and self._line:
            self._thread = threading.Thread(target=self._draw_repeatedly, daemon=True)
            try:
                self._thread.start()
            except RuntimeError:  # a limit of processes, or of memory
                self._thread = None

    def _draw_repeatedly(self) -> None:
        with self._changed:
            while line := self._line:
                left = (self._since or 0) + DELAY - time.monotonic()
                if left <= 0 and line != self._shown:
                    self._shown = line
                    self._write(f"{ERASE_LINE}{line}")
                self._changed.wait(max(left, _PAUSE))
            self._erase()
            self._thread = None

    @property
    def _line(self) -> str:
        """What is done and waited for, in one line of the terminal; empty for nothing."""
        if self._is_stopped or self._pauses:
            return ""
        kinds: dict[str, list[str]] = {}
        for kind, name in self._waits:
            kinds.setdefault(kind, []).append(name)
        waits = "; ".join(kind + _listed(names) for kind, names in kinds.items())
        said = ": ".join(filter(None, (self._activity, f"waiting for {waits}" if waits else "")))
        return printable(said)[: max(self._width, _NARROWEST) - 1]

    @property
    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns
        except (OSError, ValueError):  # says it is a terminal, but is no file
            return 80


def _listed(names: list[str]) -> str:
    more = len(names) - _MAX_NAMED
    shown = ", ".join(filter(None, names[:_MAX_NAMED]))
    if not shown:
        return ""
    return f" ({shown} and {more} more)" if more > 0 else f" ({shown})"
