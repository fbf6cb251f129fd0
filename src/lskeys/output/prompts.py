"""Lines typed on a terminal, shown or hidden; a signal ends the wait. Touches: the terminal."""

import contextlib
import os
import select
import signal
import termios
from collections.abc import Iterator
from typing import TextIO


def read_line(stdin: TextIO) -> str:
    """The next typed line with its end; without one, or empty, at the end of input.

    A signal in the instant before `read` begins would be noticed when `read` ends, which is when
    the user types. The pipe it leaves a byte in ends a `select` that begins after it, too.
    """
    try:
        descriptor = stdin.fileno()
    except (OSError, ValueError):  # says it is a terminal, but is no file
        return stdin.readline()
    reader, writer = os.pipe()
    try:
        os.set_blocking(writer, False)
        with _waking(writer):
            select.select([descriptor, reader], [], [])
    finally:
        os.close(reader)
        os.close(writer)
    return stdin.readline()


@contextlib.contextmanager
def _waking(writer: int) -> Iterator[None]:
    """Have every signal leave a byte in a pipe; only the main thread gets signals."""
    try:
        before = signal.set_wakeup_fd(writer)
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)


@contextlib.contextmanager
def hidden(stdin: TextIO) -> Iterator[None]:
    """Switch the terminal's echo off, and back to how it was."""
    try:
        descriptor = stdin.fileno()
        before = termios.tcgetattr(descriptor)
    except (OSError, termios.error):  # says it is a terminal, but has no settings
        yield
        return
    silent = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(descriptor, termios.TCSAFLUSH, silent)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
