"""CONTRIBUTING's example, followed to the letter in a copy of the package, then thrown away."""

import os
import shlex
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
ENTRIES = {
    "table": ("cli/commands/__init__.py", '    Verb("sandbox"'),
    "setting": ("config/settings.py", "    home_regions:"),
    "format": ("output/formats/__init__.py", ")\nFORMATS:"),
    "column": ("output/views/key_pairs.py", '        Column("account"'),
}
"""Where each entry belongs: the file, and the text that follows it."""


@pytest.fixture
def files() -> Mapping[str, str]:
    """The code blocks of CONTRIBUTING, by file."""
    if not FILE.exists():
        pytest.skip("CONTRIBUTING.md is not next to these tests")
    return {block.file: block.text for block in documents.blocks_of(FILE.read_text())}


@pytest.fixture
def copied(files: Mapping[str, str], tmp_path: Path) -> Path:
    """A copy of the package and these tests with all that CONTRIBUTING adds."""
    shutil.copytree(Path(lskeys.__file__).parent, tmp_path / "src" / "lskeys")
    tests = shutil.copytree(Path(__file__).parent, tmp_path / "tests")
    for name in (each for each in files if each.endswith(".py")):
        (tmp_path / name).write_text(files[name])
    for entry, (file, behind) in ENTRIES.items():
        path = tmp_path / "src" / "lskeys" / file
        before, found, after = path.read_text().partition(behind)
        assert found, file
        path.write_text(before + files[entry] + found + after)
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


@pytest.mark.parametrize("added", ["verb", "setting", "format", "column"])
def test_what_is_added_works(
    added: str, copied: Path, files: Mapping[str, str], home: Path, cache: Path
) -> None:
    """What CONTRIBUTING adds shows what CONTRIBUTING shows."""
    typed, shown = files[f"{added}-shown"].removeprefix("$ lskeys ").split("\n", maxsplit=1)
    with sandbox.serve(Sandbox(home / "sandbox.sqlite3")) as server:
        others = {**sandbox.environment(server.endpoint), "XDG_CACHE_HOME": str(cache)}
        out = in_copy(copied, "lskeys", *shlex.split(typed), others=others)
    assert out == shown or (added == "setting" and shown in out)


@pytest.mark.parametrize(
    ("page", "line"),
    {
        "--help": "Show the oldest key pair of each region",
        "help environment": "LSKEYS_EDITOR",
        "help formatting": "markdown",
    }.items(),
)
def test_what_is_added_is_on_its_page(page: str, line: str, copied: Path) -> None:
    """Help follows from the entries."""
    assert line in in_copy(copied, "lskeys", *page.split(), others={})


def test_what_does_not_follow_fails_loudly(copied: Path) -> None:
    """Its own test passes; only the tests that CONTRIBUTING names fail."""
    shutil.copy(FILE.with_name("README.md"), copied)
    shutil.copytree(FILE.with_name("docs"), copied / "docs")
    modules = ("test_architecture.py", "cli/test_json_schema.py", "cli/test_scripting.py")
    chosen = "(oldest or architecture or definition or columns) and not heavy"
    said = in_copy(
        copied,
        *("pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", chosen),
        *(f"tests/{each}" for each in (*modules, "cli/test_oldest.py")),
        others={},
    )
    failed = {line.split("::")[1].split(" ")[0] for line in said.splitlines() if "FAILED" in line}
    assert failed == {
        "test_every_verb_has_its_file_and_its_row_in_the_readme",
        "test_every_verb_with_a_document_has_its_definition",
        "test_columns",
    }, said
    assert failed <= set(FILE.read_text().replace("`", " ").replace(":", " ").split())
