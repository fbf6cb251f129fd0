"""What is made from the command tree is what is committed; `make generated` renews it."""

import os
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from lskeys.cli import commands
from lskeys.cli.commands._tree import tree
from lskeys.cli.completion.scripts import SCRIPTS
from tests.conftest import Run

ROOT = Path(__file__).parents[2]
PAGES = Path(__file__).parent / "pages"
WORDS = [verb.word for verb in commands.VERBS]
LINES = [" ".join(each.words) for each in tree().walk()]
IS_OTHERWISE_DRAWN = int(version("rich").partition(".")[0]) < 15
RENEWS = "RENEW_GENERATED" in os.environ


def is_committed(path: Path, text: str) -> None:
    """The file has this text; or gets it, when the files are being renewed."""
    if RENEWS:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    if not path.parent.exists():
        pytest.skip(f"{path.parent.name} is not beside these tests")
    assert path.read_text() == text, f"{path.name} is stale: make generated"


def page_of(line: str) -> Path:
    """The file with the page of a command, by its words; the program has none."""
    return PAGES / f"{line.replace(' ', '-') or 'lskeys'}.txt"


def words_of(page: str) -> list[str]:
    """The words of a page, whatever its columns and frames."""
    return sorted(word for word in page.split() if word.strip("│─╭╮╰╯"))


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_completion_script(shell: str, run: Run) -> None:
    """What packages install for a shell is what the program prints."""
    file, _ = SCRIPTS[shell]
    is_committed(ROOT / "completions" / file, run(f"completion {shell}").out)


@pytest.mark.parametrize("word", ["", *WORDS])
def test_a_manual_page(word: str, run: Run) -> None:
    """The program and each verb have a page of their own."""
    name = f"lskeys-{word}.1" if word else "lskeys.1"
    is_committed(ROOT / "man" / name, run(f"help --man {word}").out)


@pytest.mark.parametrize("line", LINES)
def test_a_help_page(line: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What --help shows on a terminal of 80 columns, and nothing is cut or wider."""
    monkeypatch.setenv("COLUMNS", "80")
    shown = run(f"{line} --help").out
    page = "".join(f"{row.rstrip()}\n" for row in shown.splitlines())
    assert max(map(len, page.splitlines())) <= 80
    assert "\u2026" not in page
    file = page_of(line)
    if IS_OTHERWISE_DRAWN:  # the same words, in columns of other widths
        assert words_of(page) == words_of(file.read_text())
    else:
        is_committed(file, page)


def test_nothing_else_is_committed() -> None:
    """A verb that went leaves no script, manual or help page behind."""
    assert {*PAGES.iterdir()} == {page_of(line) for line in LINES}
    if (ROOT / "man").exists():
        manual = {each.name for each in (ROOT / "man").iterdir()}
        assert manual == {"lskeys.1", *(f"lskeys-{word}.1" for word in WORDS)}


@pytest.mark.skipif(
    not (Path(sys.executable).parent / "lskeys").exists(), reason="lskeys is not installed"
)
@pytest.mark.skipif(RENEWS, reason="what is renewed is installed by the next make")
@pytest.mark.parametrize(
    "path",
    [
        "bash-completion/completions/lskeys",
        "zsh/site-functions/_lskeys",
        "fish/vendor_completions.d/lskeys.fish",
        "man/man1/lskeys.1",
        *(f"man/man1/lskeys-{word}.1" for word in WORDS),
    ],
)
def test_it_is_installed_where_it_is_looked_for(path: str) -> None:
    """Below the prefix of the installation, each shell and man find their files."""
    assert (Path(sys.prefix) / "share" / path).is_file()
