"""The operations on what Lightsail offers, on static addresses, names and changes. Pure."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from lskeys.sandbox import catalog_shapes, shapes
from lskeys.sandbox.blueprints import BLUEPRINTS, BUNDLES
from lskeys.sandbox.members import REQUIRED_TEXT, TEXT, TRUTH, Member
from lskeys.sandbox.operation import ApiOperation, Service, paged
from lskeys.sandbox.regions import REGIONS
from lskeys.sandbox.shapes import Raw

T = TypeVar("T")


def _get_regions(service: Service, region: str, raw: Raw) -> Raw:
    del service, region  # every region has the same response
    with_zones = raw.get("includeAvailabilityZones", False)
    return {"regions": [catalog_shapes.region(each, with_zones=with_zones) for each in REGIONS]}


def _get_blueprints(service: Service, region: str, raw: Raw) -> Raw:
    found = _offered(tuple(BLUEPRINTS.values()), raw)
    page = service.account.page_of("GetBlueprints", region, found, raw.get("pageToken"))
    return paged("blueprints", list(map(catalog_shapes.blueprint, page.items)), page.next_token)


def _get_bundles(service: Service, region: str, raw: Raw) -> Raw:
    found = _offered(tuple(BUNDLES.values()), raw)
    page = service.account.page_of("GetBundles", region, found, raw.get("pageToken"))
    return paged("bundles", list(map(catalog_shapes.bundle, page.items)), page.next_token)


def _get_static_ips(service: Service, region: str, raw: Raw) -> Raw:
    page = service.account.get_static_ips(region, token=raw.get("pageToken"))
    return paged("staticIps", list(map(catalog_shapes.static_ip, page.items)), page.next_token)


def _get_static_ip(service: Service, region: str, raw: Raw) -> Raw:
    found = service.account.get_static_ip(region, raw["staticIpName"])
    return {"staticIp": catalog_shapes.static_ip(found)}


def _get_active_names(service: Service, region: str, raw: Raw) -> Raw:
    page = service.account.get_names(region, token=raw.get("pageToken"))
    return {"activeNames": list(page.items)} | (
        {"nextPageToken": page.next_token} if page.next_token else {}
    )


def _get_operation(service: Service, region: str, raw: Raw) -> Raw:
    found = service.account.get_operation(region, raw["operationId"])
    return {"operation": shapes.operation(found)}


def _get_operations(service: Service, region: str, raw: Raw) -> Raw:
    page = service.account.get_operations(region, token=raw.get("pageToken"))
    return paged("operations", list(map(shapes.operation, page.items)), page.next_token)


def _get_operations_for_resource(service: Service, region: str, raw: Raw) -> Raw:
    name = raw["resourceName"]
    page = service.account.get_operations(region, resource=name, token=raw.get("pageToken"))
    return paged("operations", list(map(shapes.operation, page.items)), page.next_token)


def _offered(every: Sequence[T], raw: Raw) -> Sequence[T]:
    """All of a catalog, or nothing of a category for applications, which none is in."""
    return () if "appCategory" in raw else every


_CATALOG: Mapping[str, Member] = {"includeInactive": TRUTH, "pageToken": TEXT, "appCategory": TEXT}

CATALOG_OPERATIONS: Mapping[str, ApiOperation] = {
    "GetRegions": ApiOperation(
        {"includeAvailabilityZones": TRUTH, "includeRelationalDatabaseAvailabilityZones": TRUTH},
        _get_regions,
    ),
    "GetBlueprints": ApiOperation(_CATALOG, _get_blueprints),
    "GetBundles": ApiOperation(_CATALOG, _get_bundles),
    "GetStaticIps": ApiOperation({"pageToken": TEXT}, _get_static_ips),
    "GetStaticIp": ApiOperation({"staticIpName": REQUIRED_TEXT}, _get_static_ip),
    "GetActiveNames": ApiOperation({"pageToken": TEXT}, _get_active_names),
    "GetOperation": ApiOperation({"operationId": REQUIRED_TEXT}, _get_operation),
    "GetOperations": ApiOperation({"pageToken": TEXT}, _get_operations),
    "GetOperationsForResource": ApiOperation(
        {"resourceName": REQUIRED_TEXT, "pageToken": TEXT}, _get_operations_for_resource
    ),
}
"""Operation name → what it takes and gives."""
