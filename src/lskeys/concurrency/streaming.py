"""Queries many regions and accounts, and yields their items in order, as soon as they are due."""

import heapq
import math
import threading
import time
from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from lskeys.concurrency.event import Event
from lskeys.concurrency.limits import MAX_PARALLEL, LimitedThread, wait_briefly
from lskeys.values import value

K = TypeVar("K")
T = TypeVar("T")

MAX_STARTED = 128
"""Threads of one query, with those that are slow or whose item is not taken yet."""

PATIENCE = 2.0
"""Seconds an item may take before those behind it come first."""


@value
class MoreSources(Generic[K, T]):
    """What a source says that turns out to be several.

    Attributes:
        key: What its own items are about from now on.
        others: The others; their place is right behind it.
    """

    key: K
    others: "tuple[Source[K, T], ...]" = ()


@value
class Source(Generic[K, T]):
    """What to query: what its items are about, and the items, each of which may take its time."""

    key: K
    items: "Callable[[], Iterator[T | MoreSources[K, T]]]"


@value
class Arrival(Generic[K, T]):
    """An item of a source, or the error that ended it."""

    key: K
    item: T | None = None
    error: BaseException | None = None


def stream(
    sources: Iterable[Source[K, T]], *, patience: float = PATIENCE
) -> Iterator[Arrival[K, T]]:
    """Query all sources, and yield their items in the order of the sources.

    Each source has a thread, which is one item ahead. One that keeps those behind it waiting for
    longer than the patience loses its place: what it has comes between two others. One that is slow
    takes no other's turn.
    """
    line = _Line(sources, patience)
    while line.turns or line.waiting:
        turn = line.next()
        said = turn.take()
        if said is not None:
            yield said
        if turn.has_ended:
            line.remove(turn)


@value
class _End:
    """After the last item; `error` is what ended the items too early."""

    error: BaseException | None = None


class _Turn(Generic[K, T]):
    """A source, its place among the others, and its items that are not taken yet."""

    def __init__(self, place: tuple[int, ...], source: Source[K, T]) -> None:
        self.place = place
        self.key = source.key
        self.has_ended = False
        self.is_late = False
        self.since = math.inf
        self._items = source.items
        self._said: deque[T | MoreSources[K, T] | _End] = deque()
        self._room = threading.Semaphore()
        self._thread: LimitedThread | None = None

    def __lt__(self, other: "_Turn[K, T]") -> bool:
        return self.place < other.place

    def begin(self, arrived: Event) -> bool:
        """Query in a thread of its own; whether the system has one."""
        self.since = time.monotonic()
        thread = LimitedThread(lambda: self._query(arrived))
        self._thread = thread if thread.began() else None
        return self._thread is not None

    def begin_here(self, arrived: Event) -> None:
        """Query without a thread, all items first."""
        self._room = threading.Semaphore(2**31)
        self._query(arrived)

    def _query(self, arrived: Event) -> None:
        end = _End()
        try:
            for item in self._items():
                self._room.acquire()
                self._said.append(item)
                arrived.set()
        except BaseException as error:  # noqa: BLE001  carried to the one who takes it
            end = _End(error)
        self._said.append(end)
        arrived.set()

    @property
    def is_ready(self) -> bool:
        """Whether it has an item that is not taken yet."""
        return bool(self._said) and not isinstance(self._said[0], MoreSources)

    @property
    def age(self) -> float:
        """Seconds since its next item is waited for."""
        return time.monotonic() - self.since

    @property
    def seconds_left(self) -> float:
        """Until its call may be late."""
        return self._thread.seconds_left if self._thread and not self._said else math.inf

    def attend(self) -> None:
        """Do what its call wants done here; leave its thread behind if that is beyond its limit."""
        if self._thread is None:
            return
        self._thread.run_requested()
        error = None if self._said else self._thread.overrun()
        if error is not None and not self._said:
            self._said = deque([_End(error)])

    def branches(self) -> "Iterator[_Turn[K, T]]":
        """The sources behind it that are new since the last call."""
        if self._said and isinstance(onward := self._said[0], MoreSources):
            self._drop()
            self.key = onward.key
            for number, source in enumerate(onward.others):
                yield _Turn((*self.place, number), source)

    def take(self) -> "Arrival[K, T] | None":
        """What it said next; None at its end."""
        said = self._drop()
        assert not isinstance(said, MoreSources), "not to be given"
        if not isinstance(said, _End):
            return Arrival(self.key, item=said)
        self.has_ended = True
        return Arrival(self.key, error=said.error) if said.error else None

    def _drop(self) -> "T | MoreSources[K, T] | _End":
        said = self._said.popleft()
        self.since = time.monotonic()
        self._room.release()
        return said


class _Line(Generic[K, T]):
    """The sources whose items are still to come: those that are queried, and those that wait."""

    def __init__(self, sources: Iterable[Source[K, T]], patience: float) -> None:
        self.turns: list[_Turn[K, T]] = []
        self.waiting = [_Turn((place,), each) for place, each in enumerate(sources)]
        self._patience = patience
        self._arrived = Event()
        self._current: _Turn[K, T] | None = None
        self._most = MAX_STARTED

    def remove(self, turn: _Turn[K, T]) -> None:
        """One that has nothing more to say."""
        self.turns.remove(turn)
        if self._current is turn:
            self._current = None

    def next(self) -> _Turn[K, T]:
        """Wait for the one whose item is due."""
        while True:
            self._arrived.clear()
            for turn in self.turns:
                turn.attend()
                for branch in turn.branches():
                    heapq.heappush(self.waiting, branch)
            self._start()
            due = self._due()
            if due is not None:
                self._current = None if due.is_late else due
                return due
            wait_briefly(self._arrived, min(turn.seconds_left for turn in self.turns))

    def _start(self) -> None:
        """Query as many as may be queried in parallel, and always the first one."""
        queried = sum(not turn.is_ready and turn.age < PATIENCE for turn in self.turns)
        while self.waiting and (
            not self.turns
            or self.waiting[0] < self.turns[0]
            or (queried < MAX_PARALLEL and len(self.turns) < self._most)
        ):
            if not self.waiting[0].begin(self._arrived):
                self._most = len(self.turns)  # the system has no more threads
                if self.turns:
                    return
                self.waiting[0].begin_here(self._arrived)
            insort(self.turns, heapq.heappop(self.waiting))
            queried += 1

    def _due(self) -> _Turn[K, T] | None:
        """Whose item is given now: pages of a source stay together while it keeps its place."""
        if self._current is not None:
            if self._current.is_ready:
                return self._current
            if self._current.age < self._patience:
                return None
            self._current.is_late, self._current = True, None
        for turn in self.turns:
            if turn.is_late and turn.is_ready:
                return turn
        for turn in self.turns:
            if turn.is_ready:
                return turn
            if not turn.is_late and turn.age < self._patience:
                return None
            turn.is_late = True
        return None
