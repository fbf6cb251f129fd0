"""Prompts on a real terminal, and on what only looks like one: whole processes, real streams."""

import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import lskeys
from lskeys.sandbox import Sandbox
from lskeys.sandbox.operations import perform
from tests.conftest import REGION

OWN_TERMINAL = (
    "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""Makes stdin the terminal whose Ctrl-C comes as a signal, then becomes the program."""

PATIENCE = 30.0
"""Seconds; none of these commands takes more than one."""
SSH = "share/lskeys/sandbox/ssh"
"""Where the sandbox's keys are, below the home of these tests."""


class Shell:
    """A home of its own with a small sandbox account; starts `lskeys --sandbox` in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.account = Sandbox(home / "share" / "lskeys" / "sandbox.sqlite3", seed=False)

    def start(
        self,
        line: str,
        *,
        stdin: int = subprocess.PIPE,
        stdout: int = subprocess.PIPE,
        stderr: int = subprocess.PIPE,
        leading: tuple[str, ...] = (),
    ) -> subprocess.Popen[bytes]:
        """A process whose streams are pipes unless said otherwise."""
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(lskeys.__file__).parents[1]),
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / "share"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "TERM": "dumb",
        }
        return subprocess.Popen(
            (*leading, sys.executable, "-m", "lskeys", "--sandbox", "-r", REGION, *line.split()),
            env=environment,
            cwd=self.home,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
        )

    def names(self) -> list[str]:
        """The key pairs there are now."""
        members = {"includeDefaultKeyPair": True}
        found = perform(self.account.service(), "GetKeyPairs", REGION, members)
        return [pair["name"] for pair in found["keyPairs"]]


class Keyboard:
    """A pseudo-terminal: what is typed before the program reads waits there for it."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()

    def type(self, text: str) -> None:
        """Type; Ctrl-D is the character 4, Ctrl-C 3."""
        os.write(self.master, text.encode())

    def wait_for(self, text: str) -> None:
        """Read what is shown until this is."""
        shown = b""
        while text.encode() not in shown:
            assert self.shows_more(PATIENCE), "the terminal is silent"
            shown += os.read(self.master, 4096)

    def shows_more(self, seconds: float) -> bool:
        """Whether something comes, or the end, within some seconds."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        return bool(ready)

    def interrupt(self) -> None:
        """Press Ctrl-C, once: a signal in the instant before the read ends the prompt, too."""
        self.type("\x03")

    def screen(self, process: subprocess.Popen[bytes]) -> str:
        """Everything shown until the program ended."""
        os.close(self.slave)
        shown = b""
        try:
            while self.shows_more(PATIENCE) and (piece := os.read(self.master, 4096)):
                shown += piece
        except OSError:  # Linux says EIO when the last writer is gone
            pass
        finally:
            os.close(self.master)
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()
        return shown.decode()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """An account with the pair web and no default pair."""
    shell = Shell(tmp_path)
    shell.account.add_key_pairs(REGION, ["web"])
    return shell


@pytest.fixture
def keyboard() -> Keyboard:
    """A terminal on which nothing was typed yet."""
    return Keyboard()


def on_terminal(shell: Shell, keyboard: Keyboard, line: str) -> tuple[int, str]:
    """Run with all three streams on the terminal; exit code and screen."""
    slave = keyboard.slave
    process = shell.start(line, stdin=slave, stdout=slave, stderr=slave)
    screen = keyboard.screen(process)
    return process.returncode, screen


@pytest.mark.parametrize(
    ("line", "typed", "exit_code", "names", "shown"),
    [
        ("delete web", "web\n", 0, [], "Type the name to delete it:"),
        ("delete web", "no\n", 10, ["web"], "nothing was changed"),
        ("delete web", "\x04", 10, ["web"], "nothing was changed"),
        ("download-default", "n\n", 10, ["web"], "nothing was changed"),
        ("create new --service-generated --file -", "", 5, ["web"], "not shown on a terminal"),
    ],
)
def test_on_a_terminal(  # noqa: PLR0913  fixtures and cases
    line: str,
    typed: str,
    exit_code: int,
    names: list[str],
    shown: str,
    *,
    shell: Shell,
    keyboard: Keyboard,
) -> None:
    """The name deletes, another word or Ctrl-D is a no, and no private key is ever shown."""
    keyboard.type(typed)
    ended, screen = on_terminal(shell, keyboard, line)
    assert (ended, shell.names()) == (exit_code, names)
    assert shown in screen
    assert "PRIVATE KEY" not in screen


def test_interrupted_prompt(shell: Shell, keyboard: Keyboard) -> None:
    """Ctrl-C at the prompt ends the process by that signal, and nothing is deleted."""
    slave = keyboard.slave
    leading = (sys.executable, "-c", OWN_TERMINAL)
    process = shell.start("delete web", stdin=slave, stdout=slave, stderr=slave, leading=leading)
    keyboard.wait_for("Type the name")
    keyboard.interrupt()
    screen = keyboard.screen(process)
    assert (process.returncode, shell.names()) == (-signal.SIGINT, ["web"])
    assert "\nlskeys: error: interrupted" in screen


def test_piped_yes_is_no_consent(shell: Shell, keyboard: Keyboard) -> None:
    """`echo web | lskeys delete web` in a terminal confirms nothing."""
    process = shell.start("delete web", stdout=keyboard.slave, stderr=keyboard.slave)
    assert process.stdin is not None
    process.stdin.write(b"web\n")
    process.stdin.close()
    screen = keyboard.screen(process)
    assert (process.returncode, shell.names()) == (5, ["web"])
    assert "cannot ask for confirmation" in screen


def test_no_hidden_prompt(shell: Shell, keyboard: Keyboard) -> None:
    """Where stderr is not a terminal, no prompt is shown: no one would see it."""
    keyboard.type("web\n")
    process = shell.start("delete web", stdin=keyboard.slave)
    _, err = process.communicate(timeout=PATIENCE)
    os.close(keyboard.slave)
    os.close(keyboard.master)
    assert (process.returncode, shell.names()) == (5, ["web"])
    assert b"cannot ask for confirmation" in err


def test_prompt_bypasses_a_piped_result(shell: Shell, keyboard: Keyboard) -> None:
    """With stdout in a pipe the prompt is on the terminal, and the pipe has the result alone."""
    keyboard.type("y\n")
    process = shell.start("download-default", stdin=keyboard.slave, stderr=keyboard.slave)
    out, _ = process.communicate(timeout=PATIENCE)
    screen = keyboard.screen(process)
    saved = shell.home / SSH / f"LightsailDefaultKey-{REGION}.pem"
    assert (process.returncode, out.decode()) == (0, f"{saved}\n")
    assert "Create it? [y/N]" in screen
    assert "PRIVATE KEY" not in screen
