"""Lends the services of credentials, and a Lightsail behind them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.credential_services import services
from tests.support.lying_server import Liar, lying, pair, pairs
from tests.support.proxies import proxies

__all__ = ["proxies", "services"]


@pytest.fixture
def lightsail(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """A Lightsail with one key pair; the environment has its address and no credentials."""
    assert home.is_dir()
    with lying(monkeypatch) as server:
        server.responses("GetKeyPairs", pairs(pair()))
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            monkeypatch.delenv(name, raising=False)
        yield server
