"""Loads private keys into the running ssh-agent, without a file. Touches: processes.

ssh-add(1) reads the key from a pipe; lskeys does not speak the agent's protocol itself.
"""

import re
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from lskeys.errors import LocalError, SetupError, UsageError
from lskeys.keys import PrivateKey
from lskeys.ssh.client import run_quietly, without_ours
from lskeys.text import one_line

_LIFETIME = re.compile(r"(?:\d{1,6}[smhdw]?)+", re.IGNORECASE)  # sshd_config(5), "TIME FORMATS"
_START = 'eval "$(ssh-agent)"'
_NO_AGENT = 2  # ssh-add(1), "EXIT STATUS"
_SECONDS = 60  # an agent may have the user confirm it


@dataclass(frozen=True, slots=True)
class Agent:
    """A running ssh-agent, and the `ssh-add` that talks to it."""

    program: str
    environment: Mapping[str, str]

    def add(self, key: PrivateKey, lifetime: str | None = None) -> None:
        """Load a private key, for some time if that is given.

        Raises:
            LocalError: The agent did not take it.
        """
        words = [self.program, "-q", *(("-t", lifetime) if lifetime else ()), "-"]
        try:
            ended = subprocess.run(  # noqa: S603  a list of arguments, none of them from outside
                words,
                input=key.pem.reveal(),
                capture_output=True,
                check=False,
                env=dict(self.environment),
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise LocalError(
                f"ssh-add did not finish within {_SECONDS} seconds",
                hint=f"the agent may want you to confirm; where it hangs, start another: {_START}",
            ) from None
        if ended.returncode:
            said = one_line(ended.stderr.decode(errors="replace").strip(), limit=200)
            raise LocalError(
                f"ssh-agent did not take the key: {said or 'ssh-add failed'}",
                hint=_START
                if ended.returncode == _NO_AGENT
                else "unlock it if it is locked: ssh-add -X",
            )


def find(environ: Mapping[str, str]) -> Agent:
    """The running agent.

    Raises:
        SetupError: None is running, or there is no `ssh-add`.
    """
    program = shutil.which("ssh-add", path=environ.get("PATH"))
    if program is None:
        raise SetupError("ssh-add is not installed", hint="install the OpenSSH client")
    if not environ.get("SSH_AUTH_SOCK"):
        raise SetupError("no ssh-agent is running: SSH_AUTH_SOCK is not set", hint=_START)
    return Agent(program, without_ours(environ))


def has_keys(environ: Mapping[str, str]) -> bool:
    """Whether an agent is running, and has keys that it lists."""
    program = shutil.which("ssh-add", path=environ.get("PATH"))
    if program is None or not environ.get("SSH_AUTH_SOCK"):
        return False
    with suppress(OSError, subprocess.TimeoutExpired):
        return run_quietly((program, "-l"), without_ours(environ)).returncode == 0
    return False


def check_lifetime(lifetime: str | None, *, for_agent: bool) -> None:
    """Refuse a lifetime that ssh-add would not understand, or that is for no agent.

    Raises:
        UsageError: Says what a lifetime looks like.
    """
    if lifetime is None:
        return
    if not for_agent:
        raise UsageError("--lifetime is for --agent", hint="add --agent")
    if not _LIFETIME.fullmatch(lifetime):
        raise UsageError(
            f"--lifetime: {one_line(lifetime, limit=40)} is not a time", hint="such as 30m or 1h"
        )
