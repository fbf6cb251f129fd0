"""The door: TAB is answered at once, anything else by the whole program. Touches: the process."""

import os
import sys

from lskeys.cli import completion


def main() -> None:
    """Answer the shell's question, or run the command line of this process and exit."""
    if sys.argv[1:2] == [completion.COMPLETE]:
        completion.tell(sys.argv[2:], os.environ)
        return
    import signal

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # until there is anything to clean up
    from lskeys.cli import process

    process.main()


if __name__ == "__main__":
    main()
