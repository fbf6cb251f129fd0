"""Commands that lskeys prints: found in what a run said or in the source, and typed."""

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lskeys
from tests.conftest import Ran, Run
from tests.support.cli_keys import PASSPHRASE, save

_HINT = "lskeys: hint: "
_PROGRAMS = {
    *("lskeys", "ssh-keygen", "ssh-add", "puttygen", "openssl", "curl"),
    *("aws", "chmod", "eval", "install", "ls", "mkdir", "mv"),
}
_PROMPTS = {"audit", "delete", "download-default", "rotate-default", "ssh-config"}


def commands_in(ran: Ran) -> Iterator[str]:
    """The commands in the messages of a run: each stands behind a colon, or alone."""
    for line in ran.err.splitlines():
        for part in line.removeprefix(_HINT).split("; "):
            command = part.rpartition(": ")[2]
            if command.partition(" ")[0] in _PROGRAMS:
                yield command


def commands_in_source() -> Iterator[str]:
    """The commands in the strings of the source, with `…` for what is filled in."""
    command = re.compile(rf"(?:^|[:;(] )((?:{'|'.join(_PROGRAMS)}) \S[^;,]*)")
    for module in Path(lskeys.__file__).parent.rglob("*.py"):
        nodes = [*ast.walk(ast.parse(module.read_text()))]
        parts = {id(each) for node in nodes for each in _parts(node)}
        for node in nodes:
            if id(node) not in parts and (found := command.search(_text(node))):
                yield re.sub(r"\{\w+\}", "…", found[1].rstrip(")"))


def _parts(node: ast.AST) -> list[ast.expr]:
    """What is no string of its own: a docstring, and the parts of an f-string."""
    if isinstance(node, ast.Expr):
        return [node.value]
    return node.values if isinstance(node, ast.JoinedStr) else []


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(each) or "…" for each in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def type_command(run: Run, command: str) -> None:
    """Type a command, as the one who read it; it must succeed, and so must each behind `&&`."""
    if " && " in command:
        for each in command.split(" && "):
            type_command(run, each)
        return
    program, *words = shlex.split(command)
    if program == "eval":
        command += " && ssh-agent -k"
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
    """Have `lskeys` on PATH, and ssh-keygen get the passphrase from a program."""
    tools = home / "tools"
    save(tools / "lskeys", f'#!/bin/sh\nexec {sys.executable} -m lskeys "$@"\n', 0o700)
    askpass = save(tools / "askpass", f"#!/bin/sh\necho '{PASSPHRASE}'\n", 0o700)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("SSH_ASKPASS", str(askpass))
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
