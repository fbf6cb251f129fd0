"""Waits for a call no longer than asked: the call runs in a thread that can be left behind.

Socket timeouts bound one read each, and a drip of bytes, a hanging `credential_process` or a
metadata service resets or ignores them; only the one who waits can stop waiting. So it is with
memory: an answer, or what a `credential_process` prints, is read to its end before anybody sees it.
"""

import math
import resource
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from lskeys.model import Outcome, attempt

T = TypeVar("T")

MAX_MEMORY = 512 * 1024 * 1024
"""Bytes the program may grow by while a call is waited for; twenty thousand pairs take 40 MiB."""

_GLANCE = 0.2
"""Seconds between looks at what does not end a wait: a signal, the memory in use."""

_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in what getrusage(2) counts memory in."""


def wait_for(
    event: threading.Event, seconds: float = math.inf, check: Callable[[], None] = lambda: None
) -> bool:
    """Whether an event has come, after waiting so long for it; signals are seen meanwhile.

    Python sees a signal between two steps of its main thread. One that comes after the last look
    and before the system is asked to wait, or that the system gives to another thread, would be
    seen only when the wait is over (about one in two hundred, on a busy machine). So it is waited
    for a glance at a time; `check` is called in between, and may raise what ends the wait.
    """
    end = time.monotonic() + seconds
    while not event.wait(max(0.0, min(_GLANCE, end - time.monotonic()))):
        if time.monotonic() >= end:
            return False
        check()
    return True


class Pending(Generic[T]):
    """A call under way in a daemon thread, which never keeps the program from ending.

    `arrived` is set when the call has ended, for one who waits for several.
    """

    def __init__(self, call: Callable[[], T], arrived: threading.Event | None = None) -> None:
        self._call = call
        self._arrived = arrived
        self._value: list[T] = []
        self._error: BaseException | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._value.append(self._call())
        except BaseException as error:  # noqa: BLE001  carried to the waiting thread, raised there
            self._error = error
        finally:
            self._ended.set()
            if self._arrived is not None:
                self._arrived.set()

    def has_ended(self, seconds: float) -> bool:
        """Whether the call has ended, after waiting so long for it."""
        return wait_for(self._ended, seconds)

    def result(self, seconds: float | None = None) -> T:
        """What the call returned or raised.

        Raises:
            TimeoutError: It takes longer than `seconds`.
            MemoryError: With `seconds` given, the program grows by `MAX_MEMORY` meanwhile.
        """
        if seconds is None:
            wait_for(self._ended)
        elif not wait_for(self._ended, seconds, _bounded()):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._value[0]


def _bounded() -> Callable[[], None]:
    """Raises MemoryError, whenever it is called, if the program grew too much since now."""
    most = _peak() + MAX_MEMORY

    def check() -> None:
        if _peak() > most:
            raise MemoryError

    return check


def _peak() -> int:
    """The most memory this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


MAX_PARALLEL = 32
"""Regions asked at the same time; Lightsail has about twenty."""


PATIENCE = 2.0
"""Seconds a page may take before those behind its region are shown first."""


def call_each(regions: Sequence[str], call: Callable[[str], T]) -> Iterator[Outcome[T]]:
    """Ask every region, and give the answers in the order of `regions` whatever the arrival.

    A region that fails is an answer with an error; it hides no other.
    """
    under_way = deque(_begin(region, call) for region in regions[:MAX_PARALLEL])
    for following in [*regions[MAX_PARALLEL:], *[None] * len(under_way)]:
        region, pending = under_way.popleft()
        outcome = attempt(region, pending.result)
        if following is not None:
            under_way.append(_begin(following, call))
        yield outcome


def _begin(region: str, call: Callable[[str], T]) -> tuple[str, Pending[T]]:
    return region, Pending(lambda: call(region))


def stream_pages(
    regions: Sequence[str], pages: Callable[[str], Iterator[Sequence[T]]]
) -> Iterator[Outcome[Sequence[T]]]:
    """Ask every region, and give each page as an answer of its region, in the order of `regions`.

    A region that fails ends with an answer that is an error. One that lets its place in the line
    wait longer than the patience goes to its end: it holds nobody back.
    """
    arrived = threading.Event()
    waiting = deque(regions)
    line: deque[_Turn[T]] = deque()
    while waiting or line:
        while waiting and len(line) < MAX_PARALLEL:
            region = waiting.popleft()
            line.append(_Turn(region, pages(region), arrived))
        turn = _next_of(line, arrived)
        outcome = attempt(turn.region, turn.pending.result)
        if outcome.value is None:
            line.remove(turn)
        else:
            turn.request_next()
        if outcome.value is not None or outcome.error is not None:
            yield Outcome(outcome.region, outcome.value, outcome.error)


class _Turn(Generic[T]):
    """A region in the line, its next page under way."""

    def __init__(self, region: str, pages: Iterator[Sequence[T]], arrived: threading.Event) -> None:
        self.region = region
        self._pages = pages
        self._arrived = arrived
        self.request_next()

    def request_next(self) -> None:
        """Begin to wait for the next page; None after the last one."""
        self.since = time.monotonic()
        self.pending = Pending(lambda: next(self._pages, None), self._arrived)

    @property
    def patience(self) -> float:
        """Seconds the page may still take."""
        return max(0.0, self.since + PATIENCE - time.monotonic())


def _next_of(line: "deque[_Turn[T]]", arrived: threading.Event) -> "_Turn[T]":
    """Whose page is next: the first in the line that is not late, else whoever comes first."""
    for _ in range(len(line)):
        if line[0].pending.has_ended(line[0].patience):
            return line[0]
        line.rotate(-1)
    while True:
        arrived.clear()
        ready = next((turn for turn in line if turn.pending.has_ended(0)), None)
        if ready is not None:
            return ready
        wait_for(arrived)
