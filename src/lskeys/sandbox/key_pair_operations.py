"""The operations on key pairs and tags: what each does, or why not. Touches: the store."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from lskeys.sandbox import shapes
from lskeys.sandbox.errors import invalid, name_taken
from lskeys.sandbox.keys import KeyMaterial, Origin, read_imported, spell_private, spell_public
from lskeys.sandbox.members import (
    LIST,
    NAME,
    REQUIRED_LIST,
    REQUIRED_TEXT,
    TEXT,
    TRUTH,
    Member,
    read_tags,
    read_texts,
)
from lskeys.sandbox.resources import DEFAULT_PAIR, KEY_PAIR, KeyPair, Operation, Tag
from lskeys.sandbox.rules import merge_tags
from lskeys.sandbox.service import ApiOperation, Service
from lskeys.sandbox.shapes import Raw
from lskeys.sandbox.switches import Switches
from lskeys.sandbox.transaction import NameTakenError, Transaction


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
    """The default pair only on demand."""
    without = "" if raw.get("includeDefaultKeyPair") else DEFAULT_PAIR
    query = partial(Transaction.page, noun=KeyPair, without=without)
    page = service.page("GetKeyPairs", region, raw, query)
    return page.as_member("keyPairs", lambda pair: shapes.key_pair(pair, service.fingerprint(pair)))


def _get_key_pair(service: Service, region: str, raw: Raw) -> Raw:
    """Whether it finds the default pair, AWS does not document."""
    name = raw["keyPairName"]
    with service.store.reading() as transaction:
        pair = transaction.find(KeyPair, region, name)
    if pair is None or (name == DEFAULT_PAIR and not service.switches.default_by_name):
        raise service.not_found(KEY_PAIR, name)
    return {"keyPair": shapes.key_pair(pair, service.fingerprint(pair))}


def _create_key_pair(service: Service, region: str, raw: Raw) -> Raw:
    """A new pair with its private key, which is not kept."""
    name, tags = raw["keyPairName"], merge_tags((), read_tags(raw.get("tags", [])))
    with service.store.reading() as transaction:
        if transaction.resource(region, name) or name == DEFAULT_PAIR:
            raise name_taken(name)
    pair = KeyPair(region, name, service.now(), Origin.CREATED, service.make_key(), tags)
    operation = _add(service, pair, "CreateKeyPair")
    fingerprint = service.fingerprint(pair) if service.switches.created_fingerprint else None
    return {
        "keyPair": shapes.key_pair(pair, fingerprint, with_tags=bool(tags)),
        "operation": shapes.operation(operation),
        **spell_material(pair.material, service.switches),
    }


def _import_key_pair(service: Service, region: str, raw: Raw) -> Raw:
    """A pair of which AWS only ever sees the public key."""
    name = raw["keyPairName"]
    origin, material = read_imported(raw["publicKeyBase64"])
    if name == DEFAULT_PAIR:
        raise name_taken(name)
    pair = KeyPair(region, name, service.now(), origin, material)
    return {"operation": shapes.operation(_add(service, pair, "ImportKeyPair"))}


def _delete_key_pair(service: Service, region: str, raw: Raw) -> Raw:
    """Delete a pair, whoever uses it; the default one only for its fingerprint."""
    name = raw["keyPairName"]
    with service.store.writing() as transaction:
        pair = transaction.find(KeyPair, region, name)
        if pair is None:
            raise service.not_found(KEY_PAIR, name)
        _check_expected(name, service.fingerprint(pair), raw.get("expectedFingerprint"))
        transaction.remove(region, name)
        operation = service.record(transaction, region, name, KEY_PAIR, "DeleteKeyPair")
    return {"operation": shapes.operation(operation)}


def _download_default_key_pair(service: Service, region: str, raw: Raw) -> Raw:
    """The default pair with its private key; made now if there is none."""
    assert not raw
    pair = service.default_pair(region)
    created_at = {"createdAt": shapes.timestamp(pair.created_at)}
    return spell_material(pair.material, service.switches) | created_at


def _tag_resource(service: Service, region: str, raw: Raw) -> Raw:
    """Add tags, or give those there are a new value."""
    new = read_tags(raw["tags"])
    return _retag(service, region, raw, "TagResource", lambda old: merge_tags(old, new))


def _untag_resource(service: Service, region: str, raw: Raw) -> Raw:
    """Take tags away; keys that are not there are no error."""
    unwanted = read_texts(raw["tagKeys"])

    def kept(old: Iterable[Tag]) -> Iterable[Tag]:
        return (tag for tag in old if tag.key not in unwanted)

    return _retag(service, region, raw, "UntagResource", kept)


def _add(service: Service, pair: KeyPair, operation_type: str) -> Operation:
    kept = replace(pair, material=replace(pair.material, private_pem=None))
    try:
        with service.store.writing() as transaction:
            transaction.add(kept)
            return service.record(transaction, pair.region, pair.name, KEY_PAIR, operation_type)
    except NameTakenError:
        raise name_taken(pair.name) from None


def _check_expected(name: str, fingerprint: str | None, expected: str | None) -> None:
    """Compare as spelled; the default pair cannot do without. The wordings are this sandbox's."""
    if expected is None and name == DEFAULT_PAIR:
        raise invalid(
            "An expected fingerprint is required to delete the default key pair.",
            tip="Give the key pair's fingerprint as expectedFingerprint.",
        )
    if expected is not None and expected != fingerprint:
        raise invalid(
            f"The expected fingerprint does not match the fingerprint of the key pair: {name}",
            tip="Check that this is the key pair you mean to delete.",
        )


def _retag(
    service: Service,
    region: str,
    raw: Raw,
    operation_type: str,
    change: Callable[[Iterable[Tag]], Iterable[Tag]],
) -> Raw:
    """Change the tags of the resource of a name, which must be that of the ARN, if there is one."""
    name, arn = raw["resourceName"], raw.get("resourceArn")
    with service.store.writing() as transaction:
        resource = transaction.resource(region, name)
        if resource is None:
            raise service.not_found("Resource", name)
        if arn is not None and arn != shapes.arn(region, resource.type, resource.identifier):
            raise invalid(f"The resource ARN is not that of {name}: {arn}")
        transaction.set_tags(resource.number, change(resource.tags))
        operation = service.record(transaction, region, name, resource.type, operation_type)
    return {"operations": [shapes.operation(operation)]}


_RESOURCE: Mapping[str, Member] = {"resourceName": NAME, "resourceArn": TEXT}
_NAMED_PAIR: Mapping[str, Member] = {"keyPairName": NAME}

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
