"""How it is said that a response is waited for. Pure."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Waiting = Callable[[str, str], AbstractContextManager[None]]
"""Gives what is entered meanwhile, for the kind (AWS) and the name (us-east-1) of what is waited
for."""


def no_progress(_kind: str, _name: str) -> AbstractContextManager[None]:
    """Say nothing."""
    return nullcontext()
