"""Runs the program and stops it by signals while an operation is under way."""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran
from tests.support.lying_server import HOLD, Call, Liar, Reply

PATIENCE = 60.0


class Endless:
    """Shell commands that do not end by themselves, in two processes.

    Attributes:
        commands: They run until they are killed.
    """

    def __init__(self, directory: Path) -> None:
        gate, sign = directory / "gate", directory / "sign-of-life"
        for each in (gate, sign):
            os.mkfifo(each)
        self.commands = f"exec 9>'{sign}'; echo >&9; cat '{gate}' & cat '{gate}'"
        self._sign = os.open(sign, os.O_RDONLY | os.O_NONBLOCK)

    def wait_for_start(self) -> None:
        """Wait until they run."""
        self._wait(select.POLLIN)

    def wait_for_end(self) -> None:
        """Wait until both processes have ended, which they do not do by themselves."""
        self._wait(select.POLLHUP)
        os.close(self._sign)

    def _wait(self, event: int) -> None:
        polled = select.poll()
        polled.register(self._sign, event)
        [(_, happened)] = polled.poll(PATIENCE * 1000)
        assert happened & event


STOPS = [
    (signal.SIGTERM, -signal.SIGTERM, "terminated"),
    (signal.SIGHUP, -signal.SIGHUP, "terminated"),
    (signal.SIGINT, -signal.SIGINT, "interrupted"),
]
by_signal = pytest.mark.parametrize(("number", "exit_code", "word"), STOPS)


def stopped(liar: Liar, operation: str, numbers: list[signal.Signals], *words: str) -> Ran:
    """Run the program, and send it these signals when an operation is under way."""
    arrived = threading.Event()

    def hold(call: Call) -> Reply:
        del call
        arrived.set()
        return HOLD

    def wait() -> None:
        assert arrived.wait(PATIENCE)

    liar.responses(operation, hold)
    return stopped_when(wait, numbers, *words)


def stopped_when(wait: Callable[[], None], numbers: list[signal.Signals], *words: str) -> Ran:
    """Run the program, and send it these signals when something waited for has happened."""
    command = (sys.executable, "-m", "lskeys", *words)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            wait()
            for number in numbers:
                running.send_signal(number)
            out, err = running.communicate(timeout=PATIENCE)
        finally:
            running.kill()  # else it would be waited for
    return Ran(running.returncode, out, err)
