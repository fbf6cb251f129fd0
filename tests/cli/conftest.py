"""Accounts whose switches a test sets, and an ssh-agent."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lskeys import sandbox
from lskeys.sandbox import Sandbox, Server, Switches
from tests.support.ssh_agent import ssh_agent

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


@pytest.fixture
def agent(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A running ssh-agent of this test's own, in the environment that the server set up."""
    assert server.requests == []
    with ssh_agent() as socket:
        monkeypatch.setenv("SSH_AUTH_SOCK", socket)
        yield


@pytest.fixture
def secrecy(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Nothing is written past the streams of the program, a key least of all."""
    yield
    assert "PRIVATE" not in "".join(capfd.readouterr())
