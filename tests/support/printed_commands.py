"""Commands that lskeys prints: found in what a run said, and typed."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Ran, Run
from tests.support.cli_keys import PASSPHRASE, save

_HINT = "lskeys: hint: "
_PROGRAMS = {
    *("lskeys", "ssh-keygen", "ssh-add", "puttygen", "openssl", "curl"),
    *("chmod", "install", "ls", "mkdir", "mv"),
}
_PROMPTS = {"audit", "delete", "download-default", "rotate-default"}


def commands_in(ran: Ran) -> Iterator[str]:
    """The commands in the messages of a run: each stands behind a colon, or alone."""
    for line in ran.err.splitlines():
        for part in line.removeprefix(_HINT).split("; "):
            command = part.rpartition(": ")[2]
            if command.partition(" ")[0] in _PROGRAMS:
                yield command


def type_command(run: Run, command: str) -> None:
    """Type a command, as the one who read it; it must succeed, and so must each behind `&&`."""
    if " && " in command:
        for each in command.split(" && "):
            type_command(run, each)
        return
    program, *words = shlex.split(command)
    if program != "lskeys" or "|" in words:
        # Without a terminal openssl and puttygen read passphrases here, the latter all in one.
        subprocess.run(
            ("sh", "-c", command),
            input=f"{PASSPHRASE}\n".encode() * (1 if program == "puttygen" else 3),
            check=True,
            capture_output=True,
            start_new_session=True,
        )
        return
    ran = run(shlex.join([*words, *(["--yes"] if words[0] in _PROMPTS else [])]))
    assert ran.exit_code in ({0, 6} if words[0] == "audit" else {0}), ran.err


def be_a_user(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `lskeys` on PATH, and ssh-keygen ask a program that knows the passphrase."""
    tools = home / "tools"
    save(tools / "lskeys", f'#!/bin/sh\nexec {sys.executable} -m lskeys "$@"\n', 0o700)
    askpass = save(tools / "askpass", f"#!/bin/sh\necho '{PASSPHRASE}'\n", 0o700)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("SSH_ASKPASS", str(askpass))
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
