"""A program that saves one key, as `k.pem`, for watching and killing it from outside."""

import argparse
import os
import signal
import sys
from pathlib import Path

from lskeys import keys
from lskeys.errors import LskeysError
from lskeys.storage.key_directory import open_key_directory

parser = argparse.ArgumentParser()
parser.add_argument("key", type=Path)
parser.add_argument("directory", type=Path)
parser.add_argument("--name", default="k.pem")
parser.add_argument("--force", action="store_true")
parser.add_argument("--umask", type=lambda text: int(text, 8), default=0o022)
parser.add_argument("--user", type=int)
parser.add_argument("--together", type=int, default=1)
parser.add_argument("--stop-inside", action="store_true")
parser.add_argument("--withdraw", action="store_true")


def main() -> int:
    """Save the key, and end as the program would: with the error's exit code and message."""
    options = parser.parse_args()
    keys.load()
    key = keys.read_private(options.key.read_bytes())
    os.umask(options.umask)
    if options.user:
        os.setgroups([])
        os.setgid(options.user)
        os.setuid(options.user)
    for _ in range(options.together - 1):
        if os.fork() == 0:
            break
    os.getppid()  # a mark in the trace: from here on it is ours
    try:
        with (
            open_key_directory(options.directory) as directory,
            directory.reserve(options.name, force=options.force) as reservation,
        ):
            if options.stop_inside:
                sys.stdout.write("inside\n")
                sys.stdout.flush()
                signal.pause()
            os.getppid()  # and here AWS would be called
            saved = reservation.save(key, comment="a comment")
            if options.withdraw:
                reservation.withdraw(saved)
    except LskeysError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code
    os.getppid()
    os.write(1, f"{saved.outcome}\n".encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
