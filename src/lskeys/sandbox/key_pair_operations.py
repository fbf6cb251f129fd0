"""The operations on key pairs and tags. Pure."""

from collections.abc import Mapping

from lskeys.sandbox import shapes
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
from lskeys.sandbox.operation import ApiOperation, Service, paged
from lskeys.sandbox.shapes import Raw
from lskeys.sandbox.switches import Switches


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
    return paged("keyPairs", pairs, page.next_token)


def _get_key_pair(service: Service, region: str, raw: Raw) -> Raw:
    pair = service.account.get_key_pair(region, raw["keyPairName"])
    return {"keyPair": shapes.key_pair(pair, service.account.fingerprint(pair))}


def _create_key_pair(service: Service, region: str, raw: Raw) -> Raw:
    tags = read_tags(raw.get("tags", []))
    pair, operation = service.account.create_key_pair(region, raw["keyPairName"], tags)
    shown = service.switches.created_fingerprint
    fingerprint = service.account.fingerprint(pair) if shown else None
    return {
        "keyPair": shapes.key_pair(pair, fingerprint, with_tags=bool(pair.tags)),
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
    operation = service.account.tag_resource(
        region, raw["resourceName"], raw.get("resourceArn"), read_tags(raw["tags"])
    )
    return {"operations": [shapes.operation(operation)]}


def _untag_resource(service: Service, region: str, raw: Raw) -> Raw:
    keys = read_texts(raw["tagKeys"])
    operation = service.account.untag_resource(
        region, raw["resourceName"], raw.get("resourceArn"), keys
    )
    return {"operations": [shapes.operation(operation)]}


_RESOURCE: Mapping[str, Member] = {"resourceName": REQUIRED_TEXT, "resourceArn": TEXT}
_NAMED_PAIR: Mapping[str, Member] = {"keyPairName": REQUIRED_TEXT}

KEY_PAIR_OPERATIONS: Mapping[str, ApiOperation] = {
    "GetKeyPairs": ApiOperation(
        {"pageToken": TEXT, "includeDefaultKeyPair": TRUTH}, _get_key_pairs
    ),
    "GetKeyPair": ApiOperation(_NAMED_PAIR, _get_key_pair),
    "CreateKeyPair": ApiOperation({**_NAMED_PAIR, "tags": LIST}, _create_key_pair),
    "ImportKeyPair": ApiOperation(
        {**_NAMED_PAIR, "publicKeyBase64": REQUIRED_TEXT}, _import_key_pair
    ),
    "DeleteKeyPair": ApiOperation({**_NAMED_PAIR, "expectedFingerprint": TEXT}, _delete_key_pair),
    "DownloadDefaultKeyPair": ApiOperation({}, _download_default_key_pair),
    "TagResource": ApiOperation({**_RESOURCE, "tags": REQUIRED_LIST}, _tag_resource),
    "UntagResource": ApiOperation({**_RESOURCE, "tagKeys": REQUIRED_LIST}, _untag_resource),
}
"""Operation name → what it takes and gives."""
