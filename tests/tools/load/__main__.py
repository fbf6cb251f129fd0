"""Two hundred programs on one account, sixteen at a time: nothing lost, every exit code right.

Then one program on a hundred accounts in all regions: memory and threads stay bounded.

python -m tests.tools.load [PROGRAMS [TOGETHER [ACCOUNTS]]]
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.tools.load import accounts as many_accounts
from tests.tools.load.scenario import Scenario


def main(programs: int = 200, together: int = 16, accounts: int = 100) -> int:
    """Run them, report what went wrong; 0 where nothing did."""
    wrong = [*_programs(programs, together), *_accounts(accounts)]
    for each in wrong:
        sys.stdout.write(f"{each}\n")
    return int(bool(wrong))


def _accounts(accounts: int) -> list[str]:
    begun = time.monotonic()
    with TemporaryDirectory() as directory:
        taken = many_accounts.listed(Path(directory), accounts=accounts)
    seconds = time.monotonic() - begun
    sys.stdout.write(
        f"{accounts} accounts, {taken.rows} key pairs: {taken.threads} threads,"
        f" {taken.mebibytes:.0f} MiB at most, {seconds:.0f} s\n"
    )
    return many_accounts.wrong(taken, accounts=accounts)


def _programs(programs: int, together: int) -> list[str]:
    begun = time.monotonic()
    with TemporaryDirectory() as directory:
        wrong = Scenario(Path(directory), programs=programs, together=together).run()
    seconds = time.monotonic() - begun
    sys.stdout.write(
        f"{programs} programs, {together} at a time: {len(wrong)} wrong, {seconds:.0f} s\n"
    )
    return wrong


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
