"""Regions, blueprints, bundles and static addresses as the members of responses. Pure."""

from lskeys.sandbox.blueprints import Blueprint, Bundle
from lskeys.sandbox.regions import Region, zones_of
from lskeys.sandbox.resources import STATIC_IP, StaticIp
from lskeys.sandbox.shapes import Raw, resource

_CORES = 2
_SITE = "https://aws.amazon.com/lightsail/"


def region(each: Region, *, with_zones: bool) -> Raw:
    """A `Region`; its zones only on demand, an empty list otherwise."""
    zones = zones_of(each.name) if with_zones else ()
    return {
        "continentCode": each.continent_code,
        "description": each.description,
        "displayName": each.display_name,
        "name": each.name,
        "availabilityZones": [{"zoneName": zone, "state": "available"} for zone in zones],
        "relationalDatabaseAvailabilityZones": [],
    }


def blueprint(each: Blueprint) -> Raw:
    """A `Blueprint`."""
    return {
        "blueprintId": each.identifier,
        "name": each.name,
        "group": each.identifier.rstrip("_0123456789") or each.identifier,
        "type": "app" if each.is_application else "os",
        "description": each.name
        if each.name.endswith(each.version)
        else f"{each.name} {each.version}",
        "isActive": True,
        "minPower": 0,
        "version": each.version,
        "versionCode": "1",
        "productUrl": _SITE,
        "licenseUrl": _SITE,
        "platform": _platform(each),
    }


def bundle(each: Bundle) -> Raw:
    """A `Bundle`."""
    return {
        "price": each.price,
        "cpuCount": _CORES,
        "diskSizeInGb": each.disk,
        "bundleId": each.identifier,
        "instanceType": each.name.lower(),
        "isActive": True,
        "name": each.name,
        "power": int(each.memory * 1000),
        "ramSizeInGb": each.memory,
        "transferPerMonthInGb": each.transfer,
        "supportedPlatforms": [_platform(each)],
        "publicIpv4AddressCount": 0 if each.is_ipv6_only else 1,
    }


def static_ip(each: StaticIp) -> Raw:
    """A `StaticIp`."""
    attached = {"attachedTo": each.attached_to} if each.attached_to else {}
    return (
        resource(each, STATIC_IP, "all")
        | attached
        | {"ipAddress": each.address, "isAttached": each.attached_to is not None}
    )


def _platform(each: Blueprint | Bundle) -> str:
    return "WINDOWS" if each.is_windows else "LINUX_UNIX"
