"""Answers that are not shown while they are typed, on a real terminal."""

import os
import pty
import select
import termios
from concurrent.futures import ThreadPoolExecutor

from lskeys.output.terminal import Terminal

PATIENCE = 10.0
COMPLETE = "Passphrase of key:"


def read_some(descriptor: int) -> bytes:
    """What a terminal shows next."""
    ready, _, _ = select.select([descriptor], [], [], PATIENCE)
    assert ready, "the terminal is silent"
    return os.read(descriptor, 4096)


def test_the_answer_is_taken_and_not_shown() -> None:
    """What is typed after the question is the answer, the screen stays without it."""
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    stdin = os.fdopen(theirs, "r", encoding="utf-8", closefd=False)
    stderr = os.fdopen(theirs, "w", encoding="utf-8", closefd=False)
    terminal = Terminal(stdin, None, stderr, {})
    try:
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(terminal.prompt_secret, COMPLETE)
            shown = b""
            while COMPLETE.encode() not in shown:
                shown += read_some(ours)
            os.write(ours, b"correct horse\n")
            answer = asking.result(PATIENCE)
        while not shown.endswith(b"\n"):
            shown += read_some(ours)
        assert answer.reveal() == b"correct horse"
        assert shown.decode() == f"{COMPLETE} \r\n"
        assert termios.tcgetattr(theirs) == before
    finally:
        stdin.close()
        stderr.close()
        os.close(theirs)
        os.close(ours)
