"""What README shows is what happens: its console blocks are typed into a terminal, in order."""

import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ASKED = re.compile(r"^(Type the name to \w+ it:|.*\[y/N\]) (.*)$", re.MULTILINE)
ASKS = re.compile(r"(to \w+ it:|\[y/N\]) $")
COLUMNS = "172"
PATIENCE = 60.0

# What differs from run to run: the sandbox's keys are made when it is first used.
VARIES = (
    (re.compile(r"[^\n]*\r\x1b\[2K"), ""),  # progress, which is wiped away
    (re.compile(r"\bAAAA[\w+/=]{8,}…?"), "<KEY>"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<UUID>"),
    (re.compile(r"\b\d{12}/"), "<NUMBER>/"),
    (re.compile(r"\b\d{8}T\d{6}Z"), "<DATE>"),
    (re.compile(r"\b(?:[0-9a-f]{2}:){15,19}[0-9a-f]{2}\b"), "<FINGERPRINT>"),
    (re.compile(r"SHA256:[A-Za-z0-9+/]{43}"), "<FINGERPRINT>"),
    (re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?"), "<DATE>"),
    (re.compile(r" +$", re.MULTILINE), ""),
    (re.compile(r" {2,}"), "  "),
    (re.compile(r"─+"), "─"),
)


def same_each_time(text: str, home: Path) -> str:
    """The text without what cannot be the same in two runs."""
    text = text.replace("\r\n", "\n").replace(str(home), "/home/ana")
    for pattern, word in VARIES:
        text = pattern.sub(word, text)
    return text


def type_into_terminal(block: str, home: Path) -> str:
    """Type a block's commands and answers into a terminal; what the terminal then shows."""
    shown = ""
    commands = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    for command in commands:
        line, _, expected = command.partition("\n")
        answers = [answer for _, answer in ASKED.findall(expected)]
        shown += f"$ {line}\n" + in_terminal(line, answers, home)
    return shown


def in_terminal(line: str, answers: list[str], home: Path) -> str:
    """Run one line of shell in a pseudo-terminal, typing each answer when it is asked for."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "TERM": "xterm",
        "NO_COLOR": "1",
        "LANG": "C.UTF-8",
        "COLUMNS": COLUMNS,
        "LSKEYS_SANDBOX": "1",
    }
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["/bin/sh", "-c", line],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        cwd=home,
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := read_some(ours):
            shown += chunk
            if answers and ASKS.search(shown.decode(errors="replace")):
                os.write(ours, answers.pop(0).encode() + b"\n")
    finally:
        os.close(ours)
        process.kill()
        process.wait()
    return shown.decode()


def read_some(terminal: int) -> bytes:
    """What comes next from a terminal; empty at its end."""
    ready, _, _ = select.select([terminal], [], [], PATIENCE)
    assert ready, "the terminal is silent"
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux's end of a terminal
        return b""


@pytest.mark.skipif(
    not (Path(sys.executable).parent / "lskeys").exists(), reason="lskeys is not installed"
)
def test_readme_shows_what_happens() -> None:
    """Every console block of README, typed in order into one home, shows what README shows."""
    blocks = BLOCK.findall(README.read_text())
    assert blocks
    # A short name, so that tables are as wide as in README.
    with TemporaryDirectory(prefix="ana", dir="/tmp") as folder:
        home = Path(folder)
        for block in blocks:
            shown = type_into_terminal(block, home)
            assert same_each_time(shown, home) == same_each_time(block, home)
