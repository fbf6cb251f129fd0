"""Waits for a call no longer than its limit: the call runs in a thread that can be left behind.

Socket timeouts bound one read each, and a drip of bytes, a hanging `credential_process` or a
metadata service resets or ignores them; only the one who waits can stop waiting. So it is with
memory: a response, or what a `credential_process` prints, is read to its end before it is used.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Generic, TypeVar

from lskeys.concurrency import memory
from lskeys.concurrency.event import Event
from lskeys.values import value

T = TypeVar("T")

MAX_MEMORY = 512 * 1024 * 1024
"""Bytes the program may grow by while a call is waited for; twenty thousand pairs take 40 MiB."""

MAX_PARALLEL = 32
"""Calls at the same time; Lightsail has about twenty regions."""

_GLANCE = 0.2
"""Seconds between looks at what does not end a wait: a signal, a limit."""


@value
class Limit:
    """How long a call may take, and the errors that it ends with instead.

    Attributes:
        late: Makes the error of a call that takes longer.
        large: Makes the error of one during which the program grows by `MAX_MEMORY`.
    """

    seconds: float
    late: Callable[[], Exception]
    large: Callable[[], Exception]


class Worker(threading.Thread):
    """A thread that never keeps the program from ending; calls in it have threads of their own."""

    def __init__(self, run: Callable[[], None]) -> None:
        super().__init__(target=run, daemon=True)

    def began(self) -> bool:
        """Start; whether the system has a thread for it."""
        try:
            self.start()
        except RuntimeError:  # a limit of processes, or of memory
            return False
        return True

    @property
    def seconds_left(self) -> float:
        """Until its call may be late."""
        return math.inf

    def overrun(self) -> Exception | None:
        """The error of a call that is beyond its limit."""
        return None

    def run_requested(self) -> None:
        """Do what its call wants done by the one who waits for it."""


class LimitedThread(Worker):
    """A thread that makes a call itself; whoever waits for the thread keeps the call's limit."""

    def __init__(self, run: Callable[[], None]) -> None:
        super().__init__(run)
        self._bound: tuple[Limit, float, int] | None = None
        self._requested: deque[Callable[[], None]] = deque()

    @contextmanager
    def within(self, limit: Limit) -> Iterator[None]:
        """Have this limit kept meanwhile."""
        before = self._bound
        self._bound = limit, time.monotonic() + limit.seconds, memory.peak() + MAX_MEMORY
        try:
            yield
        finally:
            self._bound = before

    @property
    def seconds_left(self) -> float:
        """Until its call may be late."""
        bound = self._bound
        return bound[1] - time.monotonic() if bound else math.inf

    def overrun(self) -> Exception | None:
        """The error of a call that is beyond its limit."""
        bound = self._bound
        if bound is None:
            return None
        limit, end, most = bound
        if time.monotonic() >= end:
            return limit.late()
        return limit.large() if memory.peak() > most else None

    def hand_over(self, call: Callable[[], None]) -> None:
        """Have something done by the one who waits for the thread."""
        self._requested.append(call)

    def run_requested(self) -> None:
        """Do what its call wants done by the one who waits for it."""
        while self._requested:
            in_waiting_thread(self._requested.popleft())


class Pending(Generic[T]):
    """A call under way; where the system has no thread, it is made when it is waited for."""

    def __init__(self, call: Callable[[], T], kind: type[Worker] = LimitedThread) -> None:
        self._call = call
        self._value: list[T] = []
        self._error: BaseException | None = None
        self._ended = Event()
        self._thread = kind(self._run)
        self.is_under_way = self._thread.began()

    def _run(self) -> None:
        try:
            self._value.append(self._call())
        except BaseException as error:  # noqa: BLE001  carried to the waiting thread, raised there
            self._error = error
        finally:
            self._ended.set()

    def result(self) -> T:
        """What the call returned or raised, or the error of a limit that it did not keep."""
        if not self.is_under_way and not self._ended.is_set():
            self._run()
        while not wait_briefly(self._ended, self._thread.seconds_left):
            self._thread.run_requested()
            error = self._thread.overrun()
            if error is not None and not self._ended.is_set():
                raise error
        if self._error is not None:
            raise self._error
        return self._value[0]


def limited(call: Callable[[], T], limit: Limit) -> T:
    """What a call returns or raises, within a limit.

    In a `LimitedThread` the call is made right there; else it gets one. Where the system has no
    threads, the limits are those of its sockets.
    """
    here = threading.current_thread()
    if isinstance(here, LimitedThread):
        with here.within(limit):
            return call()
    pending = Pending(partial(limited, call, limit))
    return pending.result() if pending.is_under_way else call()


def in_waiting_thread(call: Callable[[], T]) -> T:
    """What a call returns that no thread of a query may do: the thread that waits makes it.

    So a prompt is shown where the terminal belongs, one at a time, and is no part of any limit.
    """
    here = threading.current_thread()
    if not isinstance(here, LimitedThread):
        return call()
    result: list[T] = []
    ended = threading.Event()

    def call_and_report() -> None:
        result.append(call())
        ended.set()

    here.hand_over(call_and_report)
    ended.wait()
    return result[0]


def call_each(calls: Iterable[Callable[[], T]]) -> Iterator[T]:
    """What each of several calls returns, made in parallel, in their order.

    Each may take several steps, and go on after one that came to its limit.
    """
    waiting = iter(calls)
    line = deque(Pending(call, Worker) for call in islice(waiting, MAX_PARALLEL))
    while line:
        yield line.popleft().result()
        line.extend(Pending(call, Worker) for call in islice(waiting, 1))


def wait_briefly(event: Event, seconds: float) -> bool:
    """Whether an event has come, after waiting so long for it, but no longer than a glance.

    Python sees a signal between two steps of its main thread. One that comes after the last look
    and before the system waits, or that the system gives to another thread, would be
    seen only when the wait is over (about one in two hundred, on a busy machine). So it is waited
    for a glance at a time.
    """
    return event.wait(max(0.0, min(_GLANCE, seconds)))
