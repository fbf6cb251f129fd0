"""The pictures in docs show what the program shows; `make screenshots` draws them anew."""

import re
import runpy
import sys
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

DOCS = Path(__file__).parents[1] / "docs"
PROGRAM = DOCS / "screenshots.py"
MAX_BYTES = 20_000
SVG = "{http://www.w3.org/2000/svg}"

# The sandbox's keys and dates are those of the day it is first used.
VARIES = (
    (re.compile(r"\b(?:[0-9a-f]{2}:){15,19}[0-9a-f]{2}\b"), "<FINGERPRINT>"),
    (re.compile(r"SHA256:[A-Za-z0-9+/]{43}"), "<FINGERPRINT>"),
    (re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?"), "<DATE>"),
)

pytestmark = pytest.mark.skipif(
    not (PROGRAM.exists() and (Path(sys.executable).parent / "lskeys").exists()),
    reason="the pictures are not here, or lskeys is not installed",
)


def lines(picture: Path) -> list[str]:
    """What is written in a picture, line by line, without what cannot be the same twice."""
    texts = ET.parse(picture).iter(f"{SVG}text")  # noqa: S314  drawn here, by us
    rows = groupby(texts, key=lambda text: text.get("y"))
    shown = [" ".join(text.text or "" for text in row).replace("\xa0", " ") for _, row in rows]
    for pattern, word in VARIES:
        shown = [pattern.sub(word, line).rstrip() for line in shown]
    return shown


def test_pictures_are_true(tmp_path: Path) -> None:
    """Drawn now, each picture says what the one in docs says, and none else is there."""
    runpy.run_path(str(PROGRAM))["draw"](tmp_path)
    drawn = {picture.name: lines(picture) for picture in tmp_path.glob("*.svg")}
    assert {picture.name: lines(picture) for picture in DOCS.glob("*.svg")} == drawn


@pytest.mark.parametrize("picture", sorted(DOCS.glob("*.svg")), ids=lambda path: path.stem)
def test_pictures_are_light(picture: Path) -> None:
    """A picture is small and needs nothing from elsewhere: no font, no script, no other file."""
    text = picture.read_text()
    assert len(text) < MAX_BYTES
    assert not re.search(r"url\(http|href|<script|<image|@font-face", text)


@pytest.mark.parametrize("picture", sorted(DOCS.glob("*.svg")), ids=lambda path: path.stem)
def test_pictures_show_no_failure(picture: Path) -> None:
    """What they show went well."""
    assert not [line for line in lines(picture) if "error" in line or "Traceback" in line]
