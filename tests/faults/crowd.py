"""Runs command lines at the same moment, each in a fork of itself that was ready before.

One JSON object comes in (`lines`: words of each, `environ`), one list goes out: exit code,
stdout and stderr of each.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

from lskeys import storage as keystore
from lskeys.cli.app import main
from lskeys.cli.runtime import Launch
from lskeys.keypairs import creation, default_pair
from lskeys.keypairs.rotation import rotate as rotation
from lskeys.storage import key_search as localkeys

LOADED = (boto3, creation, default_pair, keystore, localkeys, rotation)
"""Loaded before the forks, so that all of them are quick and meet."""


def run(words: Sequence[str], environ: Mapping[str, str], folder: Path) -> int:
    """Run one command line in this process, which is a fork."""
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        return main(words, Launch(None, out, err, environ, lambda: datetime.now(UTC)))


def crowd(
    lines: Sequence[Sequence[str]], environ: Mapping[str, str], scratch: Path
) -> list[tuple[int, str, str]]:
    """Run all of them at once; how each ended and what it said."""
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(environ["HOME"])
    gate, opening = os.pipe()
    children = []
    for number, words in enumerate(lines):
        folder = scratch / str(number)
        folder.mkdir()
        child = os.fork()
        if child == 0:
            os.close(opening)
            os.read(gate, 1)  # which ends when the gate is opened
            os._exit(run(words, environ, folder))
        children.append((child, folder))
    os.close(opening)
    return [
        (
            os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]),
            (folder / "out").read_text(),
            (folder / "err").read_text(),
        )
        for child, folder in children
    ]


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        json.dump(crowd(**json.load(sys.stdin), scratch=Path(name)), sys.stdout)
