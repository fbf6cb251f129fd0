"""Every response against AWS's own model, as botocore ships it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.model import ListShape, OperationModel, Shape, StructureShape

from lskeys.sandbox import DEFAULT_PAIR
from lskeys.sandbox.operation_names import SUPPORTED, UNSUPPORTED
from lskeys.sandbox.operations import OPERATIONS
from tests.support.aws_clients import KeyFile, Running, Start

JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "float": (int, float),
    "timestamp": float,
}

BLOG = {"instanceName": "blog"}
LAPTOP = {"keyPairName": "laptop"}
CALLS: dict[str, Mapping[str, object]] = {
    "CreateInstances": {
        "instanceNames": ["made"],
        "availabilityZone": "us-east-1a",
        "blueprintId": "debian_12",
        "bundleId": "nano_3_0",
    },
    "CreateKeyPair": {
        "keyPairName": "made",
        "tags": [{"key": "owner", "value": "ana"}, {"key": "bare"}],
    },
    "DeleteInstance": BLOG,
    "DeleteKeyPair": LAPTOP,
    "DownloadDefaultKeyPair": {},
    "GetActiveNames": {},
    "GetBlueprints": {},
    "GetBundles": {},
    "GetInstance": BLOG,
    "GetInstanceAccessDetails": {"instanceName": "web-1", "protocol": "ssh"},
    "GetInstancePortStates": BLOG,
    "GetInstanceState": BLOG,
    "GetInstances": {},
    "GetKeyPair": LAPTOP,
    "GetKeyPairs": {"includeDefaultKeyPair": True},
    "GetOperation": {"operationId": "of the change before"},
    "GetOperations": {},
    "GetOperationsForResource": {"resourceName": "blog"},
    "GetRegions": {"includeAvailabilityZones": True},
    "GetStaticIp": {"staticIpName": "web-1-address"},
    "GetStaticIps": {},
    "ImportKeyPair": {"keyPairName": "imported", "publicKeyBase64": "of the key"},
    "StartInstance": BLOG,
    "StopInstance": BLOG,
    "TagResource": {"resourceName": "laptop", "tags": [{"key": "owner", "value": "ben"}]},
    "UntagResource": {"resourceName": "laptop", "tagKeys": ["owner"]},
}
"""Operation → its members, on a seeded account; two of them are known only then."""


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
    assert set(SUPPORTED) == set(OPERATIONS) == set(CALLS)


@pytest.mark.parametrize("operation", CALLS)
def test_responses_match_the_model(
    start: Start, seeded_file: Path, rsa_key: KeyFile, operation: str
) -> None:
    """Each response has only members the model knows, of the model's types, and is not empty."""
    running = start("created-fingerprint=true", seed=seeded_file)
    client = running.client()
    bodies: list[bytes] = []
    client.meta.events.register("response-received.lightsail", _received(bodies))
    done = client.stop_instance(instanceName="blog")["operations"][0]["id"]
    known = {"operationId": done, "publicKeyBase64": rsa_key.public_line}
    arguments = {name: known.get(name, value) for name, value in CALLS[operation].items()}
    getattr(client, xform_name(operation))(**arguments)
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
        client.get_key_pair(keyPairName="unknown")
    raw = json.loads(bodies[-1])
    assert set(raw) == {"__type", "code", "docs", "message", "tip"}
    assert raw["__type"] == raw["code"] == "NotFoundException"
    assert caught.value.response["ResponseMetadata"]["RequestId"]
