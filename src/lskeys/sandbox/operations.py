"""The table of all operations. Touches: the store."""

from collections.abc import Mapping

from lskeys.sandbox.catalog_operations import CATALOG_OPERATIONS
from lskeys.sandbox.instance_operations import INSTANCE_OPERATIONS
from lskeys.sandbox.key_pair_operations import KEY_PAIR_OPERATIONS
from lskeys.sandbox.members import check_members
from lskeys.sandbox.service import ApiOperation, Service
from lskeys.sandbox.shapes import Raw

OPERATIONS: Mapping[str, ApiOperation] = {
    **KEY_PAIR_OPERATIONS,
    **INSTANCE_OPERATIONS,
    **CATALOG_OPERATIONS,
}
"""Operation name → what it takes and gives."""


def perform(service: Service, operation: str, region: str, raw: Raw) -> Raw:
    """The response to a request; ServiceError for what AWS refuses."""
    given = check_members(raw, OPERATIONS[operation].members)
    return OPERATIONS[operation].response(service, region, given)
