"""Every response against AWS's own model, as botocore ships it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.model import ListShape, OperationModel, Shape, StructureShape

from lskeys.sandbox import DEFAULT_PAIR
from lskeys.sandbox.faults import OPERATIONS as NAMES
from lskeys.sandbox.operations import OPERATIONS
from lskeys.sandbox.unsupported import UNSUPPORTED
from tests.support.aws_clients import KeyFile, Running, Start

if TYPE_CHECKING:
    from mypy_boto3_lightsail import LightsailClient

JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "float": (int, float),
    "timestamp": float,
}

CALLS: dict[str, Callable[[LightsailClient, KeyFile], object]] = {
    "CreateKeyPair": lambda client, _: client.create_key_pair(
        keyPairName="made", tags=[{"key": "owner", "value": "ana"}, {"key": "bare"}]
    ),
    "CreateInstances": lambda client, _: client.create_instances(
        instanceNames=["made"],
        availabilityZone="us-east-1a",
        blueprintId="debian_12",
        bundleId="nano_3_0",
    ),
    "DeleteInstance": lambda client, _: client.delete_instance(instanceName="blog"),
    "DeleteKeyPair": lambda client, _: client.delete_key_pair(keyPairName="laptop"),
    "DownloadDefaultKeyPair": lambda client, _: client.download_default_key_pair(),
    "GetInstanceAccessDetails": lambda client, _: client.get_instance_access_details(
        instanceName="web-1", protocol="ssh"
    ),
    "GetActiveNames": lambda client, _: client.get_active_names(),
    "GetBlueprints": lambda client, _: client.get_blueprints(),
    "GetBundles": lambda client, _: client.get_bundles(),
    "GetOperations": lambda client, _: _changed(client).get_operations(),
    "GetOperationsForResource": lambda client, _: _changed(client).get_operations_for_resource(
        resourceName="blog"
    ),
    "GetStaticIp": lambda client, _: client.get_static_ip(staticIpName="web-1-address"),
    "GetStaticIps": lambda client, _: client.get_static_ips(),
    "GetInstance": lambda client, _: client.get_instance(instanceName="blog"),
    "GetInstancePortStates": lambda client, _: client.get_instance_port_states(instanceName="blog"),
    "GetInstanceState": lambda client, _: client.get_instance_state(instanceName="blog"),
    "GetInstances": lambda client, _: client.get_instances(),
    "GetKeyPair": lambda client, _: client.get_key_pair(keyPairName="laptop"),
    "GetKeyPairs": lambda client, _: client.get_key_pairs(includeDefaultKeyPair=True),
    "GetOperation": lambda client, _: client.get_operation(
        operationId=client.delete_key_pair(keyPairName="laptop")["operation"]["id"]
    ),
    "GetRegions": lambda client, _: client.get_regions(includeAvailabilityZones=True),
    "ImportKeyPair": lambda client, key: client.import_key_pair(
        keyPairName="imported", publicKeyBase64=key.public_line
    ),
    "StartInstance": lambda client, _: client.start_instance(instanceName="blog"),
    "StopInstance": lambda client, _: client.stop_instance(instanceName="blog"),
    "TagResource": lambda client, _: client.tag_resource(
        resourceName="laptop", tags=[{"key": "owner", "value": "ben"}]
    ),
    "UntagResource": lambda client, _: client.untag_resource(
        resourceName="laptop", tagKeys=["owner"]
    ),
}


def _changed(client: LightsailClient) -> LightsailClient:
    client.stop_instance(instanceName="blog")
    return client


def strangers(raw: Any, shape: Shape, place: str) -> list[str]:  # noqa: ANN401  parsed JSON
    """Where a response is not what the model says: unknown members, other types, other values."""
    if isinstance(shape, StructureShape) and isinstance(raw, dict):
        unknown = [f"{place}.{name}: unknown" for name in raw if name not in shape.members]
        known = [(name, raw[name]) for name in raw if name in shape.members]
        return unknown + [
            found
            for name, each in known
            for found in strangers(each, shape.members[name], f"{place}.{name}")
        ]
    if isinstance(shape, ListShape) and isinstance(raw, list):
        return [
            found
            for number, each in enumerate(raw)
            for found in strangers(each, shape.member, f"{place}[{number}]")
        ]
    if not isinstance(raw, JSON_TYPES.get(shape.type_name, ())):
        return [f"{place}: {raw!r} is no {shape.type_name}"]
    words = getattr(shape, "enum", None)
    # The model's OperationType lags behind AWS, which spells PortAccessType in lower case.
    if words and shape.name not in {"OperationType", "PortAccessType"} and raw not in words:
        return [f"{place}: {raw!r} is no {shape.name}"]
    return []


def model_of(session: boto3.Session, operation: str) -> OperationModel:
    """The model botocore has of an operation."""
    return session._session.get_service_model("lightsail").operation_model(operation)  # noqa: SLF001  boto3 shows no model


def test_every_operation_is_in_the_model(session: boto3.Session) -> None:
    """The sandbox has no operation, and no member of a request, that Lightsail has not."""
    for name, operation in OPERATIONS.items():
        shape = model_of(session, name).input_shape
        assert isinstance(shape, StructureShape)
        assert set(operation.members) == set(shape.members)
        required = {member for member, each in operation.members.items() if each.required}
        assert required == set(shape.required_members)


def test_supported_or_not(session: boto3.Session) -> None:
    """Every operation of the model is one that the sandbox supports, or one that it does not."""
    known = set(session._session.get_service_model("lightsail").operation_names)  # noqa: SLF001  boto3 shows no model
    assert known >= UNSUPPORTED
    assert known - UNSUPPORTED == set(OPERATIONS)


def test_faults_know_every_operation() -> None:
    """A fault can be ordered for each operation there is, and for no other."""
    assert set(NAMES) == set(OPERATIONS) == set(CALLS)


@pytest.mark.parametrize("operation", CALLS)
def test_answer_is_what_the_model_says(
    start: Start, seeded_file: Path, rsa_key: KeyFile, operation: str
) -> None:
    """Each response has only members the model knows, of the model's types, and is not empty."""
    running = start("created-fingerprint=true", seed=seeded_file)
    client = running.client()
    bodies: list[bytes] = []
    client.meta.events.register("response-received.lightsail", _received(bodies))
    CALLS[operation](client, rsa_key)
    shape = model_of(running.session, operation).output_shape
    raw = json.loads(bodies[-1])
    assert shape is not None
    assert raw
    assert strangers(raw, shape, operation) == []


