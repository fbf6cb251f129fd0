"""The entry point: completion without the rest of the program, else the whole program."""

import gc
import os
import sys

from lskeys.cli import completion

_WINDOWS = (
    "lskeys: error: native Windows is not supported; lskeys runs on Linux, macOS and WSL\n"
    "lskeys: hint: in WSL: pipx install lskeys\n"
)

_AT_ONCE = ("cryptography", "lskeys.keypairs", "lskeys.keys", "lskeys.storage", "urllib3.contrib")
"""What imports all it needs when it is imported itself.

A module that could not be loaded later would lose a key; and botocore tries whether there is a
PyOpenSSL by importing what urllib3 has for it.
"""


_GARBAGE_THRESHOLD = 100_000
"""Objects made before Python looks for cycles; its own number looks 50 times during the imports."""


def main() -> None:
    """Print completion candidates, or run the command line of this process and exit."""
    if sys.argv[1:2] == [completion.COMPLETE]:
        completion.print_candidates(sys.argv[2:], os.environ)
        return
    if not _is_posix():
        sys.stderr.write(_WINDOWS)
        sys.exit(4)
    gc.set_threshold(_GARBAGE_THRESHOLD)
    if sys.version_info >= (3, 15):  # modules are loaded when they are used (PEP 810)
        sys.set_lazy_imports_filter(lambda importer, *_: not importer.startswith(_AT_ONCE))
        sys.set_lazy_imports("all")
    else:
        from lskeys.cli import lazy_modules

        lazy_modules.install()
    import signal

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # until there is anything to clean up
    from lskeys.cli import process

    process.main()


def _is_posix() -> bool:
    """Whether the modules are there without which no key file can be protected."""
    from importlib import import_module

    try:
        for name in ("fcntl", "resource", "termios"):
            import_module(name)
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    main()
