"""How each noun looks: one file a noun, with its columns and its JSON. Pure.

A column has two dresses: `plain` for programs (the whole value), `pretty` for people. JSON
follows the noun, not the columns, in the shape and with the names of the AWS CLI's own output.
"""

from lskeys.views.key_pairs import KEY_PAIRS, raw_key_pair
from lskeys.views.removals import REMOVALS, raw_removal
from lskeys.views.saved_keys import SAVED_KEYS, raw_saved_key
from lskeys.views.words import age, raw_moment, rfc3339, tags, without_none

__all__ = [
    "KEY_PAIRS",
    "REMOVALS",
    "SAVED_KEYS",
    "age",
    "raw_key_pair",
    "raw_moment",
    "raw_removal",
    "raw_saved_key",
    "rfc3339",
    "tags",
    "without_none",
]
