"""Accounts whose switches a test sets, and what they were asked to change."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lskeys import sandbox
from lskeys.sandbox import Sandbox, Server, Switches

Serve = Callable[..., Server]


@pytest.fixture
def serve(account: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Puts the account, emptied, on localhost with these switches, before it is filled.

    `serve("fingerprint-default=md5-ssh", "key-text=base64")`, spelled as `sandbox serve --set`.
    """
    assert home.is_dir()
    with ExitStack() as stack:

        def begin(*settings: str) -> Server:
            account.reset(Switches().changed(settings))
            running = stack.enter_context(sandbox.serve(account))
            for name, value in sandbox.environment(running.endpoint).items():
                monkeypatch.setenv(name, value)
            return running

        yield begin
