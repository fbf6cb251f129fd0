"""Accounts whose switches a test sets, and an ssh-agent."""

import subprocess
import tempfile
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


@pytest.fixture
def agent(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A running ssh-agent of this test's own, in the environment that the server set up."""
    assert server.requests == []
    with tempfile.TemporaryDirectory() as directory:  # short: a socket's path has a limit
        socket = f"{directory}/agent"
        running = subprocess.Popen(
            ("ssh-agent", "-D", "-a", socket), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert running.stdout is not None
        running.stdout.readline()  # printed once the socket is there
        monkeypatch.setenv("SSH_AUTH_SOCK", socket)
        yield
        running.terminate()
        running.communicate()
