"""Documents whose console blocks are typed into a terminal, as their reader would do it.

A block of another language that has a word behind it, as in "```makefile Makefile", is the file of
that name. In a console block `$ ` begins a command, and `> ` at its end continues it; a last line
of `…` stands for what follows.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.shells import terminal

needs_program = pytest.mark.skipif(
    not (Path(sys.executable).parent / "lskeys").exists(), reason="lskeys is not installed"
)

_FENCED = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TYPED = re.compile(r"^\$ (.*\n(?:> .*\n)*)", re.MULTILINE)
_REPLIED = re.compile(r"^(?:Type .*:|.*\[y/N\]) (.*)$", re.MULTILINE)
_PROMPT = re.compile(r"(Type [^\n]*:|\[y/N\]) $")

# What is no part of a result: progress, which is wiped away, and blanks at the end of a line.
_DRAWN = (
    # The tests' home is not the one of passwd.
    (re.compile(r"lskeys: warning: HOME is not .*\n"), ""),
    (re.compile(r"[^\n]*\r\x1b\[2K"), ""),
    (re.compile(r" +$", re.MULTILINE), ""),
)
# What differs from run to run: the sandbox's keys are made when it is first used.
_VARIES = (
    (re.compile(r"\bAAAA[\w+/=]{8,}…?"), "<KEY>"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<UUID>"),
    (re.compile(r"\b\d{12}/"), "<NUMBER>/"),
    (re.compile(r"\b\d{8}T\d{6}Z"), "<DATE>"),
    (re.compile(r"\b(?:[0-9a-f]{2}:){15,19}[0-9a-f]{2}\b"), "<FINGERPRINT>"),
    (re.compile(r"SHA256:[A-Za-z0-9+/]{43}"), "<FINGERPRINT>"),
    (re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(?:Z|\+00:00))?"), "<DATE>"),
    (re.compile(r" {2,}"), "  "),
    (re.compile(r"─+"), "─"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, the file that it is, its text."""

    language: str
    file: str
    text: str


def blocks_of(document: str) -> list[Block]:
    """Every fenced block, in order."""
    return [Block(*found) for found in _FENCED.findall(document)]


def same_each_time(text: str) -> str:
    """The text without what cannot be the same in two runs."""
    for pattern, word in _VARIES:
        text = pattern.sub(word, text)
    return text


def surroundings(home: Path, columns: int, others: Mapping[str, str]) -> dict[str, str]:
    """The environment of a reader who has nothing but a home, a terminal and the program."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "TERM": "xterm",
        "NO_COLOR": "1",
        "LANG": "C.UTF-8",
        "COLUMNS": str(columns),
        **others,
    }


def shown(block: Block, home: Path, environment: Mapping[str, str]) -> str:
    """What a console block shows when it is typed into this home."""
    text = "".join(_type(block.text, home, environment)).replace("\r\n", "\n")
    for pattern, word in _DRAWN:
        text = pattern.sub(word, text)
    text = text.replace(str(home), "/home/ana")
    if block.text.endswith("\n…\n"):
        text = "".join(text.splitlines(keepends=True)[: block.text.count("\n") - 1]) + "…\n"
    return text


def cut(text: str, columns: int) -> str:
    """The text with an ellipsis in place of the words of a line that have no room."""
    lines = (
        line if len(line) <= columns else f"{line[: columns - 1].rpartition(' ')[0]} …"
        for line in text.splitlines()
    )
    return "".join(f"{line}\n" for line in lines)


def _type(block: str, home: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Type a block's commands and replies into a terminal; what the terminal then shows."""
    typed = list(_TYPED.finditer(block))
    ends = [*(each.start() for each in typed[1:]), len(block)]
    for each, end in zip(typed, ends, strict=True):
        replies = _REPLIED.findall(block[each.end() : end])
        yield each[0]
        yield _in_terminal(each[1].replace("\n> ", "\n"), replies, home, environment)


def _in_terminal(line: str, replies: list[str], home: Path, environment: Mapping[str, str]) -> str:
    """Run a command in a pseudo-terminal, typing each reply when it is prompted for."""
    with terminal(["/bin/sh", "-c", line], environment, home) as at:
        for reply in replies:
            while not _PROMPT.search(at.shown):
                at.until(" ")
            at.type(f"{reply}\n")
        at.end()
        return at.shown
