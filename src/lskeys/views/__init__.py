"""How each noun looks: one file a noun, with its columns and its JSON. Pure.

A column has two dresses: `plain` for programs (the whole value), `pretty` for people. JSON
follows the noun, not the columns, in the shape and with the names of the AWS CLI's own output.
"""

from lskeys.views.findings import FINDINGS, raw_finding
from lskeys.views.hosts import HOSTS, KNOWN_HOSTS, raw_host
from lskeys.views.imported_keys import IMPORTED_KEYS, raw_imported_key
from lskeys.views.key_pairs import KEY_PAIRS, raw_key_pair
from lskeys.views.local_keys import raw_local_key
from lskeys.views.owned_keys import OWNED_KEYS, raw_owned_key
from lskeys.views.portraits import PORTRAIT, PORTRAITS, raw_portrait
from lskeys.views.regions import REGIONS, raw_region
from lskeys.views.removals import REMOVALS, raw_removal
from lskeys.views.rotations import ROTATIONS, raw_rotation
from lskeys.views.saved_keys import SAVED_KEYS, raw_saved_key
from lskeys.views.settings import SETTINGS, raw_setting
from lskeys.views.stakes import stakes
from lskeys.views.words import age, raw_moment, rfc3339, tags, without_none
from lskeys.views.written_files import WRITTEN_FILES

__all__ = [
    "FINDINGS",
    "HOSTS",
    "IMPORTED_KEYS",
    "KEY_PAIRS",
    "KNOWN_HOSTS",
    "OWNED_KEYS",
    "PORTRAIT",
    "PORTRAITS",
    "REGIONS",
    "REMOVALS",
    "ROTATIONS",
    "SAVED_KEYS",
    "SETTINGS",
    "WRITTEN_FILES",
    "age",
    "raw_finding",
    "raw_host",
    "raw_imported_key",
    "raw_key_pair",
    "raw_local_key",
    "raw_moment",
    "raw_owned_key",
    "raw_portrait",
    "raw_region",
    "raw_removal",
    "raw_rotation",
    "raw_saved_key",
    "raw_setting",
    "rfc3339",
    "stakes",
    "tags",
    "without_none",
]
