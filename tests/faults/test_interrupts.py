"""SIGTERM, SIGHUP and Ctrl-C in every phase of a verb that writes, once and again and again."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType

import pytest

from lskeys.concurrency import Pending
from lskeys.concurrency.event import Event
from tests.conftest import REGION, Ran
from tests.support.cli_keys import fingerprint, own_pem, public_line
from tests.support.fake_region import DEFAULT_PAIR
from tests.support.interrupts import PATIENCE, Endless, by_signal, stopped, stopped_when
from tests.support.lying_server import Call, Liar, Reply, pair, pairs, said

pytestmark = pytest.mark.usefixtures("default_pair")


@pytest.fixture
def default_pair(liar: Liar) -> None:
    """A service that has a default pair and hands its key out."""
    reported = pair(DEFAULT_PAIR, fingerprint=fingerprint(own_pem(), "md5-spki"))
    liar.responses("GetKeyPairs", pairs(reported))
    liar.responses("GetInstances", said({"instances": []}))
    handed_out = {"publicKeyBase64": public_line(own_pem()), "privateKeyBase64": own_pem()}
    liar.responses("DownloadDefaultKeyPair", said(handed_out))


@by_signal
def test_stopped_while_credentials_are_waited_for(  # noqa: PLR0913, PLR0917  fixtures and cases
    liar: Liar,
    home: Path,
    number: signal.Signals,
    exit_code: int,
    word: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A `credential_process` without output is ended, with the processes it started."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    endless = Endless(home)
    helper = home / "helper"
    helper.write_text(f"#!/bin/sh\n{endless.commands}\n")
    helper.chmod(0o700)
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text(f"[default]\ncredential_process = {helper}\n")
    ran = stopped_when(endless.wait_for_start, [number], "list")
    assert ran == Ran(exit_code, err=f"lskeys: error: {word}\n")
    assert not liar.calls
    endless.wait_for_end()


PHASES = {
    "before the key is requested": ("download-default", "GetKeyPairs", 1),
    "while it is requested": ("download-default", "DownloadDefaultKeyPair", 1),
    "twenty times": ("download-default", "DownloadDefaultKeyPair", 20),
    "in one of several regions": (
        *(f"download-default -r {REGION} -r eu-west-1", "DownloadDefaultKeyPair", 1),
    ),
    "where a failure would not matter": ("rotate-default --yes", "GetInstances", 1),
}
"""A line, the request during which it gets a signal, and how often."""


@pytest.mark.parametrize("phase", PHASES)
@by_signal
def test_stopped_in_any_phase(  # noqa: PLR0913, PLR0917  fixtures and cases
    liar: Liar, keys: Path, phase: str, number: signal.Signals, exit_code: int, word: str
) -> None:
    """The first signal ends the run in one line; nothing is made, or what was reserved is gone.

    It is no response of a region, and more of them do not end the cleaning up.
    """
    line, operation, times = PHASES[phase]
    ran = stopped(liar, operation, [number] * times, *line.split())
    assert ran == Ran(exit_code, err=f"lskeys: error: {word}\n")
    assert keys.exists() is (operation == "DownloadDefaultKeyPair")
    assert [*keys.glob("*")] == []
    assert "DeleteKeyPair" not in liar.operations
    assert operation != "GetKeyPairs" or liar.operations == [operation]


@pytest.mark.parametrize(
    "numbers", [[signal.SIGINT, signal.SIGTERM], [signal.SIGTERM, signal.SIGINT]]
)
def test_two_at_nearly_the_same_time(liar: Liar, keys: Path, numbers: list[signal.Signals]) -> None:
    """Whichever is seen first ends the run, in one line; it dies of that one."""
    ran = stopped(liar, "DownloadDefaultKeyPair", numbers * 5, "download-default")
    words = {-signal.SIGINT: "interrupted", -signal.SIGTERM: "terminated"}
    assert ran.err == f"lskeys: error: {words[ran.exit_code]}\n"
    assert list(keys.iterdir()) == []


@pytest.mark.usefixtures("home")
def test_while_the_program_is_read() -> None:
    """Ctrl-C before anything is done ends it silently, whenever it comes."""
    for _ in range(10):
        command = (sys.executable, "-X", "importtime", "-m", "lskeys", "list")
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as reading:
            assert reading.stderr is not None
            while "lskeys.errors" not in reading.stderr.readline():
                pass
            reading.send_signal(signal.SIGINT)
            assert "Traceback" not in reading.stderr.read()
        assert reading.returncode == -signal.SIGINT


def test_what_is_ignored_stays_ignored(liar: Liar, keys: Path) -> None:
    """Under nohup a hangup ends nothing: the key is saved."""
    arrived, go_on = threading.Event(), threading.Event()

    def wait(call: Call) -> Reply:
        del call
        arrived.set()
        assert go_on.wait(PATIENCE)
        return pairs(pair(DEFAULT_PAIR, fingerprint=fingerprint(own_pem(), "md5-spki")))

    liar.responses("GetKeyPairs", wait)
    command = ("nohup", sys.executable, "-m", "lskeys", "download-default")
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert arrived.wait(PATIENCE)
        running.send_signal(signal.SIGHUP)
        go_on.set()
        out, _ = running.communicate(timeout=PATIENCE)
    path = keys / f"LightsailDefaultKey-{REGION}.pem"
    assert (running.returncode, out) == (0, f"{path}\n")
    assert path.read_text() == own_pem()


def test_killed_while_the_key_is_requested(liar: Liar, keys: Path) -> None:
    """What SIGKILL leaves is 0600 and holds no key; the next run names it, finishes, and leaves it.

    It is no copy of a key either: nothing that is to be removed counts as one.
    """
    assert stopped(liar, "DownloadDefaultKeyPair", [signal.SIGKILL], "download-default").err == ""
    left = sorted(keys.iterdir())
    assert len(left) == 2
    assert {each.stat().st_mode & 0o777 for each in left} == {0o600}
    assert {each.read_bytes().strip(b"\0") for each in left} == {b""}
    handed_out = {"publicKeyBase64": public_line(own_pem()), "privateKeyBase64": own_pem()}
    liar.responses("DownloadDefaultKeyPair", said(handed_out))
    command = (sys.executable, "-m", "lskeys", "download-default")
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    assert ran.stderr.splitlines()[:2] == [
        f"an interrupted run left {each}, which may hold a private key: remove it" for each in left
    ]
    assert all(each.exists() for each in left)


def test_a_signal_that_does_not_interrupt_the_wait() -> None:
    """Given to another thread, or come just before the wait, it is seen before that is over."""
    main_thread = threading.get_ident()
    ready, over, ended = threading.Event(), threading.Event(), threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise InterruptedError

    def send() -> None:
        ready.wait(PATIENCE)
        while not over.wait(0.05) and not waits(main_thread):
            pass
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        over.wait(PATIENCE / 4)  # and meanwhile nothing wakes the main thread
        ended.set()

    pending = Pending(send)
    before = signal.signal(signal.SIGUSR1, stop)
    ready.set()
    try:
        with pytest.raises(InterruptedError):
            pending.result()
        assert not ended.is_set()
    finally:
        over.set()
        signal.signal(signal.SIGUSR1, before)


def waits(thread: int) -> bool:
    """Whether a thread waits for an event."""
    frame = sys._current_frames()[thread]  # noqa: SLF001  documented, for debugging
    return frame.f_code is Event.wait.__code__
