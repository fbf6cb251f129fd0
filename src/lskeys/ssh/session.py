"""A session at the terminal: ssh with this process's own streams. Touches: processes, signals."""

import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from lskeys.errors import SetupError
from lskeys.text import one_line

_SECONDS = 2
"""How long a session that is ended from outside may take to end."""

_STOPPED_BY = 128
"""A shell's exit code for a program that a signal ended, without the signal's number."""

SSH_FAILED = 255
"""The exit code of ssh itself; a command there may have ended with it, too."""


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run ssh until it ends; its exit code, or as a shell spells the signal that ended it.

    Ctrl-C is ssh's, which has the terminal; what else ends this process ends ssh, too.

    Raises:
        SetupError: It cannot be started.
    """
    try:
        process = subprocess.Popen(arguments, env=environment)  # noqa: S603  ssh, without a shell
    except OSError as error:
        reason = one_line(error.strerror or "error")
        raise SetupError(
            f"{arguments[0]} cannot be started: {reason}", hint=f"try it: {arguments[0]} -V"
        ) from None
    try:
        with _interrupts_left_to_it():
            ended = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_SECONDS)
            process.kill()
            process.wait()
    return ended if ended >= 0 else _STOPPED_BY - ended


@contextmanager
def _interrupts_left_to_it() -> Iterator[None]:
    """Have Ctrl-C go by: a handler, since what is ignored would be ignored by ssh as well."""
    try:
        before = signal.signal(signal.SIGINT, lambda *_: None)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
