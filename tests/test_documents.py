"""What the documents show is what happens: each chapter's blocks are typed into a terminal.

`make documents` writes what happens into the documents.
"""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from lskeys import sandbox
from lskeys.sandbox import Sandbox
from tests.support import documents
from tests.support.documents import Block

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
CHAPTER = re.compile(r"^##+ ", re.MULTILINE)
PROGRAMS = ("jq", "make")
RENEWS = "RENEW_DOCUMENTS" in os.environ


@dataclass(frozen=True, slots=True)
class Chapter:
    """What stands below one heading of a document."""

    document: Path
    heading: str
    blocks: tuple[Block, ...]

    def __str__(self) -> str:
        return f"{self.document.name}: {self.heading}"

    @property
    def columns(self) -> int:
        """The width of the terminal; README is read where there is not much room."""
        return 80 if self.document == README else 120

    @property
    def missing(self) -> set[str]:
        """The programs it calls that this machine does not have."""
        text = "\n".join(block.text for block in self.blocks)
        called = {each for each in PROGRAMS if re.search(rf"\b{each}\b", text)}
        return {each for each in called if shutil.which(each) is None}


def chapters() -> Iterator[Chapter]:
    """Every chapter with something to type."""
    for document in sorted([*README.parent.glob("README.md"), *(ROOT / "docs").glob("*.md")]):
        for text in CHAPTER.split(document.read_text()):
            blocks = tuple(documents.blocks_of(text))
            if any(block.language == "console" for block in blocks):
                yield Chapter(document, text.partition("\n")[0], blocks)


@pytest.fixture
def reader() -> Iterator[Path]:
    """An empty home with a short name, so that tables are as wide as in the document."""
    with TemporaryDirectory(prefix="ana", dir="/tmp") as directory:
        yield Path(directory)


@pytest.fixture
def pointing(seeded: Path, tmp_path: Path, cache: Path) -> Iterator[Mapping[str, str]]:
    """The variables that point any AWS tool at a copy of that account, of this chapter alone."""
    path = tmp_path / "sandbox.sqlite3"
    shutil.copy(seeded, path)
    with sandbox.serve(Sandbox(path)) as server:
        yield {**sandbox.environment(server.endpoint), "XDG_CACHE_HOME": str(cache)}


@documents.needs_program
@pytest.mark.parametrize("chapter", [*chapters()], ids=str)
def test_documents_show_what_happens(
    chapter: Chapter, reader: Path, pointing: Mapping[str, str]
) -> None:
    """A chapter's console blocks, typed in order into one home, show what the chapter shows."""
    if chapter.missing:
        pytest.skip(f"no {', '.join(chapter.missing)}")
    environment = documents.surroundings(reader, chapter.columns, pointing)
    texts = {}
    for block in chapter.blocks:
        if block.file:
            (reader / block.file).write_text(block.text)
        if block.language == "console":
            shown = documents.shown(block, reader, environment)
            is_readme = chapter.document == README
            texts[block.text] = documents.cut(shown, chapter.columns) if is_readme else shown
    same = documents.same_each_time
    if RENEWS and any(same(before) != same(now) for before, now in texts.items()):
        document = chapter.document.read_text()
        for before, now in texts.items():
            document = document.replace(before, now, 1)
        chapter.document.write_text(document)
        return
    for before, now in texts.items():
        assert same(now) == same(before)


@pytest.mark.skipif(not README.exists(), reason="README.md is not next to these tests")
def test_readme_fits() -> None:
    """README is short, no wider than a terminal, and its links work wherever it is shown."""
    lines = README.read_text().splitlines()
    assert len(lines) <= 150
    assert [each for each in lines if len(each) > 80] == []
    links = re.findall(r"https://\S+/main/([^\s\"]+)", README.read_text())
    assert links
    assert [each for each in links if not (ROOT / each).exists()] == []
    assert "](docs/" not in README.read_text()
