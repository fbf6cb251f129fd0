"""The words that TAB offers: names that verbs saw, regions, profiles. Touches: the disk."""

from lskeys.cli.completion.answer import QUESTION, tell
from lskeys.cli.completion.cache import MOST_NAMES, forget, remember
from lskeys.cli.completion.scope import SANDBOX, account_of, path_in

__all__ = [
    "MOST_NAMES",
    "QUESTION",
    "SANDBOX",
    "account_of",
    "forget",
    "path_in",
    "remember",
    "tell",
]
