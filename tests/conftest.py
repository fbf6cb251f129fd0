"""What most tests need: an account on localhost, an empty home, and `run`.

The sandbox over localhost is the fake; everything between the command line and its wire is the
production path, unpatched. Nothing but localhost can be reached from here.
"""

import io
import os
import re
import shlex
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from lskeys import sandbox
from lskeys.cli.app import main
from lskeys.cli.runtime import Invocation
from lskeys.sandbox import Sandbox, Server
from lskeys.sandbox.keys import KeyMaterial, make_rsa
from tests.support.lying_server import Liar, lying
from tests.support.signals import let_programs_heed

pytest_plugins = (
    "tests.support.matrix",
    "tests.support.key_files",
    "tests.support.saved_keys",
)

REGION = "us-east-1"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CREATED = datetime(2026, 11, 2, 12, 0, 0, 123000, tzinfo=UTC)
"""Three weeks before `NOW`."""

KEYS = 12
"""As many different keys may be made in a row; no test makes as many."""

_LOCALHOST = ("127.", "::1", "localhost")


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return
    host = str(arguments[1][0])
    if not host.startswith(_LOCALHOST):
        raise ConnectionRefusedError(f"tests reach localhost only, not {host}")


# An example may take as long as a busy machine needs; the mutation run has a profile of its own.
settings.register_profile("suite", deadline=None)
settings.load_profile(os.environ.get("LSKEYS_TEST_PROFILE", "suite"))
sys.addaudithook(_refuse_network)
let_programs_heed()


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command line did, to be compared as a whole.

    For `run`, `err` is without the first line of every dry run; `is_dry_run` stands for it.
    """

    exit_code: int
    out: str = ""
    err: str = ""
    is_dry_run: bool = field(default=False, compare=False)


class Stream(io.TextIOWrapper):
    """A standard stream in memory that is or is not a terminal."""

    def __init__(self, text: str = "", *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(text.encode()), encoding="utf-8", errors="backslashreplace")
        self._terminal = terminal

    def isatty(self) -> bool:
        """Whether it says it is a terminal."""
        return self._terminal

    def written(self) -> str:
        """All that was written to it."""
        self.flush()
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode()


Run = Callable[..., Ran]

_DRAWN = re.compile(r"\r\x1b\[2K(?:[^\r\n]*(?<!: )(?<!\] )(?=\r\x1b\[2K))?")
"""An erased line, and what was drawn after it if that was erased, too, and is no prompt."""


def wiped(shown: str) -> str:
    """What a terminal shows in the end: without progress, which is drawn and erased."""
    return _DRAWN.sub("", shown)


@pytest.fixture(scope="session")
def rsa_pem() -> str:
    """An RSA private key in PKCS#1, as AWS hands it out; made for this session."""
    command = ("openssl", "genrsa", "-traditional", "2048")
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's cache, warm for all tests after the first."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def home(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and an environment that knows nothing of AWS or lskeys."""
    directory = tmp_path / "home"
    directory.mkdir(mode=0o700)
    for name in list(os.environ):
        if name.startswith(("AWS_", "LSKEYS_", "XDG_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(directory))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.chdir(directory)
    return directory


@pytest.fixture(scope="session")
def make_key() -> Callable[[], KeyMaterial]:
    """Makes a new RSA key, or gives one that an earlier test had: making one takes 60 ms."""
    made: deque[KeyMaterial] = deque()

    def make() -> KeyMaterial:
        made.rotate()
        if len(made) < KEYS:
            made.appendleft(make_rsa())
        return made[0]

    return make


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An account that was used for two years."""
    path = tmp_path_factory.mktemp("seeded") / "sandbox.sqlite3"
    Sandbox(path).prepare()
    return path


@pytest.fixture
def account(tmp_path: Path, make_key: Callable[[], KeyMaterial]) -> Sandbox:
    """An empty account, whose clock stands."""
    path = tmp_path / "account" / "sandbox.sqlite3"
    return Sandbox(path, now=lambda: NOW, make_key=make_key, seed=False)


@pytest.fixture
def server(account: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The account on localhost; the environment points any AWS tool at it."""
    assert home.is_dir()
    with sandbox.serve(account) as running:
        for name, value in sandbox.environment(running.endpoint).items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def liar(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """A server with scripted responses; the environment points at it."""
    assert home.is_dir()
    with lying(monkeypatch) as running:
        yield running


@pytest.fixture
def run(home: Path) -> Run:
    r"""Runs a command line: `run("list --all-regions")`, `run("delete web", typed="web\n")`.

    `typed` makes stdin and stderr a terminal, `terminal` makes stdout one, `piped` is stdin else.
    """
    assert home.is_dir()

    def run_line(
        line: str, *, typed: str | None = None, terminal: bool = False, piped: str = ""
    ) -> Ran:
        stdin = Stream(piped if typed is None else typed, terminal=typed is not None)
        stdout = Stream(terminal=terminal)
        stderr = Stream(terminal=typed is not None)
        invocation = Invocation(stdin, stdout, stderr, os.environ, lambda: NOW)
        with redirect_stdout(stdout), redirect_stderr(stderr):
            exit_code = main(shlex.split(line), invocation)
        err = wiped(stderr.written())
        without = err.removeprefix("dry run: nothing is changed\n")
        return Ran(exit_code, stdout.written(), without, is_dry_run=err != without)

    return run_line
