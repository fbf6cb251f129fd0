"""Two hundred programs on one account, sixteen at a time: nothing lost, every exit code right.

python -m tests.tools.load [PROGRAMS [TOGETHER]]
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.tools.load.scenario import Scenario


def main(programs: int = 200, together: int = 16) -> int:
    """Run them, tell what went wrong; 0 where nothing did."""
    begun = time.monotonic()
    with TemporaryDirectory() as directory:
        wrong = Scenario(Path(directory), programs=programs, together=together).run()
    for each in wrong:
        sys.stdout.write(f"{each}\n")
    seconds = time.monotonic() - begun
    sys.stdout.write(
        f"{programs} programs, {together} at a time: {len(wrong)} wrong, {seconds:.0f} s\n"
    )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
