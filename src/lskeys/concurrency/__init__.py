"""Calls with a limit, and one question to many regions and accounts.

Threads only ask: the disk and the terminal belong to the one who waits for them.
"""

from lskeys.concurrency.limits import (
    MAX_PARALLEL,
    Limit,
    Pending,
    call_each,
    in_waiting_thread,
    limited,
)
from lskeys.concurrency.streaming import Arrival, MoreSources, Source, stream

__all__ = [
    "MAX_PARALLEL",
    "Arrival",
    "Limit",
    "MoreSources",
    "Pending",
    "Source",
    "call_each",
    "in_waiting_thread",
    "limited",
    "stream",
]
