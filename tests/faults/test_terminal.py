"""The terminal: what every verb shows there is text, what it asks is asked of a person only."""

import csv
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from lskeys.cli import main
from lskeys.runtime import Launch
from lskeys.sandbox import DEFAULT_PAIR
from tests.cli.test_hostile import ATTACKS, FORMATS, STYLE, is_harmless
from tests.conftest import NOW, REGION, Run, Stream

from .deeds import ASKING, DEEDS, FORMATTED, REMOTE, Deed, Stage, named
from .server import Answer, Call, Liar, refused, reworded

EVERYTHING = " ".join(ATTACKS.values())
"""Every attack in one text, since each is looked for in whatever comes out."""

SPARED = frozenset({"__type", "privateKeyBase64", "publicKeyBase64", "algorithm", "publicKey"})
"""Without these there would be no deed."""
ASKED_BY_NAME = frozenset({"GetKeyPair", "GetRegions"})
"""Their names are asked for again."""

NOT_TEXT = re.compile(r"\d+(\.\d+){3}|ssh-\S+ \S+|\d{4}-\d\d-.*")
"""Addresses, keys and dates: without them there is nothing to show."""


class Twist:
    """Puts an attack behind every text of an answer, or in front; some members are spared."""

    def __init__(self, attack: str, *spared: str, in_front: bool = False) -> None:
        self._attack = attack
        self._spared = SPARED | set(spared)
        self._in_front = in_front

    def __call__(self, call: Call, answer: Answer) -> Answer:
        """The answer with the attack in it."""
        spared = self._spared | ({"name"} if call.operation in ASKED_BY_NAME else set())

        def word(member: str, text: str) -> str:
            if member in spared or text == DEFAULT_PAIR or NOT_TEXT.fullmatch(text):
                return text
            return f"{self._attack}{text}" if self._in_front else f"{text}{self._attack}"

        return reworded(answer, word)


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("deed", FORMATTED, ids=named(FORMATTED))
@pytest.mark.usefixtures("stage")
def test_every_text_of_every_answer(deed: Deed, output: str, liar: Liar, run: Run) -> None:
    """Whatever texts the service sends, a verb that does its work shows visible text alone."""
    liar.twist = Twist(EVERYTHING, "fingerprint", "username")
    ran = run(f"{deed.unasked} -o {output} --color never", terminal=True)
    assert ran.exit_code == deed.exit_code, ran.err
    assert is_harmless(ran.out)
    assert is_harmless(ran.err)


@pytest.mark.parametrize("deed", REMOTE, ids=named(REMOTE))
@pytest.mark.usefixtures("stage")
def test_every_fingerprint_and_user(deed: Deed, liar: Liar, run: Run) -> None:
    """So does one that refuses its work, and says why, with whatever in its message."""
    liar.twist = Twist(EVERYTHING)
    ran = run(f"{deed.unasked} --debug")
    assert ran.exit_code != 1
    assert is_harmless(ran.out)
    assert is_harmless(ran.err)


@pytest.mark.parametrize("options", ["", "-o json"], ids=["lines", "json"])
@pytest.mark.parametrize("deed", REMOTE, ids=named(REMOTE))
@pytest.mark.usefixtures("stage")
def test_every_error(deed: Deed, options: str, liar: Liar, run: Run) -> None:
    """Whatever the service says when it refuses, one visible line a member comes out."""
    odd = refused("OddException", EVERYTHING, tip=EVERYTHING, docs=EVERYTHING)
    odd.headers["x-amzn-RequestId"] = "a\x1b[31mb\x9bc"
    for operation in deed.operations:
        liar.answers(operation, odd)
    ran = run(f"{deed.unasked} --debug {options}")
    assert ran.exit_code != 1
    assert is_harmless(ran.out)
    assert is_harmless(ran.err)
    assert all(line.startswith(("lskeys: ", "{")) for line in ran.err.splitlines())


@pytest.mark.parametrize("deed", ASKING, ids=named(ASKING))
@pytest.mark.usefixtures("stage")
def test_every_question(deed: Deed, liar: Liar, run: Run) -> None:
    """What a question shows, and what its answer stands on, is visible text."""
    liar.twist = Twist(EVERYTHING, "fingerprint", "username")
    ran = run(deed.line, typed="no\n")
    assert ran.exit_code == 10, ran.err
    assert is_harmless(ran.out)
    assert is_harmless(ran.err.replace("\x1b[2K", "").replace("\r", ""))


@pytest.mark.parametrize("deed", FORMATTED, ids=named(FORMATTED))
@pytest.mark.usefixtures("stage")
def test_every_formula(deed: Deed, liar: Liar, run: Run) -> None:
    """No cell of CSV begins as what a spreadsheet would compute."""
    liar.twist = Twist("=1+1;", "fingerprint", "username", in_front=True)
    rows = list(csv.reader(StringIO(run(f"{deed.unasked} -o csv").out)))
    assert rows
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.fixture
def hostile_home(
    stage: Stage, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The stage's home under a name of every attack that a path can carry."""
    assert run
    name = "".join(ATTACKS[each] for each in ("escape", "c1", "line", "bidi", "markup"))
    folder = tmp_path / f"{name[:80].replace('/', '')}\u200b\udcff"
    stage.home.rename(folder)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("output", ["table", "text", "json"])
@pytest.mark.parametrize("deed", FORMATTED, ids=named(FORMATTED))
def test_every_path(deed: Deed, output: str, hostile_home: Path, run: Run) -> None:
    """Whatever a folder is called, its name is shown spelled out, by every verb."""
    assert not is_harmless(str(hostile_home))
    ran = run(f"{deed.unasked} -o {output} --color never", terminal=True)
    assert ran.exit_code in {deed.exit_code, 5}, ran.err  # ssh-config refuses what ssh would misread
    assert is_harmless(ran.out)
    assert is_harmless(ran.err)
