"""The one place that writes private keys: 0600, whole or absent, never over another unasked.

Touches: the disk. In this order: `open_folder` makes, checks and locks the folder, `reserve`
checks the destination and takes its space, then the caller asks AWS, and `save` writes, flushes,
names, flushes again and reads back.
"""

from lskeys.storage.key_destination import Place, Present, Saved, TakenError
from lskeys.storage.key_folder import Folder, inspect, open_folder
from lskeys.storage.repair import close_file, close_folder, complete
from lskeys.storage.temporary import leftovers

__all__ = [
    "Folder",
    "Place",
    "Present",
    "Saved",
    "TakenError",
    "close_file",
    "close_folder",
    "complete",
    "inspect",
    "leftovers",
    "open_folder",
]
