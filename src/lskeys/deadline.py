"""Waits for a call no longer than asked: the call runs in a thread that can be left behind.

Socket timeouts bound one read each, and a drip of bytes, a hanging `credential_process` or a
metadata service resets or ignores them; only the one who waits can stop waiting.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


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
        return self._ended.wait(seconds)

    def result(self, seconds: float | None = None) -> T:
        """What the call returned or raised; TimeoutError when it takes longer than `seconds`."""
        if not self._ended.wait(seconds):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._value[0]
