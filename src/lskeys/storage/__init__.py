"""Private files, whole or absent: 0600 from the first byte, never over another by default.

In this order: `open_key_directory` makes, checks and locks the directory, `reserve` checks a
destination and takes its space, then the caller queries AWS, and `save` writes, flushes, names,
flushes again and reads back. `write_file` does the same for what is no key.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lskeys.storage.existing_file import ExistingFile, PathTakenError
    from lskeys.storage.key_destination import KeyDestination, Saved
    from lskeys.storage.key_directory import KeyDirectory, inspect, open_key_directory
    from lskeys.storage.repair import (
        restrict_directory,
        restrict_file,
        write_public_key,
        write_usable,
    )
    from lskeys.storage.temporary import leftovers

__all__ = [
    "ExistingFile",
    "KeyDestination",
    "KeyDirectory",
    "PathTakenError",
    "Saved",
    "inspect",
    "leftovers",
    "open_key_directory",
    "restrict_directory",
    "restrict_file",
    "write_public_key",
    "write_usable",
]

_MODULES = {
    "existing_file": {"ExistingFile", "PathTakenError"},
    "key_destination": {"KeyDestination", "Saved"},
    "key_directory": {"KeyDirectory", "inspect", "open_key_directory"},
    "repair": {"restrict_directory", "restrict_file", "write_public_key", "write_usable"},
    "temporary": {"leftovers"},
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  a function or a class
    """What a module has, by PEP 562: a list writes its cache without loading what reads keys."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(name)
