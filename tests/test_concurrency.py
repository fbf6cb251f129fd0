"""Calls with a limit, one question to many regions, and what is made of their failures."""

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
    """A limit, with errors that tell which it was."""
    return Limit(seconds, late=lambda: RemoteError("late"), large=lambda: RemoteError("large"))


# Limits


def test_a_value_comes_through() -> None:
    """What the call returns is what the wait returns, as often as it is asked for."""
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


def test_a_call_begins_at_once() -> None:
    """The call is under way before anybody waits for it."""
    begun = threading.Event()
    pending = Pending(begun.set)
    assert begun.wait(60)
    pending.result()


def test_steps_go_on_after_a_limit() -> None:
    """What is called with others is no question itself: it sees its own limit, and goes on."""

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
def test_answers_come_in_order(names: list[str]) -> None:
    """However many sources there are, each answers once, in the order they were given."""
    assert list(stream(map(one, names))) == [Arrival(name, name.upper()) for name in names]
    assert list(call_each([partial(str.upper, name) for name in names])) == names


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_arrival_does_not_matter(arrival: list[str]) -> None:
    """Whoever is first, second, last: the order is that of the question."""
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
    """Whoever collects all answers gets each when it is there."""
    got_the_last = threading.Event()

    def slow() -> Iterator[str]:
        assert got_the_last.wait(60)
        yield "slow"

    answers = stream([Source("a", slow), one("b")], patience=0.0)
    assert next(answers) == Arrival("b", "B")
    got_the_last.set()
    assert list(answers) == [Arrival("a", "slow")]


def test_a_slow_one_holds_nobody_back() -> None:
    """It loses its place, and takes no other's turn to be asked, however many are slow."""
    others_came = threading.Event()

    def slow(name: str) -> Iterator[str]:
        assert others_came.wait(60)
        yield name

    names = [str(number) for number in range(concurrency.MAX_PARALLEL + 8)]
    sources = [Source(name, partial(slow, name)) for name in names]
    answers = stream([*sources, one("quick")], patience=0.01)
    assert next(answers).key == "quick"
    others_came.set()
    assert {each.key for each in answers} == {*names}


def test_not_all_at_once() -> None:
    """Of very many sources, so many are asked at a time and no more; a thread is one item ahead."""
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
    """What nobody takes is not asked for: a list of any length takes the memory of two pages."""
    asked = []

    def items() -> Iterator[int]:
        for number in range(9):
            asked.append(number)
            yield number

    for taken, arrival in enumerate(stream([Source("a", items)])):
        assert arrival.item == taken
        assert len(asked) <= taken + 3


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

    answers = stream([Source("a", opened), one("b")])
    assert [each.key for each in answers] == ["a1", "a2", "a3", "b"]


def test_sources_that_turn_out_to_be_several_wait_for_no_other() -> None:
    """All that is behind them is asked at once, not when it is the turn of the one before."""
    here = threading.Barrier(6)

    def said(name: str) -> Iterator[str]:
        here.wait(60)
        yield name

    def opened(name: str) -> Iterator[str | MoreSources[str, str]]:
        first, *others = (f"{name}{number}" for number in range(3))
        yield MoreSources(first, tuple(Source(each, partial(said, each)) for each in others))
        yield from said(first)

    answers = stream([Source(name, partial(opened, name)) for name in "ab"])
    assert [each.key for each in answers] == ["a0", "a1", "a2", "b0", "b1", "b2"]


@given(st.sets(st.sampled_from("abcdef")))
def test_a_failure_is_an_answer(failed: set[str]) -> None:
    """Every source answers, those that fail with what they had and then their error."""

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
    """Its limit is kept by the one who waits; the others are not concerned."""
    late = Source("a", lambda: iter([limited(never, within(0.3))]))
    assert list(stream([late, one("b")], patience=0.0)) == [
        Arrival("b", "B"),
        Arrival("a", error=RemoteError("late")),
    ]


def test_a_bug_is_no_answer() -> None:
    """An exception that is none of ours comes to the one who asks as what it is."""
    with pytest.raises(ZeroDivisionError):
        list(call_each([lambda: 1 / 0]))
    [arrival] = stream([Source("a", lambda: iter([1 / 0]))])
    assert isinstance(arrival.error, ZeroDivisionError)
