"""Manual pages and completion scripts: an installation has those that the program prints."""

import sys
from pathlib import Path

import pytest

import lskeys
from lskeys.cli.shared_files import shared_files


@pytest.mark.skipif(
    "site-packages" not in lskeys.__file__,
    reason="an editable installation has the files of the day it was made",
)
def test_shared_files_are_installed() -> None:
    """Below the prefix of the installation, each shell and man find the files of this version."""
    share = Path(sys.prefix) / "share"
    files = shared_files()
    assert {path: (share / path).read_text() for path in files} == files
