"""The terminal after a run that was stopped in a prompt or while it waited: as it was before."""

import os
import pty
import select
import signal
import sys
import termios
from collections.abc import Iterator

import pytest

from tests.conftest import wiped
from tests.lightsail.conftest import lightsail, services
from tests.support.credential_services import SERIAL, CredentialServices
from tests.support.lying_server import HOLD, Liar

__all__ = ["lightsail", "services"]

PATIENCE = 60.0
MFA = f"Enter MFA code for {SERIAL}:"
WAITING = "waiting for AWS (us-east-1)"
CTRL_C = b"\x03"


class Session:
    """The program at a terminal of its own, which is its controlling one."""

    def __init__(self, *words: str) -> None:
        self._screen, self._terminal = pty.openpty()
        termios.tcsetwinsize(self._terminal, (24, 80))
        self.before = termios.tcgetattr(self._terminal)
        self.shown = ""
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._screen)
            os.login_tty(self._terminal)
            os.execv(sys.executable, (sys.executable, "-m", "lskeys", *words))  # noqa: S606

    def until(self, text: str) -> None:
        """Read what is shown until this text is."""
        while text not in self.shown:
            ready, _, _ = select.select([self._screen], [], [], PATIENCE)
            assert ready, self.shown
            self.shown += os.read(self._screen, 4096).decode()

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._screen, keys)

    def end(self) -> int:
        """The exit code, or the negative number of the signal that ended it; reads the rest."""
        ended = 0
        while not ended or select.select([self._screen], [], [], 0)[0]:
            if select.select([self._screen], [], [], 0.05)[0]:
                self.shown += os.read(self._screen, 4096).decode()
            elif not ended:
                ended, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status)

    def is_as_before(self) -> bool:
        """Whether the terminal has the settings that it had."""
        return termios.tcgetattr(self._terminal) == self.before

    def close(self) -> None:
        """Close the terminal."""
        os.close(self._screen)
        os.close(self._terminal)


@pytest.fixture
def sessions() -> Iterator[list[Session]]:
    """The sessions of a test, closed afterwards."""
    begun: list[Session] = []
    yield begun
    for each in begun:
        each.close()


@pytest.mark.parametrize(
    ("ending", "code"),
    [(b"123456\n", 0), (CTRL_C, -signal.SIGINT), (signal.SIGTERM, -signal.SIGTERM)],
    ids=["code", "ctrl-c", "sigterm"],
)
def test_a_prompt_for_an_mfa_code(
    services: CredentialServices,
    lightsail: Liar,
    sessions: list[Session],
    *,
    ending: bytes | signal.Signals,
    code: int,
) -> None:
    """It is shown on the terminal, echo is as before whatever ends it, and so is the rest."""
    session = Session("list", "-q", "-p", "mfa", "-r", "us-east-1")
    sessions.append(session)
    session.until(MFA)
    session.type(ending) if isinstance(ending, bytes) else os.kill(session.pid, ending)
    assert (session.end(), session.is_as_before()) == (code, True), session.shown
    assert services.operations == ([] if code else ["AssumeRole"])
    assert len(lightsail.calls) == (0 if code else 1)


@pytest.mark.usefixtures("services")
def test_ctrl_c_while_it_waits(lightsail: Liar, sessions: list[Session]) -> None:
    """What is said of an interrupt begins on a line of its own, and nothing else is left."""
    lightsail.responses("GetKeyPairs", HOLD)
    session = Session("list", "-q", "-p", "base", "-r", "us-east-1")
    sessions.append(session)
    session.until(WAITING)
    session.type(CTRL_C)
    assert (session.end(), session.is_as_before()) == (-signal.SIGINT, True)
    lines = wiped(session.shown).split("\r\n")
    assert [line for line in lines if "interrupted" in line] == ["lskeys: error: interrupted"], (
        lines
    )
