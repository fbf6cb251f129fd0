"""Lines typed on a terminal, shown or hidden; a signal ends the wait. Touches: the terminal."""

import contextlib
import os
import select
import signal
import termios
from collections.abc import Callable, Iterator
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


def read_hidden_line(stdin: TextIO, ask: Callable[[], None]) -> str:
    """The same, not shown; echo is switched off before it is asked for.

    The keys that stop or abort a run (Ctrl-Z, and Ctrl with backslash) do nothing meanwhile: a
    shell would switch echo on before it goes on, or it would end without switching it on.
    """
    with _hidden(stdin) as ignored:
        ask()
        line = read_line(stdin)
    return line.translate(dict.fromkeys(ignored))


@contextlib.contextmanager
def _hidden(stdin: TextIO) -> Iterator[bytes]:
    """Switch the terminal's echo off, and back; the keys that stand for nothing meanwhile."""
    try:
        descriptor = stdin.fileno()
        before = termios.tcgetattr(descriptor)
    except (OSError, termios.error):  # says it is a terminal, but has no settings
        yield b""
        return
    keys, none = [*before[6]], bytes([os.fpathconf(descriptor, "PC_VDISABLE")])
    for key in (termios.VSUSP, termios.VQUIT):
        keys[key] = none
    silent = [*before[:3], before[3] & ~termios.ECHO, *before[4:6], keys]
    termios.tcsetattr(descriptor, termios.TCSAFLUSH, silent)
    try:
        yield b"".join(before[6][key] for key in (termios.VSUSP, termios.VQUIT)).replace(none, b"")
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
