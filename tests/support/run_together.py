"""Runs command lines at the same moment, each in a fork of itself that was ready before.

One JSON object comes in (`lines`: words of each, `environ`), one list is written: exit code, stdout
and stderr of each.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from lskeys.cli.app import main
from lskeys.cli.runtime import Invocation
from tests.support.loaded_modules import MODULES

assert MODULES  # so that all forks are quick and meet


def run(words: Sequence[str], environ: Mapping[str, str], directory: Path) -> int:
    """Run one command line in this process, which is a fork."""
    with (directory / "out").open("w") as out, (directory / "err").open("w") as err:
        return main(words, Invocation(None, out, err, environ, lambda: datetime.now(UTC)))


def run_all(
    lines: Sequence[Sequence[str]], environ: Mapping[str, str], scratch: Path
) -> list[tuple[int, str, str]]:
    """Run all of them in parallel; the exit code and output of each."""
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(environ["HOME"])
    gate, opening = os.pipe()
    children = []
    for number, words in enumerate(lines):
        directory = scratch / str(number)
        directory.mkdir()
        child = os.fork()
        if child == 0:
            os.close(opening)
            os.read(gate, 1)  # which ends when the gate is opened
            os._exit(run(words, environ, directory))
        children.append((child, directory))
    os.close(opening)
    return [
        (
            os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]),
            (directory / "out").read_text(),
            (directory / "err").read_text(),
        )
        for child, directory in children
    ]


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        json.dump(run_all(**json.load(sys.stdin), scratch=Path(name)), sys.stdout)
