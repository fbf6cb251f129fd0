"""The nouns as the JSON members of responses. Pure."""

from datetime import datetime
from typing import Any

from lskeys.sandbox.errors import ServiceError
from lskeys.sandbox.host_keys import HostKey
from lskeys.sandbox.regions import Region
from lskeys.sandbox.resources import INSTANCE, KEY_PAIR, Instance, KeyPair, Operation, Tag
from lskeys.sandbox.schema import to_milliseconds

Raw = dict[str, Any]

ACCOUNT = "123456789012"
"""The account of the ARNs: the one of AWS's own examples."""

_SUPPORT = "621291663362"
_RUNNING = 16
_SSH_PORT = 22
_RDP_PORT = 3389


def timestamp(moment: datetime) -> float:
    """Epoch seconds with milliseconds, as AWS JSON 1.1 writes times."""
    return to_milliseconds(moment) / 1000


def key_pair(pair: KeyPair, fingerprint: str | None) -> Raw:
    """A `KeyPair`; without a fingerprint the member is absent."""
    raw = _resource(pair, KEY_PAIR, "all") | {"tags": [_tag(tag) for tag in pair.tags]}
    return raw if fingerprint is None else raw | {"fingerprint": fingerprint}


def instance(each: Instance) -> Raw:
    """An `Instance` of the smallest bundle, running."""
    port = _RDP_PORT if each.blueprint.is_windows else _SSH_PORT
    return _resource(each, INSTANCE, each.region + "a") | {
        "tags": [_tag(tag) for tag in each.tags],
        "blueprintId": each.blueprint_id,
        "blueprintName": each.blueprint.name,
        "bundleId": "nano_win_3_0" if each.blueprint.is_windows else "nano_3_0",
        "isStaticIp": each.is_static_ip,
        "privateIpAddress": each.private_ip,
        "publicIpAddress": each.public_ip,
        "ipv6Addresses": [],
        "ipAddressType": "ipv4",
        "hardware": {"cpuCount": 2, "disks": [], "ramSizeInGb": 0.5},
        "networking": {
            "monthlyTransfer": {"gbPerMonthAllocated": 1024},
            "ports": [
                {
                    "fromPort": port,
                    "toPort": port,
                    "protocol": "tcp",
                    "accessFrom": "Anywhere (0.0.0.0/0)",
                    "accessType": "Public",
                    "commonName": "",
                    "accessDirection": "inbound",
                    "cidrs": ["0.0.0.0/0"],
                    "ipv6Cidrs": [],
                    "cidrListAliases": [],
                }
            ],
        },
        "state": {"code": _RUNNING, "name": "running"},
        "username": each.blueprint.username,
        "sshKeyName": each.key_pair_name,
    }


def access_details(each: Instance, protocol: str) -> Raw:
    """An `InstanceAccessDetails`: host keys for ssh, no password yet for rdp.

    The temporary certificate the real service adds is left out: nothing here would accept it.
    """
    raw: Raw = {
        "instanceName": each.name,
        "ipAddress": each.public_ip,
        "protocol": protocol,
        "username": each.blueprint.username,
    }
    if protocol == "ssh":
        return raw | {"hostKeys": [_host_key(key) for key in each.host_keys]}
    pending = {"ciphertext": "", "keyPairName": each.key_pair_name}
    return raw | {"password": "", "passwordData": pending}


def operation(each: Operation) -> Raw:
    """An `Operation`, which is over."""
    moment = timestamp(each.created_at)
    return {
        "id": each.identifier,
        "resourceName": each.resource_name,
        "resourceType": each.resource_type,
        "createdAt": moment,
        "location": {"availabilityZone": "all", "regionName": each.region},
        "isTerminal": True,
        "operationDetails": "",
        "operationType": each.operation_type,
        "status": "Succeeded",
        "statusChangedAt": moment,
    }


def region(each: Region, *, with_zones: bool) -> Raw:
    """A `Region`; its zones only on demand, an empty list otherwise."""
    zones = each.availability_zones if with_zones else ()
    return {
        "continentCode": each.continent_code,
        "description": each.description,
        "displayName": each.display_name,
        "name": each.name,
        "availabilityZones": [{"zoneName": zone, "state": "available"} for zone in zones],
        "relationalDatabaseAvailabilityZones": [],
    }


def error(refusal: ServiceError, *, namespaced: bool) -> Raw:
    """An error with every member the model gives Lightsail's errors."""
    prefix = "com.amazonaws.lightsail#" if namespaced else ""
    return {
        "__type": prefix + refusal.code,
        "code": refusal.code,
        "docs": refusal.docs,
        "message": refusal.message,
        "tip": refusal.tip,
    }


def _resource(each: KeyPair | Instance, kind: str, zone: str) -> Raw:
    return {
        "name": each.name,
        "arn": f"arn:aws:lightsail:{each.region}:{ACCOUNT}:{kind}/{each.identifier}",
        "supportCode": f"{_SUPPORT}/{each.name}",
        "createdAt": timestamp(each.created_at),
        "location": {"availabilityZone": zone, "regionName": each.region},
        "resourceType": kind,
    }


def _tag(tag: Tag) -> Raw:
    return {"key": tag.key} if tag.value is None else {"key": tag.key, "value": tag.value}


def _host_key(key: HostKey) -> Raw:
    return {
        "algorithm": key.algorithm,
        "publicKey": key.public_key,
        "witnessedAt": timestamp(key.witnessed_at),
        "fingerprintSHA1": key.fingerprint_sha1,
        "fingerprintSHA256": key.fingerprint_sha256,
    }
