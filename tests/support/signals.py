"""Signals that this process was started to ignore, and that tests send. Touches: the process."""

import signal


def let_programs_heed() -> None:
    """Have the programs that tests start heed SIGINT and SIGHUP, though this process does not.

    A shell's background job ignores the one, under nohup the other is ignored; and what is
    ignored, other than what is handled, stays so in every program that is started.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _ignore)


def _ignore(*_: object) -> None:
    """Do what was done before: nothing."""
