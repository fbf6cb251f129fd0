"""What happens before a system call of this process: PEP 578 tells of each."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str, tuple[object, ...]], None]
"""Gets the name of each audited event, and its arguments."""

_listeners: list[Listener] = []


def _tell(event: str, arguments: tuple[object, ...]) -> None:
    for listener in tuple(_listeners):
        listener(event, arguments)


sys.addaudithook(_tell)  # once, since no hook can be taken away


@contextmanager
def hearing(listener: Listener) -> Iterator[None]:
    """Have a function called before each audited call, which it may fail or disturb."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
