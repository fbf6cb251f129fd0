"""One question to many regions at once. Touches: threads only."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from lskeys.deadline import Pending, has_come
from lskeys.model import Answer, attempt

T = TypeVar("T")

MOST_AT_ONCE = 32
"""Regions asked at the same time; Lightsail has about twenty."""

PATIENCE = 2.0
"""Seconds a page may take before those behind its region are shown first."""


def ask(regions: Sequence[str], question: Callable[[str], T]) -> Iterator[Answer[T]]:
    """Ask every region, and give the answers in the order of `regions` whatever the arrival.

    A region that fails is an answer with an error; it hides no other.
    """
    under_way = deque(_begin(region, question) for region in regions[:MOST_AT_ONCE])
    for following in [*regions[MOST_AT_ONCE:], *[None] * len(under_way)]:
        region, pending = under_way.popleft()
        answer = attempt(region, pending.result)
        if following is not None:
            under_way.append(_begin(following, question))
        yield answer


def _begin(region: str, question: Callable[[str], T]) -> tuple[str, Pending[T]]:
    return region, Pending(lambda: question(region))


def stream(
    regions: Sequence[str], pages: Callable[[str], Iterator[Sequence[T]]]
) -> Iterator[Answer[Sequence[T]]]:
    """Ask every region, and give each page as an answer of its region, in the order of `regions`.

    A region that fails ends with an answer that is an error. One that lets its place in the line
    wait longer than the patience goes to its end: it holds nobody back.
    """
    arrived = threading.Event()
    waiting = deque(regions)
    line: deque[_Turn[T]] = deque()
    while waiting or line:
        while waiting and len(line) < MOST_AT_ONCE:
            region = waiting.popleft()
            line.append(_Turn(region, pages(region), arrived))
        turn = _next_of(line, arrived)
        answer = attempt(turn.region, turn.pending.result)
        if answer.value is None:
            line.remove(turn)
        else:
            turn.ask()
        if answer.value is not None or answer.error is not None:
            yield Answer(answer.region, answer.value, answer.error)


class _Turn(Generic[T]):
    """A region in the line, its next page under way."""

    def __init__(self, region: str, pages: Iterator[Sequence[T]], arrived: threading.Event) -> None:
        self.region = region
        self._pages = pages
        self._arrived = arrived
        self.ask()

    def ask(self) -> None:
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
        has_come(arrived)
