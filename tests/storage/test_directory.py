"""Directories that are held open, and those that cannot be."""

import os
from pathlib import Path

import pytest

from lskeys.errors import LskeysError, MissingError, RefusedError
from lskeys.storage.directory import opened


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    """What is missing, a link to nowhere, a file and what is below one: each by its own words."""
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("gone")
    said = {
        "gone": "there is no directory {}",
        "link": "{} is a link that leads nowhere",
        "file": "{} is not a directory",
        "file/keys": "{} is not a directory",
    }
    kinds = {"gone": MissingError, "link": MissingError}
    for name, words in said.items():
        with pytest.raises(LskeysError) as refused, opened(tmp_path / name):
            pytest.fail("it was opened")
        assert type(refused.value) is kinds.get(name, RefusedError)
        assert refused.value.message == words.format(tmp_path / name)


def test_a_descriptor_that_is_gone(tmp_path: Path) -> None:
    """Nothing was written through a directory's descriptor, so its end cannot fail."""
    with opened(tmp_path) as directory:
        os.close(directory.descriptor)
