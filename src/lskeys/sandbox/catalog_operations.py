"""The operations on what Lightsail offers, static addresses, names, changes. Touches: the store."""

from collections.abc import Mapping
from functools import partial

from lskeys.sandbox import catalog_shapes, shapes
from lskeys.sandbox.blueprints import BLUEPRINTS, BUNDLES
from lskeys.sandbox.members import NAME, REQUIRED_TEXT, TEXT, TRUTH, Member
from lskeys.sandbox.regions import REGIONS
from lskeys.sandbox.resources import STATIC_IP, StaticIp
from lskeys.sandbox.service import ApiOperation, Query, Service, T
from lskeys.sandbox.shapes import Raw
from lskeys.sandbox.transaction import Transaction

_MORE_OPERATIONS = 10  # times the page size, which makes AWS's 200


def _get_regions(service: Service, region: str, raw: Raw) -> Raw:
    del service, region  # every region has the same response
    with_zones = raw.get("includeAvailabilityZones", False)
    return {"regions": [catalog_shapes.region(each, with_zones=with_zones) for each in REGIONS]}


def _get_blueprints(service: Service, region: str, raw: Raw) -> Raw:
    page = service.page("GetBlueprints", region, raw, _offered(BLUEPRINTS, raw))
    return page.as_member("blueprints", catalog_shapes.blueprint)


def _get_bundles(service: Service, region: str, raw: Raw) -> Raw:
    page = service.page("GetBundles", region, raw, _offered(BUNDLES, raw))
    return page.as_member("bundles", catalog_shapes.bundle)


def _get_static_ips(service: Service, region: str, raw: Raw) -> Raw:
    page = service.page("GetStaticIps", region, raw, partial(Transaction.page, noun=StaticIp))
    return page.as_member("staticIps", catalog_shapes.static_ip)


def _get_static_ip(service: Service, region: str, raw: Raw) -> Raw:
    with service.store.reading() as transaction:
        found = transaction.find(StaticIp, region, raw["staticIpName"])
    if found is None:
        raise service.not_found(STATIC_IP, raw["staticIpName"])
    return {"staticIp": catalog_shapes.static_ip(found)}


def _get_active_names(service: Service, region: str, raw: Raw) -> Raw:
    page = service.page("GetActiveNames", region, raw, Transaction.names)
    return page.as_member("activeNames", str)


def _get_operation(service: Service, region: str, raw: Raw) -> Raw:
    with service.store.reading() as transaction:
        found = transaction.operation(region, raw["operationId"])
    if found is None:
        raise service.not_found("Operation", raw["operationId"])
    return {"operation": shapes.operation(found)}


def _get_operations(service: Service, region: str, raw: Raw) -> Raw:
    query = Transaction.operations
    page = service.page("GetOperations", region, raw, query, times=_MORE_OPERATIONS)
    return page.as_member("operations", shapes.operation)


def _get_operations_for_resource(service: Service, region: str, raw: Raw) -> Raw:
    name = raw["resourceName"]
    query = partial(Transaction.operations, resource=name)
    page = service.page("GetOperationsForResource", region, raw, query, times=_MORE_OPERATIONS)
    with service.store.reading() as transaction:
        if not page.items and transaction.resource(region, name) is None:
            raise service.not_found("Resource", name)
    return page.as_member("operations", shapes.operation)


def _offered(catalog: Mapping[str, T], raw: Raw) -> Query[T]:
    """All of a catalog, or nothing of a category for applications, which none is in."""
    every = [] if "appCategory" in raw else list(enumerate(catalog.values(), start=1))
    return lambda _transaction, _region, after, limit: every[after : after + limit]


_CATALOG: Mapping[str, Member] = {"includeInactive": TRUTH, "pageToken": TEXT, "appCategory": TEXT}

CATALOG_OPERATIONS: Mapping[str, ApiOperation] = {
    "GetRegions": ApiOperation(
        {"includeAvailabilityZones": TRUTH, "includeRelationalDatabaseAvailabilityZones": TRUTH},
        _get_regions,
    ),
    "GetBlueprints": ApiOperation(_CATALOG, _get_blueprints),
    "GetBundles": ApiOperation(_CATALOG, _get_bundles),
    "GetStaticIps": ApiOperation({"pageToken": TEXT}, _get_static_ips),
    "GetStaticIp": ApiOperation({"staticIpName": NAME}, _get_static_ip),
    "GetActiveNames": ApiOperation({"pageToken": TEXT}, _get_active_names),
    "GetOperation": ApiOperation({"operationId": REQUIRED_TEXT}, _get_operation),
    "GetOperations": ApiOperation({"pageToken": TEXT}, _get_operations),
    "GetOperationsForResource": ApiOperation(
        {"resourceName": REQUIRED_TEXT, "pageToken": TEXT}, _get_operations_for_resource
    ),
}
"""Operation name → what it takes and gives."""
