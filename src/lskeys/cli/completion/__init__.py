"""Completion at TAB: names seen by earlier commands, regions, profiles. Touches: the disk."""

from lskeys.cli.completion.cache import MAX_NAMES, without
from lskeys.cli.completion.candidates import COMPLETE, show
from lskeys.cli.completion.scope import SANDBOX, account_of, path_in

__all__ = [
    "COMPLETE",
    "MAX_NAMES",
    "SANDBOX",
    "account_of",
    "path_in",
    "show",
    "without",
]
