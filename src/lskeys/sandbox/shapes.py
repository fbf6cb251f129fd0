"""The nouns as the JSON members of responses. Pure."""

from datetime import datetime
from typing import Any

from lskeys.sandbox.errors import ServiceError
from lskeys.sandbox.resources import INSTANCE, KEY_PAIR, Instance, KeyPair, Operation, StaticIp, Tag
from lskeys.sandbox.schema import to_milliseconds

Raw = dict[str, Any]

ACCOUNT = "123456789012"
"""The account of the ARNs: the one of AWS's own examples."""

SUPPORT = "621291663362"
"""The number in support codes: the one of AWS's own examples."""


def timestamp(moment: datetime) -> float:
    """Epoch seconds with milliseconds, as AWS JSON 1.1 writes times."""
    return to_milliseconds(moment) / 1000


def key_pair(pair: KeyPair, fingerprint: str | None, *, with_tags: bool = True) -> Raw:
    """A `KeyPair`; without a fingerprint the member is absent."""
    raw = resource(pair, KEY_PAIR, "all")
    if with_tags:
        raw["tags"] = [tag(each) for each in pair.tags]
    return raw if fingerprint is None else raw | {"fingerprint": fingerprint}


def operation(each: Operation, *, is_over: bool = True) -> Raw:
    """An `Operation`, which is over, or was only just started."""
    moment = timestamp(each.created_at)
    zone = each.region + "a" if each.resource_type == INSTANCE else "all"
    return {
        "id": each.identifier,
        "resourceName": each.resource_name,
        "resourceType": each.resource_type,
        "createdAt": moment,
        "location": {"availabilityZone": zone, "regionName": each.region},
        "isTerminal": is_over,
        "operationType": each.operation_type,
        "status": "Succeeded" if is_over else "Started",
        "statusChangedAt": moment,
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


def arn(region: str, kind: str, identifier: str) -> str:
    """The ARN of a resource."""
    return f"arn:aws:lightsail:{region}:{ACCOUNT}:{kind}/{identifier}"


def resource(each: KeyPair | Instance | StaticIp, kind: str, zone: str) -> Raw:
    """What every resource has."""
    return {
        "name": each.name,
        "arn": arn(each.region, kind, each.identifier),
        "supportCode": f"{SUPPORT}/{each.name}",
        "createdAt": timestamp(each.created_at),
        "location": {"availabilityZone": zone, "regionName": each.region},
        "resourceType": kind,
    }


def tag(each: Tag) -> Raw:
    """A `Tag`; a key-only one has no value."""
    return {"key": each.key} if each.value is None else {"key": each.key, "value": each.value}
