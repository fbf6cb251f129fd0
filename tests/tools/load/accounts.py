"""One program that lists a hundred accounts in all regions: what it takes at most.

Touches: the disk, another process, localhost.
"""

import os
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from lskeys import sandbox
from lskeys.concurrency.streaming import MAX_STARTED
from lskeys.sandbox import REGIONS, Sandbox

MAX_THREADS = MAX_STARTED + 1
"""Those that query, and the one that waits for them."""
MAX_MEBIBYTES = 120
"""A hundred accounts take 80; what an account keeps is its session and a client a region."""

_TAKEN = re.compile(r"^(Threads|VmHWM):\s*(\d+)", re.MULTILINE)
_KEYS = "aws_access_key_id = a\naws_secret_access_key = b\n"


@dataclass(frozen=True, slots=True)
class Taken:
    """The most threads and MiB of memory that the program had, and the rows it printed."""

    threads: int
    mebibytes: float
    rows: int


def listed(directory: Path, *, accounts: int) -> Taken:
    """List so many accounts in all regions, and watch the program; only Linux says it."""
    account = Sandbox(directory / "accounts" / "sandbox.sqlite3", seed=False)
    for region in REGIONS:
        account.add_key_pairs(region.name, ["web"])
    config = directory / "aws-config"
    config.write_text("".join(f"[profile cust-{each}]\n{_KEYS}" for each in range(accounts)))
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "AWS_CONFIG_FILE": str(config),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    line = ("list", "--all-profiles", "--all-regions", "-o", "text")
    with sandbox.serve(account) as server:
        program = subprocess.Popen(
            (sys.executable, "-m", "lskeys", *line),
            env=environ
            | {"AWS_ENDPOINT_URL_LIGHTSAIL": server.endpoint, "AWS_REGION": "us-east-1"},
            stdout=subprocess.PIPE,
        )
        most = {"Threads": 0, "VmHWM": 0}
        watching = threading.Thread(target=_watch, args=(program, most))
        watching.start()
        out, _ = program.communicate()
        watching.join()
    return Taken(most["Threads"], most["VmHWM"] / 1024, len(out.splitlines()))


def wrong(taken: Taken, *, accounts: int) -> list[str]:
    """What is not as it should be, in words."""
    rows = accounts * len(REGIONS)
    said = {
        f"{taken.rows} rows instead of {rows}": taken.rows != rows,
        f"{taken.threads} threads": taken.threads > MAX_THREADS,
        f"{taken.mebibytes:.0f} MiB": taken.mebibytes > MAX_MEBIBYTES,
    }
    return [each for each, is_wrong in said.items() if is_wrong]


def _watch(program: subprocess.Popen[bytes], most: dict[str, int]) -> None:
    """Look every few milliseconds at what the kernel says of the program."""
    ended = threading.Event()
    while program.poll() is None and not ended.wait(0.005):
        try:
            status = Path(f"/proc/{program.pid}/status").read_text()
        except OSError:
            return
        for name, value in _TAKEN.findall(status):
            most[name] = max(most[name], int(value))
