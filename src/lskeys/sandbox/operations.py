"""The table of operations: which members each takes, and the account's method behind it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lskeys.sandbox import shapes
from lskeys.sandbox.account import Account
from lskeys.sandbox.errors import invalid
from lskeys.sandbox.keys import KeyMaterial, spell_private, spell_public
from lskeys.sandbox.members import (
    LIST,
    REQUIRED_LIST,
    REQUIRED_TEXT,
    TEXT,
    TRUTH,
    Member,
    read_tags,
    read_texts,
)
from lskeys.sandbox.shapes import Raw
from lskeys.sandbox.switches import Switches


@dataclass(frozen=True, slots=True)
class Service:
    """What an operation works with: the account, and how responses are spelled."""

    account: Account
    switches: Switches


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: the members it takes, and its response to (service, region, members)."""

    members: Mapping[str, Member]
    response: Callable[[Service, str, Raw], Raw]


def spell_material(material: KeyMaterial, switches: Switches) -> Raw:
    """The public and the private key as a response has them."""
    assert material.private_pem is not None
    return {
        "publicKeyBase64": spell_public(
            material.public_line, doubled_prefix=switches.doubled_prefix
        ),
        "privateKeyBase64": spell_private(material.private_pem, switches.key_text),
    }


def _get_key_pairs(service: Service, region: str, raw: Raw) -> Raw:
    page = service.account.get_key_pairs(
        region,
        token=raw.get("pageToken"),
        include_default=raw.get("includeDefaultKeyPair", False),
    )
    pairs = [shapes.key_pair(each, service.account.fingerprint(each)) for each in page.items]
    return _paged("keyPairs", pairs, page.next_token)


def _get_key_pair(service: Service, region: str, raw: Raw) -> Raw:
    pair = service.account.get_key_pair(region, raw["keyPairName"])
    return {"keyPair": shapes.key_pair(pair, service.account.fingerprint(pair))}


def _create_key_pair(service: Service, region: str, raw: Raw) -> Raw:
    tags = read_tags(raw.get("tags", []))
    pair, operation = service.account.create_key_pair(region, raw["keyPairName"], tags)
    shown = service.switches.created_fingerprint
    fingerprint = service.account.fingerprint(pair) if shown else None
    return {
        "keyPair": shapes.key_pair(pair, fingerprint),
        "operation": shapes.operation(operation),
        **spell_material(pair.material, service.switches),
    }


def _import_key_pair(service: Service, region: str, raw: Raw) -> Raw:
    operation = service.account.import_key_pair(region, raw["keyPairName"], raw["publicKeyBase64"])
    return {"operation": shapes.operation(operation)}


def _delete_key_pair(service: Service, region: str, raw: Raw) -> Raw:
    operation = service.account.delete_key_pair(
        region, raw["keyPairName"], raw.get("expectedFingerprint")
    )
    return {"operation": shapes.operation(operation)}


def _download_default_key_pair(service: Service, region: str, raw: Raw) -> Raw:
    assert not raw
    pair = service.account.download_default_key_pair(region)
    created_at = {"createdAt": shapes.timestamp(pair.created_at)}
    return spell_material(pair.material, service.switches) | created_at


def _tag_resource(service: Service, region: str, raw: Raw) -> Raw:
    operation = service.account.tag_resource(region, raw["resourceName"], read_tags(raw["tags"]))
    return {"operations": [shapes.operation(operation)]}


def _untag_resource(service: Service, region: str, raw: Raw) -> Raw:
    keys = read_texts(raw["tagKeys"])
    operation = service.account.untag_resource(region, raw["resourceName"], keys)
    return {"operations": [shapes.operation(operation)]}


def _get_instances(service: Service, region: str, raw: Raw) -> Raw:
    page = service.account.get_instances(region, token=raw.get("pageToken"))
    return _paged("instances", [shapes.instance(each) for each in page.items], page.next_token)


def _get_instance_access_details(service: Service, region: str, raw: Raw) -> Raw:
    instance = service.account.get_instance(region, raw["instanceName"])
    usual = "rdp" if instance.blueprint.is_windows else "ssh"
    protocol = raw.get("protocol", usual)
    if protocol != usual:
        raise invalid(f"The protocol of {instance.name} is {usual}, not {protocol}.")
    return {"accessDetails": shapes.access_details(instance, protocol)}


def _get_operation(service: Service, region: str, raw: Raw) -> Raw:
    return {
        "operation": shapes.operation(service.account.get_operation(region, raw["operationId"]))
    }


def _get_regions(service: Service, region: str, raw: Raw) -> Raw:
    del region  # every region has the same response
    with_zones = raw.get("includeAvailabilityZones", False)
    regions = service.account.get_regions()
    return {"regions": [shapes.region(each, with_zones=with_zones) for each in regions]}


def _paged(member: str, raws: list[Raw], next_token: str | None) -> Raw:
    return {member: raws} if next_token is None else {member: raws, "nextPageToken": next_token}


_RESOURCE: Mapping[str, Member] = {"resourceName": REQUIRED_TEXT, "resourceArn": TEXT}
_NAMED_PAIR: Mapping[str, Member] = {"keyPairName": REQUIRED_TEXT}

OPERATIONS: Mapping[str, Operation] = {
    "GetKeyPairs": Operation({"pageToken": TEXT, "includeDefaultKeyPair": TRUTH}, _get_key_pairs),
    "GetKeyPair": Operation(_NAMED_PAIR, _get_key_pair),
    "CreateKeyPair": Operation({**_NAMED_PAIR, "tags": LIST}, _create_key_pair),
    "ImportKeyPair": Operation({**_NAMED_PAIR, "publicKeyBase64": REQUIRED_TEXT}, _import_key_pair),
    "DeleteKeyPair": Operation({**_NAMED_PAIR, "expectedFingerprint": TEXT}, _delete_key_pair),
    "DownloadDefaultKeyPair": Operation({}, _download_default_key_pair),
    "TagResource": Operation({**_RESOURCE, "tags": REQUIRED_LIST}, _tag_resource),
    "UntagResource": Operation({**_RESOURCE, "tagKeys": REQUIRED_LIST}, _untag_resource),
    "GetInstances": Operation({"pageToken": TEXT, "includeHealthStatus": TRUTH}, _get_instances),
    "GetInstanceAccessDetails": Operation(
        {"instanceName": REQUIRED_TEXT, "protocol": TEXT}, _get_instance_access_details
    ),
    "GetRegions": Operation(
        {"includeAvailabilityZones": TRUTH, "includeRelationalDatabaseAvailabilityZones": TRUTH},
        _get_regions,
    ),
    "GetOperation": Operation({"operationId": REQUIRED_TEXT}, _get_operation),
}
"""Operation name → what it takes and gives."""
