"""Other people on the machine, whom only root can play."""

import ctypes
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")
_NEW_USERS = 0x10000000
"""CLONE_NEWUSER of unshare(2)."""

ANA, MALLORY = 12345, 12346
"""Numbers of two users whom the system need not know."""

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be several people")


def chown(path: Path, user: int) -> Path:
    """Give a file or a directory, not what a link leads to, to a user."""
    if os.geteuid():
        pytest.skip("needs root, to be several people")
    os.chown(path, user, user, follow_symlinks=False)
    return path


def without_passwd_entry(call: Callable[[], T]) -> T:
    """What a call returns in a fork whose user has no passwd entry, and no power over files.

    Files of the user who runs the tests are the fork's own, as under `docker run --user 1234`.
    """
    reader, writer = os.pipe()
    user = os.geteuid()
    child = os.fork()
    if not child:
        try:
            if getattr(ctypes.CDLL(None), "unshare", lambda _: -1)(_NEW_USERS) == 0:
                Path("/proc/self/uid_map").write_text(f"{ANA} {user} 1")
                os.write(writer, pickle.dumps(call()))
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        returned = stream.read()
    os.waitpid(child, 0)
    if not returned:
        pytest.skip("needs user namespaces, for a user without a passwd entry")
    found: T = pickle.loads(returned)  # noqa: S301  from the fork
    return found
