"""The event that the main thread waits for, where a signal handler may raise at any step."""

import gc
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from types import FrameType
from typing import Any

from lskeys.concurrency.event import Event

PATIENCE = 10.0
TraceFunction = Callable[[FrameType, str, object], Any]


class Stopped(BaseException):
    """What the handler of a signal raises."""


def stopped_at(step: int, call: Callable[[], object]) -> bool:
    """Whether a call has so many steps of Python; if so, what is raised there comes out of it."""
    left = step
    is_stopped = False

    def trace(frame: FrameType, event: str, _argument: object) -> TraceFunction:
        nonlocal left
        frame.f_trace_opcodes = True
        left -= event == "opcode"
        if left < 0:
            raise Stopped
        return trace

    def traced() -> None:
        nonlocal is_stopped
        sys.settrace(trace)
        try:
            call()
        except Stopped:
            is_stopped = True
        finally:
            sys.settrace(None)

    # In a thread of its own: between some steps, what is raised leaves the interpreter's record of
    # the exception being handled behind. Without garbage collection: the steps of other libraries'
    # callbacks for it are none of the call's.
    thread = threading.Thread(target=traced)
    gc.disable()
    try:
        thread.start()
        thread.join()
    finally:
        gc.enable()
    return is_stopped


def test_stopped_at_any_step_of_the_wait() -> None:
    """What the handler raises comes out as it is, and the event can still be set and waited for."""
    for step in count():
        event = Event()
        if not stopped_at(step, partial(event.wait, 0.001)):
            break
        setting = threading.Thread(target=event.set, daemon=True)
        setting.start()
        setting.join(PATIENCE)
        assert not setting.is_alive()
        assert event.wait(PATIENCE)
    assert step > 5


def test_set_before_the_wait() -> None:
    """It stays set for every wait, until it is cleared; then it can be set again."""
    event = Event()
    assert not event.is_set()
    for _ in range(3):
        event.set()
        event.set()
        assert event.is_set()
        assert event.wait(PATIENCE)
        assert event.wait(0)
        event.clear()
        assert not event.is_set()
    assert not event.wait(0)


def test_cleared_before_the_wait() -> None:
    """A wait after that lasts as long as it may: nothing is left that would end it."""
    event = Event()
    for _ in range(3):
        event.set()
        event.clear()
    begun = time.monotonic()
    assert not event.wait(0.1)
    assert time.monotonic() - begun > 0.05


def test_set_while_it_is_waited_for() -> None:
    """Each time it is set by another thread, the wait is over."""
    event, taken = Event(), threading.Semaphore(0)

    def set_repeatedly() -> None:
        for _ in range(100):
            event.set()
            taken.acquire()

    setting = threading.Thread(target=set_repeatedly, daemon=True)
    setting.start()
    for _ in range(100):
        while not event.wait(PATIENCE):
            pass
        event.clear()
        taken.release()
    setting.join(PATIENCE)
    assert not setting.is_alive()
