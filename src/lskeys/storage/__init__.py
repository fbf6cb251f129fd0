"""Private files, whole or absent: 0600 from the first byte, never over another by default.

In this order: `open_key_directory` makes, checks and locks the directory, `reserve` checks the
destination and takes its space, then the caller queries AWS, and `save` writes, flushes, names,
flushes again and reads back.
"""

from lskeys.storage.key_destination import ExistingFile, PathTakenError, Reservation, Saved
from lskeys.storage.key_directory import KeyDirectory, inspect, open_key_directory
from lskeys.storage.repair import restrict_directory, restrict_file, write_public_key
from lskeys.storage.temporary import leftovers

__all__ = [
    "ExistingFile",
    "KeyDirectory",
    "PathTakenError",
    "Reservation",
    "Saved",
    "inspect",
    "leftovers",
    "open_key_directory",
    "restrict_directory",
    "restrict_file",
    "write_public_key",
]
