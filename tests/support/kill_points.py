"""Runs command lines in forks of itself, and kills one with SIGKILL before its Nth step.

A step is a change of the file system or a request that is sent. One JSON object a line comes in
(`words`, `environ`, `step`: 0 kills nobody) and one goes out (`code`, `steps`: their names).
"""

import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lskeys.cli.app import main
from lskeys.cli.runtime import Invocation
from tests.support.loaded_modules import MODULES

assert MODULES  # so that each fork is quick

CALLS = frozenset(
    (
        *("os.mkdir", "os.chmod", "os.truncate", "os.link", "os.rename", "os.remove"),
        "http.client.send",
    )
)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Fate:
    """Counts steps, writes their names down, and kills this process before one of them."""

    def __init__(self, step: int, book: int) -> None:
        self._left = step
        self._book = book

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Hear of an event (PEP 578)."""
        creates = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES
        if event not in CALLS and not creates:
            return
        os.write(self._book, f"{event}\n".encode())
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def live(words: list[str], environ: dict[str, str], step: int, book: int) -> int:
    """Run one command line in this process, which is a fork."""
    os.environ.clear()
    os.environ.update(environ)
    home = Path(environ["HOME"])
    os.chdir(home)
    with (home / "out").open("w") as out, (home / "err").open("w") as err:
        sys.addaudithook(Fate(step, book))
        return main(words, Invocation(None, out, err, os.environ, lambda: datetime.now(UTC)))


def fork(words: list[str], environ: dict[str, str], step: int) -> dict[str, Any]:
    """Run one command line in a fork; how it ended and what it did."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os._exit(live(words, environ, step, writer))
    os.close(writer)
    with os.fdopen(reader) as book:
        steps = book.read().split()
    return {"code": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "steps": steps}


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(fork(**json.loads(line))) + "\n")
        sys.stdout.flush()
