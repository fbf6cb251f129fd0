"""The lying server, and what its tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .server import Liar, lying


@pytest.fixture
def liar(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """A server that answers whatever a test tells it; the environment points at it."""
    assert home.is_dir()
    with lying(monkeypatch) as running:
        yield running
