"""An event that a signal handler may raise in. Pure."""

import contextlib
from queue import Empty, SimpleQueue


class Event:
    """Like `threading.Event`, for one thread that waits, also when a signal handler raises in it.

    `threading.Event` waits in several steps of Python: an exception raised between two of them
    releases the lock of the thread that is just setting the event, which then fails. Here each
    step is one call of C, and `set` needs no lock.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._sets: SimpleQueue[None] = SimpleQueue()

    def is_set(self) -> bool:
        """Whether it has come."""
        return self._is_set

    def set(self) -> None:
        """Let it come, from any thread."""
        if not self._is_set:
            self._is_set = True
            self._sets.put(None)

    def clear(self) -> None:
        """Have the next wait wait for the next set."""
        self._is_set = False
        while not self._sets.empty():  # only the waiting thread takes from it
            self._sets.get_nowait()

    def wait(self, seconds: float) -> bool:
        """Whether it has come; after so many seconds, or sooner, where it was cleared meanwhile."""
        if not self._is_set:
            with contextlib.suppress(Empty):
                self._sets.get(timeout=seconds)
        return self._is_set
