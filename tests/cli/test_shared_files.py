"""Manual pages and completion scripts: an installation has those that the program prints."""

import sys
from pathlib import Path

import pytest

import lskeys
from lskeys.cli.commands._tree import tree
from lskeys.cli.completion.scripts import SCRIPTS
from lskeys.cli.shared_files import shared_files

COMPLETIONS = Path(__file__).parents[2] / "completions"


@pytest.mark.skipif(
    "site-packages" not in lskeys.__file__,
    reason="an editable installation has the files of the day it was made",
)
def test_shared_files_are_installed() -> None:
    """Below the prefix of the installation, each shell and man find the files of this version."""
    share = Path(sys.prefix) / "share"
    files = shared_files()
    assert {path: (share / path).read_text() for path in files} == files


@pytest.mark.parametrize(
    ("shell", "name"), [("bash", "lskeys.bash"), ("zsh", "_lskeys"), ("fish", "lskeys.fish")]
)
def test_scripts_in_the_repository_are_current(shell: str, name: str) -> None:
    """`make completions` was run after the last change of a command."""
    assert (COMPLETIONS / name).read_text() == SCRIPTS[shell].make(tree())
