"""Runs that end with their deadline, also on a machine that is slow at the moment."""

from collections.abc import Callable

from tests.conftest import Ran, Run

DEADLINES = ("0.6", "5", "60")


def run_out_of_time(run: Run, line: str, was_sent: Callable[[], bool]) -> tuple[Ran, str]:
    """Run `line` with the first deadline, in seconds, that leaves it time to send its request.

    What a test holds back is the response. On a loaded machine, a short deadline can end before
    the request was sent; such a run says nothing about the response, and nothing was changed.
    """
    for deadline in DEADLINES:
        ran = run(f"{line} --timeout {deadline}")
        if was_sent():
            return ran, deadline
    raise AssertionError(f"{line} sent no request: {ran}")
