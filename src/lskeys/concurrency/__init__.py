"""Calls with a limit, and one query to many regions and accounts.

Threads only send requests: the disk and the terminal belong to the main thread.
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
