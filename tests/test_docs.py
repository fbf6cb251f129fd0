"""What docs/*.md show is what happens: each chapter's blocks are typed into a terminal."""

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

DOCS = Path(__file__).parents[1] / "docs"
CHAPTER = re.compile(r"^##+ ", re.MULTILINE)
PROGRAMS = ("jq", "make")


@dataclass(frozen=True, slots=True)
class Chapter:
    """What stands below one heading of a document."""

    document: str
    heading: str
    blocks: tuple[Block, ...]

    @property
    def missing(self) -> set[str]:
        """The programs it calls that this machine does not have."""
        said = "\n".join(block.text for block in self.blocks)
        called = {each for each in PROGRAMS if re.search(rf"\b{each}\b", said)}
        return {each for each in called if shutil.which(each) is None}


def chapters() -> Iterator[Chapter]:
    """Every chapter with something to type."""
    for document in sorted(DOCS.glob("*.md")):
        for text in CHAPTER.split(document.read_text()):
            blocks = tuple(documents.blocks_of(text))
            if any(block.language == "console" for block in blocks):
                yield Chapter(document.name, text.partition("\n")[0], blocks)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An account that was used for two years."""
    path = tmp_path_factory.mktemp("seeded") / "sandbox.sqlite3"
    Sandbox(path).prepare()
    return path


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
@pytest.mark.parametrize(
    "chapter", [*chapters()], ids=lambda chapter: f"{chapter.document}: {chapter.heading}"
)
def test_docs_show_what_happens(
    chapter: Chapter, reader: Path, pointing: Mapping[str, str]
) -> None:
    """A chapter's console blocks, typed in order into one home, show what the chapter shows."""
    if chapter.missing:
        pytest.skip(f"no {', '.join(chapter.missing)}")
    environment = documents.surroundings(reader, pointing)
    for shown, expected in documents.typed(chapter.blocks, reader, environment):
        assert shown == expected
