"""The table of all operations. Pure."""

from collections.abc import Mapping

from lskeys.sandbox.catalog_operations import CATALOG_OPERATIONS
from lskeys.sandbox.instance_operations import INSTANCE_OPERATIONS
from lskeys.sandbox.key_pair_operations import KEY_PAIR_OPERATIONS
from lskeys.sandbox.operation import ApiOperation

OPERATIONS: Mapping[str, ApiOperation] = {
    **KEY_PAIR_OPERATIONS,
    **INSTANCE_OPERATIONS,
    **CATALOG_OPERATIONS,
}
"""Operation name → what it takes and gives."""
