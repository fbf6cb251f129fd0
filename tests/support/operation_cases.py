"""Every operation that lskeys sends: the call, a good response, and what the call returns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lskeys.lightsail import Lightsail
from lskeys.model import CreatedKey, DefaultKey, HostKey, Instance, KeyPair, Region, Tag
from tests.conftest import REGION
from tests.support.lying_server import MOMENT, pair
from tests.support.verb_cases import HOST_KEY

TAGGED = pair(tags=[{"key": "a", "value": "b"}, {"key": "c"}])
INSTANCE = {
    "name": "blog",
    "sshKeyName": "web",
    "username": "ubuntu",
    "publicIpAddress": "203.0.113.1",
    "ipv6Addresses": ["2001:db8::1"],
    "createdAt": MOMENT,
    "blueprintId": "ubuntu_24_04",
    "arn": "arn:aws:lightsail:us-east-1:123456789012:Instance/0",
    "location": {"availabilityZone": "us-east-1a", "regionName": REGION},
    "tags": [{"key": "a", "value": "b"}],
}
ALGORITHM, PUBLIC_KEY = HOST_KEY.split()
OPERATION = {"operation": {"id": "0", "status": "Succeeded", "createdAt": MOMENT}}


@dataclass(frozen=True, slots=True)
class OperationCase:
    """A call, a good response to it, and the type of the values it returns, if any."""

    call: Callable[[Lightsail], object]
    response: dict[str, Any]
    value: type | None = None


OPERATIONS = {
    "GetKeyPairs": OperationCase(
        lambda region: region.key_pairs(include_default=True),
        {"keyPairs": [TAGGED], "nextPageToken": ""},
        KeyPair,
    ),
    "GetKeyPair": OperationCase(
        lambda region: region.key_pair("web"), {"keyPair": TAGGED}, KeyPair
    ),
    "GetInstances": OperationCase(
        lambda region: region.instances(), {"instances": [INSTANCE]}, Instance
    ),
    "GetRegions": OperationCase(
        lambda region: region.regions(),
        {"regions": [{"name": REGION, "displayName": "a", "continentCode": "b"}]},
        Region,
    ),
    "GetInstanceAccessDetails": OperationCase(
        lambda region: region.host_keys("blog"),
        {
            "accessDetails": {
                "hostKeys": [{"algorithm": ALGORITHM, "publicKey": PUBLIC_KEY}],
                "privateKey": "secret",
            }
        },
        HostKey,
    ),
    "DownloadDefaultKeyPair": OperationCase(
        lambda region: region.download_default_key(),
        {"publicKeyBase64": HOST_KEY, "privateKeyBase64": "secret", "createdAt": MOMENT},
        DefaultKey,
    ),
    "CreateKeyPair": OperationCase(
        lambda region: region.create_key_pair("web", [Tag("a", "b")]),
        {"keyPair": TAGGED, "privateKeyBase64": "secret", **OPERATION},
        CreatedKey,
    ),
    "ImportKeyPair": OperationCase(
        lambda region: region.import_key_pair("web", HOST_KEY), OPERATION
    ),
    "DeleteKeyPair": OperationCase(lambda region: region.delete_key_pair("web", None), OPERATION),
    "TagResource": OperationCase(lambda region: region.tag_key_pair("web", [Tag("a")]), OPERATION),
    "UntagResource": OperationCase(lambda region: region.untag_key_pair("web", ["a"]), OPERATION),
}
