"""The terminal after a run that was stopped in a prompt or while it waited: as it was before."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import wiped
from tests.lightsail.conftest import lightsail, services
from tests.support.cli_keys import PASSPHRASE, openssh, own_pem, save
from tests.support.credential_services import SERIAL, CredentialServices
from tests.support.lying_server import HOLD, Liar
from tests.support.shells import Terminal, terminal

__all__ = ["lightsail", "services"]

MFA = f"Enter MFA code for {SERIAL}:"
WAITING = "waiting for AWS (us-east-1)"
CTRL_C = "\x03"


@pytest.fixture
def start(home: Path) -> Iterator[Callable[[str], Terminal]]:
    """Starts a command line at a terminal of its own."""
    with ExitStack() as stack:
        yield lambda line: stack.enter_context(
            terminal([sys.executable, "-m", "lskeys", *line.split()], os.environ, home)
        )


@pytest.mark.parametrize(
    ("ending", "code"),
    [("123456\n", 0), (CTRL_C, -signal.SIGINT), (signal.SIGTERM, -signal.SIGTERM)],
    ids=["code", "ctrl-c", "sigterm"],
)
def test_a_prompt_for_an_mfa_code(
    services: CredentialServices,
    lightsail: Liar,
    start: Callable[[str], Terminal],
    *,
    ending: str | signal.Signals,
    code: int,
) -> None:
    """It is shown on the terminal, echo is as before whatever ends it, and so is the rest."""
    session = start("list -q -p mfa -r us-east-1")
    session.until(MFA)
    session.type(ending) if isinstance(ending, str) else session.process.send_signal(ending)
    assert (session.end(), session.is_as_before()) == (code, True), session.shown
    assert services.operations == ([] if code else ["AssumeRole"])
    assert len(lightsail.calls) == (0 if code else 1)


@pytest.mark.usefixtures("services")
def test_ctrl_c_while_it_waits(lightsail: Liar, start: Callable[[str], Terminal]) -> None:
    """The message of an interrupt begins on a line of its own, and nothing else is left."""
    lightsail.responses("GetKeyPairs", HOLD)
    session = start("list -q -p base -r us-east-1")
    session.until(WAITING)
    session.type(CTRL_C)
    assert (session.end(), session.is_as_before()) == (-signal.SIGINT, True)
    lines = wiped(session.shown).split("\r\n")
    assert [line for line in lines if "interrupted" in line] == ["lskeys: error: interrupted"], (
        lines
    )


def test_a_passphrase_is_not_shown(home: Path, start: Callable[[str], Terminal]) -> None:
    """What is typed after the prompt is the passphrase, and the screen stays without it."""
    save(home / "key", openssh(own_pem(), PASSPHRASE))
    session = start("fingerprint key --passphrase -q")
    session.until("Passphrase of key")
    session.type(f"\x1a\x1c{PASSPHRASE}\n")  # Ctrl-Z and Ctrl-\\ neither stop nor end it
    assert (session.end(), session.is_as_before()) == (0, True), session.shown
    assert PASSPHRASE not in session.shown
