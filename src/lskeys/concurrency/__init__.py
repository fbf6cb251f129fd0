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
from lskeys.concurrency.streaming import Arrival, Branches, Source, stream

__all__ = [
    "MAX_PARALLEL",
    "Arrival",
    "Branches",
    "Limit",
    "Pending",
    "Source",
    "by_waiter",
    "call_each",
    "limited",
    "stream",
]
