"""Paths on stdout: what a program reads names the file, whatever it is called."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lskeys.cli.app import main
from lskeys.cli.runtime import Invocation
from lskeys.output.raw_paths import RAW_PATHS
from lskeys.sandbox import Sandbox
from tests.conftest import NOW, REGION, Stream

pytestmark = pytest.mark.usefixtures("server")

ENCODINGS = ("utf-8", "ascii", "latin-1")
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


def is_file(printed: bytes, end: bytes) -> bool:
    """Whether a line, or what ends with NUL, is the path of a file."""
    return printed.endswith(end) and Path(os.fsdecode(printed.removesuffix(end))).is_file()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", DIRECTORIES)
def test_a_printed_path_is_the_path(name: str, encoding: str, account: Sandbox, home: Path) -> None:
    """A pipe gets the bytes of the path, in any locale, ended by a newline or by NUL."""
    account.add_default_key_pair(REGION)
    words = ("download-default", "--out", os.fsdecode(os.fsencode(home) + b"/" + DIRECTORIES[name]))
    for options, end in ((), b"\n"), (("-q", "-0"), b"\0"):
        stdout = io.TextIOWrapper(io.BytesIO(), encoding, RAW_PATHS)
        assert (
            main((*words, *options), Invocation(None, stdout, Stream(), os.environ, lambda: NOW))
            == 0
        )
        stdout.flush()
        assert is_file(stdout.buffer.getvalue(), end)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_process_prints_so(encoding: str, account: Sandbox, home: Path) -> None:
    """The program itself prints the same with Python's own streams."""
    account.add_default_key_pair(REGION)
    directory = os.fsencode(home) + b"/caf\xe9 " + DIRECTORIES["a variation selector"]
    ended = subprocess.run(
        (sys.executable, "-m", "lskeys", "download-default", "--out", directory),
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )
    assert is_file(ended.stdout, b"\n")


def test_a_line_break_needs_nul(account: Sandbox, home: Path) -> None:
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
