"""One question to many regions at once. Touches: threads only."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from lskeys.deadline import Pending
from lskeys.model import Answer, attempt

T = TypeVar("T")

MOST_AT_ONCE = 32
"""Regions asked at the same time; Lightsail has about twenty."""


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
