"""Prompts on a real terminal, and on what only looks like one: whole processes, real streams."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import lskeys
from lskeys.sandbox import Sandbox
from lskeys.sandbox.operations import perform
from tests.conftest import REGION
from tests.support.shells import Terminal, terminal

PROGRAM = f"{sys.executable} -m lskeys --sandbox -r {REGION}"
KEY_FILE = f"share/lskeys/sandbox/ssh/LightsailDefaultKey-{REGION}.pem"
"""Where the sandbox's default key is, below the home of these tests."""


class Shell:
    """A home of its own with a small sandbox account, that has the pair web and no default pair."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.account = Sandbox(home / "share" / "lskeys" / "sandbox.sqlite3", seed=False)
        self.account.add_key_pairs(REGION, ["web"])

    @contextmanager
    def typing(self, line: str) -> Iterator[Terminal]:
        """A terminal in which a line of shell runs; `lskeys` in it is the program."""
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(lskeys.__file__).parents[1]),
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / "share"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
        }
        command = ["sh", "-c", line.replace("lskeys", PROGRAM)]
        with terminal(command, environ, self.home) as at:
            yield at

    def names(self) -> list[str]:
        """The key pairs there are now."""
        members = {"includeDefaultKeyPair": True}
        found = perform(self.account.service(), "GetKeyPairs", REGION, members)
        return [pair["name"] for pair in found["keyPairs"]]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A home with its account."""
    return Shell(tmp_path)


@pytest.mark.parametrize(
    ("line", "typed", "exit_code", "names", "shown"),
    [
        ("lskeys delete web", "web\n", 0, [], "Type the name to delete it:"),
        ("lskeys delete web", "no\n", 10, ["web"], "nothing was changed"),
        ("lskeys delete web", "\x04", 10, ["web"], "nothing was changed"),
        ("lskeys download-default", "n\n", 10, ["web"], "nothing was changed"),
        (
            "lskeys create new --service-generated --file -",
            *("", 5, ["web"], "not shown on a terminal"),
        ),
        # Piped text is no consent, and where stderr is a file no one would see a prompt.
        ("echo web | lskeys delete web", "", 5, ["web"], "cannot ask for confirmation"),
        (
            "lskeys delete web 2>err; code=$?; cat err; exit $code",
            *("web\n", 5, ["web"], "cannot ask for confirmation"),
        ),
    ],
)
def test_on_a_terminal(  # noqa: PLR0913  fixtures and cases
    line: str, typed: str, exit_code: int, names: list[str], shown: str, *, shell: Shell
) -> None:
    """The name deletes, another word or Ctrl-D is a no, and no private key is ever shown."""
    with shell.typing(line) as at:
        at.type(typed)
        assert (at.end(), shell.names()) == (exit_code, names)
    assert shown in at.shown
    assert "PRIVATE KEY" not in at.shown


def test_interrupted_prompt(shell: Shell) -> None:
    """Ctrl-C at the prompt ends the process by that signal, and nothing is deleted."""
    with shell.typing("exec lskeys delete web") as at:
        at.until("Type the name")
        at.type("\x03")
        assert (at.end(), shell.names()) == (-signal.SIGINT, ["web"])
    assert "\nlskeys: error: interrupted" in at.shown


def test_prompt_bypasses_a_piped_result(shell: Shell) -> None:
    """With stdout in a pipe the prompt is on the terminal, and the pipe has the result alone."""
    with shell.typing("lskeys download-default | cat >out") as at:
        at.type("y\n")
        assert at.end() == 0
    assert (shell.home / "out").read_text() == f"{shell.home / KEY_FILE}\n"
    assert "Create it? [y/N]" in at.shown
    assert "PRIVATE KEY" not in at.shown
