"""Runs the program and stops it by signals while an operation is under way."""

import signal
import subprocess
import sys
import threading

import pytest

from tests.conftest import Ran
from tests.support.lying_server import HOLD, Call, Liar, Reply

PATIENCE = 60.0
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

    liar.responses(operation, hold)
    command = (sys.executable, "-m", "lskeys", *words)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            assert arrived.wait(PATIENCE)
            for number in numbers:
                running.send_signal(number)
            out, err = running.communicate(timeout=PATIENCE)
        finally:
            running.kill()  # else it would be waited for
    return Ran(running.returncode, out, err)
