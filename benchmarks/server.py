"""The sandbox as a process of its own, filled; run by the Python that has lskeys' wheel.

Prints one JSON object, the variables that point at each account, and serves until it is ended.
Touches: the disk, localhost.
"""

import json
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

from lskeys import sandbox
from lskeys.sandbox import HOME_REGION, REGIONS, Sandbox, Switches

FEW = 5
MANY = 20_000
PAGE = 1_000
PROFILES = 20
LATENCY = 0.3
"""Seconds before each response of the slow account."""


def main(home: Path, runs: int) -> None:
    """Fill accounts below a directory and serve each on a port."""
    accounts = {
        "few": _few(home),
        "many": _many(home),
        "changing": _changing(home, runs),
        "slow": _slow(home),
    }
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(sandbox.serve(account)) for name, account in accounts.items()
        }
        variables = {name: sandbox.environment(each.endpoint) for name, each in servers.items()}
        config = {"AWS_CONFIG_FILE": str(_profiles(home))}
        variables["profiles"] = variables["few"] | config
        variables["slow"] |= config
        print(json.dumps(variables), flush=True)
        threading.Event().wait()


def _account(home: Path, name: str) -> Sandbox:
    account = Sandbox(home / name / "sandbox.sqlite3", seed=False)
    account.reset(Switches().changed([f"page-size={PAGE}"]))
    return account


def _few(home: Path) -> Sandbox:
    account = _account(home, "few")
    for region in REGIONS:
        account.add_key_pairs(region.name, [f"pair-{number}" for number in range(FEW)])
        account.add_instance(region.name, "blog", key_pair_name="pair-1")
    account.add_default_key_pair(HOME_REGION)
    return account


def _slow(home: Path) -> Sandbox:
    account = Sandbox(home / "slow" / "sandbox.sqlite3", seed=False)
    account.reset(Switches().changed([f"latency={LATENCY}"]))
    account.add_key_pairs(HOME_REGION, [f"pair-{number}" for number in range(FEW)])
    return account


def _profiles(home: Path) -> Path:
    """AWS's configuration with so many profiles, all of the one account."""
    path = home / "config"
    keys = "aws_access_key_id = a\naws_secret_access_key = b\n"
    path.write_text("".join(f"[profile customer-{each:02}]\n{keys}" for each in range(PROFILES)))
    return path


def _many(home: Path) -> Sandbox:
    account = _account(home, "many")
    account.add_key_pairs(HOME_REGION, [f"pair-{number:05}" for number in range(MANY)])
    return account


def _changing(home: Path, runs: int) -> Sandbox:
    """A pair for each run that deletes one, the unmeasured first one included."""
    account = _account(home, "changing")
    spare = [f"{side}-{run}" for run in range(runs + 1) for side in ("ours", "theirs")]
    account.add_key_pairs(HOME_REGION, ["kept", "kept-too", *spare])
    account.add_default_key_pair(HOME_REGION)
    return account


main(Path(sys.argv[1]), int(sys.argv[2]))
