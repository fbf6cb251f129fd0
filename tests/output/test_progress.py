"""Progress: on a terminal, what is waited for is shown after 0.5 seconds, and then removed."""

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
from tests.support.cli_keys import own_pem, save

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
    with sandbox.serve(
        Sandbox(account.path, switches=Switches(latency=SLOW), seed=False)
    ) as running:
        for name, value in sandbox.environment(running.endpoint).items():
            monkeypatch.setenv(name, value)
        yield account


@pytest.mark.parametrize(
    "line",
    [
        "list -q",
        "show web",
        "instances",
        "regions",
        "audit",
        "ssh-config -q",
        "fingerprint --match -q",
        "ssh blog --print",
        "authorize blog --key key.pub -n",
        "create other --type ed25519 -q",
        "create third --service-generated -q",
        "import new key.pub -q -y",
        "tag web stage=test -q -y",
        "untag web stage -q -y",
        "download-default -q -y",
        "rotate-default -q -y",
        "delete web -q -y",
    ],
)
@pytest.mark.usefixtures("slow")
def test_responses(account: Sandbox, line: str, home: Path) -> None:
    """Each command that queries AWS says which region it waits for; nothing of it is left."""
    account.add_key_pairs(REGION, ["web"])
    account.add_default_key_pair(REGION)
    account.add_instance(REGION, "blog", key_pair_name="web")
    (home / "key.pub").write_text(KEY)
    (home / ".ssh").mkdir(mode=0o700)
    save(home / ".ssh" / "web.pem", own_pem())
    screen = Screen()
    stdout = Stream()
    screen.run(line.replace("key.pub", str(home / "key.pub")), stdout)
    assert "\r\x1b[2Kwaiting for AWS (us-east-1" in screen.got
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


@pytest.mark.parametrize(
    "case",
    [
        ("fingerprint {pipe} -q", KEY, "the key ({pipe}"),
        ("import web {pipe} -n", KEY, "the key ({pipe}"),
        ("authorize blog --key {pipe} -n", KEY, "the key ({pipe}"),
        ("delete web --key {pipe} -n", KEY, "key files ("),
        ("create other --passphrase-file {pipe} -n", "secret\n", "the passphrase ({pipe}"),
        ("fingerprint key --passphrase-file {pipe}", "secret\n", "the passphrase ({pipe}"),
        ("download-default --agent -y -q", "", "ssh-agent"),
        ("rotate-default --agent -y -q", "", "ssh-agent"),
    ],
)
@pytest.mark.usefixtures("server")
def test_what_comes_slowly(
    case: tuple[str, str, str], account: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key, a passphrase or a program that keeps a command waiting is named."""
    line, content, what = case
    account.add_key_pairs(REGION, ["web"])
    account.add_default_key_pair(REGION)
    account.add_instance(REGION, "blog", key_pair_name="web")
    pipe = home / "pipe"
    os.mkfifo(pipe)
    program = home / "bin" / "ssh-add"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ncat {pipe}\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("SSH_AUTH_SOCK", "agent")
    screen = Screen()
    shown = screen.event_of(f"waiting for {what.format(pipe=pipe)}"[: COLUMNS - 1])
    writer = threading.Thread(target=lambda: shown.wait(PATIENCE) and pipe.write_text(content))
    writer.start()
    screen.run(line.format(pipe=pipe), Stream())
    writer.join()
    assert shown.is_set()
    assert "waiting" not in wiped(screen.got)


@pytest.mark.usefixtures("slow")
def test_no_terminal() -> None:
    """Where stderr is no terminal, nothing is shown."""
    stderr = Stream()
    main(["list", "-q"], Invocation(Stream(), Stream(), stderr, os.environ, lambda: NOW))
    assert stderr.written() == ""
