"""Other people on the machine, whom only root can play."""

import os
from pathlib import Path

import pytest

ANA, MALLORY = 12345, 12346
"""Numbers of two users whom the system need not know."""

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be several people")


def chown(path: Path, user: int) -> Path:
    """Give a file or a directory, not what a link leads to, to somebody."""
    if os.geteuid():
        pytest.skip("needs root, to be several people")
    os.chown(path, user, user, follow_symlinks=False)
    return path
