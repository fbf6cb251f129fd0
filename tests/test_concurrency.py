"""Waiting for calls, asking many regions, and what is made of their failures."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys import concurrency, errors
from lskeys.concurrency import Pending
from lskeys.errors import ExitCode, LskeysError, RemoteError, SetupError, several
from lskeys.model import Outcome

KINDS = [
    each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, LskeysError)
]


def never() -> None:
    """Wait for what does not come."""
    threading.Event().wait(60)


def failing(error: BaseException) -> Callable[[], None]:
    """A call that ends with this error."""

    def fail() -> None:
        raise error

    return fail


# Deadlines


def test_a_value_comes_through() -> None:
    """What the call returns is what the wait returns, as often as it is asked for."""
    pending = Pending(lambda: 42)
    assert (pending.result(60), pending.result(), pending.result(0)) == (42, 42, 42)


@pytest.mark.parametrize("error", [ValueError("x"), SetupError("y"), KeyboardInterrupt()])
def test_an_error_comes_through(error: BaseException) -> None:
    """What the call raises is what the wait raises."""
    with pytest.raises(type(error)) as raised:
        Pending(failing(error)).result(60)
    assert raised.value is error


def test_waiting_ends() -> None:
    """A call that does not end is left behind, and does not keep the program."""
    before = set(threading.enumerate())
    with pytest.raises(TimeoutError):
        Pending(never).result(0.01)
    assert all(thread.daemon for thread in set(threading.enumerate()) - before)


def test_a_call_begins_at_once() -> None:
    """The call is under way before anybody waits for it."""
    begun = threading.Event()
    pending = Pending(begun.set)
    assert begun.wait(60)
    pending.result()


# Regions


@given(st.lists(st.integers(0, 999).map(str), unique=True, max_size=80))
def test_answers_come_in_order(names: list[str]) -> None:
    """However many regions there are, each answers once, in the order they were given."""
    assert list(concurrency.call_each(names, str.upper)) == [
        Outcome(name, value=name) for name in names
    ]


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_arrival_does_not_matter(arrival: list[str]) -> None:
    """Whoever is first, second, last: the order is that of the question."""
    turns = {name: threading.Event() for name in arrival}
    turns[arrival[0]].set()

    def call(name: str) -> str:
        assert turns[name].wait(60)
        position = arrival.index(name)
        for following in arrival[position + 1 : position + 2]:
            turns[following].set()
        return name

    assert [each.region for each in concurrency.call_each("abcd", call)] == list("abcd")


def test_not_all_at_once() -> None:
    """Of very many regions, so many are asked at a time and no more."""
    lock, now, most = threading.Lock(), [0], [0]
    all_here = threading.Barrier(concurrency.MAX_PARALLEL)

    def call(_: str) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        if int(_) < concurrency.MAX_PARALLEL:
            all_here.wait(60)
        with lock:
            now[0] -= 1

    assert len(list(concurrency.call_each([str(n) for n in range(100)], call))) == 100
    assert most[0] == concurrency.MAX_PARALLEL


@given(st.sets(st.sampled_from("abcdef")))
def test_a_failure_is_an_answer(failed: set[str]) -> None:
    """Every region answers, those that fail with their error and their name in it."""

    def call(name: str) -> str:
        if name in failed:
            raise RemoteError("no")
        return name

    outcomes = list(concurrency.call_each("abcdef", call))
    assert {each.region for each in outcomes if each.error} == failed
    assert {each.error.region for each in outcomes if each.error} == failed
    assert [each.value for each in outcomes if not each.error] == sorted(set("abcdef") - failed)


def test_a_bug_is_no_answer() -> None:
    """An exception that is none of ours is not taken for a region's failure."""
    with pytest.raises(ZeroDivisionError):
        list(concurrency.call_each(["a"], lambda _: 1 / 0))


# Errors

CODES = st.sampled_from([ExitCode.SETUP, ExitCode.REMOTE, ExitCode.MISSING])


def failure(code: ExitCode) -> LskeysError:
    """An error with this exit code."""
    error = LskeysError("no", code=code.name)
    error.exit_code = code
    return error


@given(st.lists(CODES, min_size=1), st.integers(0, 3))
def test_the_sum_of_failures(codes: list[ExitCode], succeeded: int) -> None:
    """Partial where something succeeded or the failures differ; else what they all are."""
    summary = several([failure(code) for code in codes], succeeded, "regions")
    alike = not succeeded and len(set(codes)) == 1
    assert summary.exit_code == (codes[0] if alike else ExitCode.PARTIAL)
    assert summary.message == f"{len(codes)} of {len(codes) + succeeded} regions failed"


def test_exit_codes_are_a_contract() -> None:
    """The numbers, each with its meaning."""
    assert {each.name: int(each) for each in ExitCode} == {
        "DONE": 0,
        "BUG": 1,
        "USAGE": 2,
        "MISSING": 3,
        "SETUP": 4,
        "REFUSED": 5,
        "FINDINGS": 6,
        "PARTIAL": 7,
        "REMOTE": 8,
        "LOCAL": 9,
        "DECLINED": 10,
        "INTERRUPTED": 130,
        "TERMINATED": 143,
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_tree_is_the_drawing(kind: type[LskeysError]) -> None:
    """Each class of errors stands in the drawing at the head of its module, with its code."""
    [line] = [each for each in (errors.__doc__ or "").splitlines() if f" {kind.__name__} " in each]
    assert kind is LskeysError or f" {int(kind.exit_code)} " in line


def test_a_code_is_never_empty() -> None:
    """Programs always have a word to go by: AWS's, else the class's."""
    assert SetupError("no").code == "Setup"
    assert SetupError("no", code="AccessDenied").code == "AccessDenied"
