"""Paths on stdout: what a program reads names the file, whatever it is called."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lskeys.sandbox import Sandbox, Server
from tests.conftest import REGION

DIRECTORIES = {
    "plain": b"keys",
    "a blank": b"my keys",
    "an umlaut": "schlüssel".encode(),
    "a variation selector": "keys ❤\ufe0f".encode(),
    "a zero-width non-joiner": "\u06a9\u0644\u06cc\u062f\u200c\u0647\u0627".encode(),
    "a no-break space": b"a\xc2\xa0b",
    "an escape sequence": b"\x1b[31mred",
    "no UTF-8": b"caf\xe9",
}


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
@pytest.mark.parametrize("end", [b"\n", b"\0"])
@pytest.mark.parametrize("name", DIRECTORIES)
@pytest.mark.usefixtures("server")
def test_a_printed_path_is_the_path(
    name: str, end: bytes, encoding: str, account: Sandbox, home: Path
) -> None:
    """A pipe gets the bytes of the path, in any locale, with -q and without."""
    account.add_default_key_pair(REGION)
    directory = os.fsencode(home) + b"/" + DIRECTORIES[name]
    options = ("-q", "-0") if end == b"\0" else ()
    ended = subprocess.run(
        (sys.executable, "-m", "lskeys", "download-default", *options, "--out", directory),
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )
    assert ended.stdout.endswith(end)
    assert Path(os.fsdecode(ended.stdout.removesuffix(end))).is_file()


def test_a_line_break_needs_nul(server: Server, account: Sandbox, home: Path) -> None:
    """A path with a line break is one line all the same; with -0 it is the path."""
    account.add_default_key_pair(REGION)
    command = (sys.executable, "-m", "lskeys", "download-default", "--out", f"{home}/a\nb")
    line, nul = (
        subprocess.run((*command, *options), capture_output=True, check=True).stdout
        for options in ((), ("-0",))
    )
    assert line.count(b"\n") == 1
    assert b"/a\\nb/" in line
    assert Path(os.fsdecode(nul.removesuffix(b"\0"))).is_file()
    assert server.requests
