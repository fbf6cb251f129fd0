"""The door: TAB is answered at once, anything else by the whole program. Touches: the process."""

import os
import sys

from lskeys.cli import completion


def main() -> None:
    """Answer the shell's question, or run the command line of this process and exit."""
    if sys.argv[1:2] == [completion.COMPLETE]:
        completion.tell(sys.argv[2:], os.environ)
        return
    from lskeys.cli import process

    process.main()


if __name__ == "__main__":
    main()