def _received(bodies: list[bytes]) -> Callable[..., None]:
    """A handler that keeps the bytes of each response."""

    def keep(response_dict: dict[str, bytes], **_: object) -> None:
        bodies.append(response_dict["body"])

    return keep


def test_default_pair_has_every_member(seeded: Running) -> None:
    """A listed key pair has each member AWS's own has, with zone "all" and its region."""
    pairs = seeded.client().get_key_pairs(includeDefaultKeyPair=True)["keyPairs"]
    pair = next(each for each in pairs if each["name"] == DEFAULT_PAIR)
    assert set(pair) == {
        *("name", "arn", "supportCode", "createdAt", "location", "resourceType"),
        *("tags", "fingerprint"),
    }
    assert pair["location"] == {"availabilityZone": "all", "regionName": "us-east-1"}
    assert pair["arn"].startswith("arn:aws:lightsail:us-east-1:123456789012:KeyPair/")
    assert pair["supportCode"].split("/")[1] == DEFAULT_PAIR


def test_error_has_every_member(running: Running) -> None:
    """An error carries code, docs, message and tip, and a request id."""
    client = running.client()
    bodies: list[bytes] = []
    client.meta.events.register("response-received.lightsail", _received(bodies))
    with pytest.raises(client.exceptions.NotFoundException) as caught:
        client.get_key_pair(keyPairName="nobody")
    raw = json.loads(bodies[-1])
    assert set(raw) == {"__type", "code", "docs", "message", "tip"}
    assert raw["__type"] == raw["code"] == "NotFoundException"
    assert caught.value.response["ResponseMetadata"]["RequestId"]
