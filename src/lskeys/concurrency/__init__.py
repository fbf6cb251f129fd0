"""Calls with a limit, and one question to many regions and accounts.

Threads only ask: the disk and the terminal belong to the one who waits for them.
"""

from lskeys.concurrency.limits import (
    MAX_PARALLEL,
    Limit,
    Pending,
    by_waiter,
    call_each,
    limited,
)
from lskeys.concurrency.streaming import Arrival, Onward, Source, stream

__all__ = [
    "MAX_PARALLEL",
    "Arrival",
    "Limit",
    "Onward",
    "Pending",
    "Source",
    "by_waiter",
    "call_each",
    "limited",
    "stream",
]
