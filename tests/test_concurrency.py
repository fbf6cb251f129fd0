"""Calls with a limit, queries of several regions, and their failures."""

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys import concurrency
from lskeys.concurrency import (
    Arrival,
    Limit,
    MoreSources,
    Pending,
    Source,
    call_each,
    in_waiting_thread,
    limited,
    stream,
)
from lskeys.concurrency.streaming import MAX_STARTED
from lskeys.errors import RemoteError, SetupError


def never() -> str:
    """Wait for what does not come."""
    threading.Event().wait(60)
    return "came"


def failing(error: BaseException) -> Callable[[], None]:
    """A call that ends with this error."""

    def fail() -> None:
        raise error

    return fail


def within(seconds: float) -> Limit:
    """A limit whose errors show which one was exceeded."""
    return Limit(seconds, late=lambda: RemoteError("late"), large=lambda: RemoteError("large"))


# Limits


def test_a_value_comes_through() -> None:
    """Waiting returns the result of the call, however often."""
    pending = Pending(lambda: 42)
    assert (pending.result(), pending.result(), limited(lambda: 42, within(60))) == (42, 42, 42)


@pytest.mark.parametrize("error", [ValueError("x"), SetupError("y"), KeyboardInterrupt()])
def test_an_error_comes_through(error: BaseException) -> None:
    """What the call raises is what the wait raises."""
    for call in (Pending(failing(error)).result, partial(limited, failing(error), within(60))):
        with pytest.raises(type(error)) as raised:
            call()
        assert raised.value is error


def test_waiting_ends() -> None:
    """A call that does not end is left behind, and does not keep the program."""
    before = set(threading.enumerate())
    with pytest.raises(RemoteError, match="late"):
        limited(never, within(0.01))
    assert all(thread.daemon for thread in set(threading.enumerate()) - before)


def test_what_is_for_the_waiter_comes_to_the_first_one() -> None:
    """Prompts belong to the thread that has the terminal, however many wait for each other."""
    inner = partial(in_waiting_thread, threading.current_thread)
    outer = Pending(lambda: Pending(inner).result())
    assert outer.result() is threading.main_thread()


def test_a_call_that_is_late_fails_in_the_thread_that_waits() -> None:
    """So a thread with a call of its own within can go on without that."""

    def go_on() -> str:
        try:
            return Pending(lambda: limited(never, within(0.01))).result()
        except RemoteError as error:
            return error.message

    assert Pending(go_on).result() == "late"


def test_who_waits_keeps_the_limit() -> None:
    """A call with a limit in a thread that is waited for needs no other, and still ends."""
    before = threading.active_count()
    pending = Pending(lambda: limited(never, within(0.5)))
    assert threading.active_count() == before + 1
    with pytest.raises(RemoteError, match="late"):
        pending.result()


def test_a_call_begins_immediately() -> None:
    """The call runs before anything waits for it."""
    begun = threading.Event()
    pending = Pending(begun.set)
    assert begun.wait(60)
    pending.result()


def test_steps_go_on_after_a_limit() -> None:
    """A call among others has its own limit, and continues after it."""

    def steps() -> str:
        with pytest.raises(RemoteError):
            limited(never, within(0.01))
        return "went on"

    assert list(call_each([steps, lambda: "other"])) == ["went on", "other"]


# Many sources


def one(key: str) -> Source[str, str]:
    """A source that says its own name."""
    return Source(key, lambda: iter([key.upper()]))


@given(st.lists(st.integers(0, 999).map(str), unique=True, max_size=80))
def test_results_come_in_order(names: list[str]) -> None:
    """Each source has one result, in the order given, however many there are."""
    assert list(stream(map(one, names))) == [Arrival(name, name.upper()) for name in names]
    assert list(call_each([partial(str.upper, name) for name in names])) == names


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_arrival_does_not_matter(arrival: list[str]) -> None:
    """The order is the one given, whichever arrives first."""
    turns = {name: threading.Event() for name in arrival}
    turns[arrival[0]].set()

    def items(name: str) -> Iterator[str]:
        assert turns[name].wait(60)
        for following in arrival[arrival.index(name) + 1 :][:1]:
            turns[following].set()
        yield name

    sources = [Source(name, partial(items, name)) for name in "abcd"]
    assert [each.key for each in stream(sources)] == list("abcd")


def test_without_patience_the_first_to_come_is_the_first() -> None:
    """Each result is available as soon as it has arrived."""
    got_the_last = threading.Event()

    def slow() -> Iterator[str]:
        assert got_the_last.wait(60)
        yield "slow"

    arrivals = stream([Source("a", slow), one("b")], patience=0.0)
    assert next(arrivals) == Arrival("b", "B")
    got_the_last.set()
    assert list(arrivals) == [Arrival("a", "slow")]


