"""CONTRIBUTING's example, followed to the letter in a copy of the package, then thrown away."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import lskeys
from lskeys import sandbox
from lskeys.sandbox import Sandbox
from tests.support import documents

FILE = Path(__file__).parents[1] / "CONTRIBUTING.md"
END_OF_TABLE = '    Verb("sandbox"'


@pytest.fixture
def files() -> Mapping[str, str]:
    """What CONTRIBUTING has to be written, by the file it goes to."""
    if not FILE.exists():
        pytest.skip("CONTRIBUTING.md is not beside these tests")
    return {block.file: block.text for block in documents.blocks_of(FILE.read_text())}


@pytest.fixture
def copied(files: Mapping[str, str], tmp_path: Path) -> Path:
    """A copy of the package and these tests with the new verb: one file, one line."""
    shutil.copytree(Path(lskeys.__file__).parent, tmp_path / "src" / "lskeys")
    tests = shutil.copytree(Path(__file__).parent, tmp_path / "tests")
    for name in ("src/lskeys/cli/commands/oldest.py", "tests/cli/test_oldest.py"):
        (tmp_path / name).write_text(files[name])
    table = tmp_path / "src" / "lskeys" / "cli" / "commands" / "__init__.py"
    before, found, after = table.read_text().partition(END_OF_TABLE)
    assert found
    table.write_text(before + files["table"] + found + after)
    assert tests.is_dir()
    return tmp_path


def in_copy(copied: Path, *words: str, others: Mapping[str, str]) -> str:
    """What a Python module prints that sees the copy in the package's place."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        env={**os.environ, **others, "PYTHONPATH": str(copied / "src")},
        cwd=copied,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_verb_works(copied: Path, files: Mapping[str, str], home: Path, cache: Path) -> None:
    """The new verb shows what CONTRIBUTING shows, and stands on the help page."""
    typed, shown = files[""].removeprefix("$ lskeys ").split("\n", maxsplit=1)
    words = typed.replace("'", "").split()
    with sandbox.serve(Sandbox(home / "sandbox.sqlite3")) as server:
        others = {**sandbox.environment(server.endpoint), "XDG_CACHE_HOME": str(cache)}
        assert in_copy(copied, "lskeys", *words, others=others) == shown
    assert "Show the oldest key pair of each region." in in_copy(
        copied, "lskeys", "--help", others={}
    )


def test_what_does_not_follow_fails_loudly(copied: Path) -> None:
    """Its own test passes; the tests that CONTRIBUTING names fail, and no other beside them."""
    shutil.copy(FILE.with_name("README.md"), copied)
    shutil.copytree(FILE.with_name("docs"), copied / "docs")
    modules = ("test_architecture.py", "cli/test_json_schema.py", "cli/test_scripting.py")
    chosen = "oldest or architecture or definition or columns"
    said = in_copy(
        copied,
        *("pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", chosen),
        *(f"tests/{each}" for each in (*modules, "cli/test_oldest.py")),
        others={},
    )
    failed = {line.split("::")[1].split(" ")[0] for line in said.splitlines() if "FAILED" in line}
    assert failed == {
        "test_the_folder_is_the_help_page_is_the_readme",
        "test_every_verb_with_a_document_has_its_definition",
        "test_columns",
    }, said
    assert failed <= set(FILE.read_text().replace("`", " ").replace(":", " ").split())
