"""Progress: what is waited for is said on a terminal, after half a second, and taken away."""

import os
import pty
import shlex
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO, TypeVar

import pytest

from lskeys import sandbox
from lskeys.cli.app import main
from lskeys.cli.runtime import Invocation
from lskeys.output.terminal import Terminal
from lskeys.sandbox import Sandbox
from lskeys.sandbox.switches import Switches
from tests.conftest import NOW, REGION, Stream, wiped

T = TypeVar("T")
SLOW = 0.7
"""Seconds that a response takes: longer than progress waits before it is shown."""
COLUMNS = 70
PATIENCE = 30.0
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF6VpFvdLbOM2Cq8nFyoHt0jOJJGQ5YvWOkvGCDsW9qN\n"


@dataclass
class Screen:
    """A terminal for stderr, and all that it got."""

    got: str = ""
    _events: dict[str, threading.Event] = field(default_factory=dict)

    def event_of(self, text: str) -> threading.Event:
        """What is set once it got this."""
        return self._events.setdefault(text, threading.Event())

    def run(self, line: str, stdout: Stream) -> int:
        """Run a command line whose stderr is the terminal; its exit code."""

        def run_line(stderr: TextIO) -> int:
            invocation = Invocation(Stream(), stdout, stderr, os.environ, lambda: NOW)
            return main(shlex.split(line), invocation)

        return self.show(run_line)

    def show(self, write: Callable[[TextIO], T]) -> T:
        """Have something written on the terminal; what that returns."""
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, COLUMNS))
        reader = threading.Thread(target=self._read, args=(ours,))
        reader.start()
        with os.fdopen(theirs, "w", encoding="utf-8") as stderr:
            written = write(stderr)
        reader.join()
        os.close(ours)
        return written

    def _read(self, terminal: int) -> None:
        while chunk := _chunk(terminal):
            self.got += chunk.decode()
            for text, event in self._events.items():
                if text in self.got:
                    event.set()


def _chunk(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux's end of a terminal
        return b""


@pytest.fixture
def slow(account: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """An account whose every response takes a while."""
    assert home.is_dir()
    with sandbox.serve(Sandbox(account.path, switches=Switches(latency=SLOW))) as running:
        for name, value in sandbox.environment(running.endpoint).items():
            monkeypatch.setenv(name, value)
        yield account


@pytest.mark.parametrize("line", ["list -q", "tag web stage=test -y"])
@pytest.mark.usefixtures("slow")
def test_responses(account: Sandbox, line: str) -> None:
    """A read and a change say which region they wait for; nothing of it is left."""
    account.add_key_pairs(REGION, ["web"])
    screen = Screen()
    stdout = Stream()
    assert screen.run(line, stdout) == 0
    assert "\r\x1b[2Kwaiting for AWS (us-east-1)\r\x1b[2K" in screen.got
    assert "waiting" not in wiped(screen.got) + stdout.written()


def test_one_line(home: Path) -> None:
    """What is done and waited for is one line of the terminal: three names of a kind, and more."""
    assert home.is_dir()
    line = "1 of 2 done: waiting for AWS (a, b, c and 1 more); ssh (" + "x" * COLUMNS
    screen = Screen()
    shown = screen.event_of(line[: COLUMNS - 1])

    def wait(stderr: TextIO) -> None:
        terminal = Terminal(None, None, stderr, {})
        terminal.progress("1 of 2 done")
        with ExitStack() as waits:
            for kind, name in [*(("AWS", name) for name in "abcd"), ("ssh", "x" * COLUMNS)]:
                waits.enter_context(terminal.waiting(kind, name))
            assert shown.wait(PATIENCE)
        terminal.note("done")
        terminal.stop()

    screen.show(wait)
    assert line not in screen.got
    assert wiped(screen.got) == "done\r\n"


def test_a_file(home: Path) -> None:
    """A key that comes slowly, as through a pipe, is named."""
    pipe = home / "key.pub"
    os.mkfifo(pipe)
    screen = Screen()
    shown = screen.event_of(f"waiting for the key ({pipe}"[: COLUMNS - 1])
    writer = threading.Thread(target=lambda: shown.wait(PATIENCE) and pipe.write_text(KEY))
    writer.start()
    stdout = Stream()
    assert screen.run(f"fingerprint {pipe} -q", stdout) == 0
    writer.join()
    assert stdout.written() == f"{pipe}\n"
    assert wiped(screen.got) == ""


@pytest.mark.usefixtures("slow")
def test_no_terminal() -> None:
    """Where stderr is no terminal, nothing is shown."""
    stderr = Stream()
    main(["list", "-q"], Invocation(Stream(), Stream(), stderr, os.environ, lambda: NOW))
    assert stderr.written() == ""
