"""Native Windows: a start where the modules that only POSIX has are out of reach."""

import subprocess
import sys

import pytest

BLOCKED = ("fcntl", "grp", "posix", "pty", "pwd", "resource", "termios", "tty")
START = (
    "import sys; sys.modules.update(dict.fromkeys({blocked}));"
    "sys.argv = ['lskeys', *{words}]; from lskeys.__main__ import main; main()"
)


@pytest.mark.parametrize("words", [(), ("list",), ("--help",), ("create", "web")])
def test_one_line_and_exit_code_4(words: tuple[str, ...]) -> None:
    """Whatever is typed: what it runs on, what to do, exit code 4, and no traceback."""
    blocked = [name for name in BLOCKED if name != "posix"]
    ended = subprocess.run(
        [sys.executable, "-c", START.format(blocked=blocked, words=words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (4, "")
    assert ended.stderr == (
        "lskeys: error: native Windows is not supported; lskeys runs on Linux, macOS and WSL\n"
        "lskeys: hint: in WSL: pipx install lskeys\n"
    )
