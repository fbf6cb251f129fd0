"""Completion at TAB: names seen by earlier commands, regions, profiles. Touches: the disk."""

from lskeys.cli.completion.cache import MAX_NAMES, without_deleted
from lskeys.cli.completion.cache_key import SANDBOX, account_key, cache_path
from lskeys.cli.completion.candidates import COMPLETE, print_candidates

__all__ = [
    "COMPLETE",
    "MAX_NAMES",
    "SANDBOX",
    "account_key",
    "cache_path",
    "print_candidates",
    "without_deleted",
]
