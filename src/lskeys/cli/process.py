"""The program as a process: signals, streams, exit. Touches: the process."""

import contextlib
import gc
import os
import resource
import signal
import sys
from datetime import UTC, datetime
from types import FrameType
from typing import NoReturn

from lskeys.cli.app import main as run
from lskeys.cli.runtime import Invocation
from lskeys.errors import ExitCode, InterruptedByUserError
from lskeys.output.raw_paths import RAW_PATHS

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Run the command line of this process and exit.

    What is there at the end is left to the system: to look for cycles among modules then took much
    of a short run's time (docs/performance.md).
    """
    _hold_standard_streams()
    _leave_no_core()
    for number in _STOPS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _stop)
    for stream, errors in ((sys.stdout, RAW_PATHS), (sys.stderr, "backslashreplace")):
        if stream is not None:
            stream.reconfigure(errors=errors)  # type: ignore[union-attr]  # text streams
    invocation = Invocation(
        sys.stdin, sys.stdout, sys.stderr, os.environ, lambda: datetime.now(UTC)
    )
    try:
        exit_code = run(sys.argv[1:], invocation)
    except (KeyboardInterrupt, InterruptedByUserError):  # while the last line was written
        exit_code = ExitCode.INTERRUPTED
    _end(exit_code)


_received: list[int] = []
"""The signal that ends the run."""


def _stop(number: int, _frame: FrameType | None) -> None:
    """End the run; the first signal does, and no later one ends its cleaning up.

    Later ones are handled and not ignored: Python complains about one that came before it was.
    """
    if _received:
        return
    _received.append(number)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise InterruptedByUserError("terminated", exit_code=ExitCode.TERMINATED)


def _end(exit_code: int) -> NoReturn:
    """Exit, or die of the signal that ended the run: a shell's loop then ends as well."""
    if exit_code in {ExitCode.INTERRUPTED, ExitCode.TERMINATED} and _received:
        _die_of(_received[0])
    _received.append(0)  # there is nothing left to end
    if exit_code == ExitCode.READER_GONE:
        _die_of(signal.SIGPIPE)
    gc.freeze()
    sys.exit(exit_code)


def _die_of(number: int) -> None:
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _leave_no_core() -> None:
    """Have no memory written to disk when the process breaks down: private keys are in it."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _hold_standard_streams() -> None:
    """Take the numbers 0 to 2 where they are free, so that no key file is opened as stdout."""
    for number in range(3):
        with contextlib.suppress(OSError):
            os.fstat(number)
            continue
        os.open(os.devnull, os.O_RDWR)