def test_a_slow_source_delays_no_other() -> None:
    """It loses its place, and the others are queried, however many are slow."""
    others_came = threading.Event()

    def slow(name: str) -> Iterator[str]:
        assert others_came.wait(60)
        yield name

    names = [str(number) for number in range(concurrency.MAX_PARALLEL + 8)]
    sources = [Source(name, partial(slow, name)) for name in names]
    arrivals = stream([*sources, one("quick")], patience=0.01)
    assert next(arrivals).key == "quick"
    others_came.set()
    assert {each.key for each in arrivals} == {*names}


def test_parallel_sources_are_limited() -> None:
    """No more than MAX_PARALLEL sources are queried at a time; each is one item ahead."""
    lock, now, most = threading.Lock(), [0], [0]
    all_here = threading.Barrier(concurrency.MAX_PARALLEL)

    def items(number: int) -> Iterator[int]:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        if number < concurrency.MAX_PARALLEL:
            all_here.wait(60)
        with lock:
            now[0] -= 1
        yield number

    before = threading.active_count()
    sources = [Source(number, partial(items, number)) for number in range(400)]
    for arrival in stream(sources):
        assert threading.active_count() - before <= MAX_STARTED
        assert arrival.key == arrival.item
    assert most[0] == concurrency.MAX_PARALLEL


def test_a_source_is_one_item_ahead() -> None:
    """Items are requested as they are taken: a list of any length needs the memory of two pages."""
    requested = []

    def items() -> Iterator[int]:
        for number in range(9):
            requested.append(number)
            yield number

    for taken, arrival in enumerate(stream([Source("a", items)])):
        assert arrival.item == taken
        assert len(requested) <= taken + 3


def test_a_source_that_turns_out_to_be_several() -> None:
    """Those behind it come right after it, each in a thread of its own, and it stays the first."""
    before, here = threading.active_count(), threading.Barrier(3)

    def said(name: str) -> Iterator[str]:
        here.wait(60)
        yield name

    def opened() -> Iterator[str | MoreSources[str, str]]:
        yield MoreSources(
            "a1", (Source("a2", partial(said, "2")), Source("a3", partial(said, "3")))
        )
        assert threading.active_count() - before <= 3
        yield from said("1")

    arrivals = stream([Source("a", opened), one("b")])
    assert [each.key for each in arrivals] == ["a1", "a2", "a3", "b"]


def test_sources_that_turn_out_to_be_several_wait_for_no_other() -> None:
    """All of their sources are queried in parallel, not one after another."""
    here = threading.Barrier(6)

    def said(name: str) -> Iterator[str]:
        here.wait(60)
        yield name

    def opened(name: str) -> Iterator[str | MoreSources[str, str]]:
        first, *others = (f"{name}{number}" for number in range(3))
        yield MoreSources(first, tuple(Source(each, partial(said, each)) for each in others))
        yield from said(first)

    arrivals = stream([Source(name, partial(opened, name)) for name in "ab"])
    assert [each.key for each in arrivals] == ["a0", "a1", "a2", "b0", "b1", "b2"]


@given(st.sets(st.sampled_from("abcdef")))
def test_a_failure_is_a_result(failed: set[str]) -> None:
    """A source that fails has its items so far, and then its error."""

    def items(name: str) -> Iterator[str]:
        yield name
        if name in failed:
            raise RemoteError(name)

    arrivals = list(stream([Source(name, partial(items, name)) for name in "abcdef"]))
    assert [each.item for each in arrivals if each.item] == list("abcdef")
    assert {each.key: each.error for each in arrivals if each.error} == {
        name: RemoteError(name) for name in failed
    }


def test_a_source_that_is_late() -> None:
    """The waiting side enforces its limit; other sources are not affected."""
    late = Source("a", lambda: iter([limited(never, within(0.3))]))
    assert list(stream([late, one("b")], patience=0.0)) == [
        Arrival("b", "B"),
        Arrival("a", error=RemoteError("late")),
    ]


def test_a_bug_is_raised() -> None:
    """An exception that is not one of the program's reaches the caller unchanged."""
    with pytest.raises(ZeroDivisionError):
        list(call_each([lambda: 1 / 0]))
    [arrival] = stream([Source("a", lambda: iter([1 / 0]))])
    assert isinstance(arrival.error, ZeroDivisionError)
