"""The operations that every client is taken through, in an order in which all of them succeed."""

from typing import Any

from lskeys.sandbox import HOME_REGION, Sandbox
from lskeys.sandbox.operations import perform

Step = tuple[str, dict[str, Any], str]
"""Operation, its members, and the member that its response must have with something in it."""

PUBLIC_LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPLqCa28FiSnUFL8l/dy4eFWcVEWgO3ZOHXTfY4A27k7"


def fill(account: Sandbox) -> None:
    """Put into an account what the steps begin with."""
    account.add_key_pairs(HOME_REGION, ["laptop"])
    account.add_instance(HOME_REGION, "web", static_ip="fixed")


def steps(operation_id: str) -> list[Step]:
    """Every operation of the sandbox once; `operation_id` is of an operation done before."""
    launch = {
        "instanceNames": ["new"],
        "availabilityZone": f"{HOME_REGION}a",
        "blueprintId": "debian_12",
        "bundleId": "nano_3_0",
    }
    return [
        ("GetRegions", {"includeAvailabilityZones": True}, "regions"),
        ("GetBlueprints", {}, "blueprints"),
        ("GetBundles", {}, "bundles"),
        ("GetActiveNames", {}, "activeNames"),
        ("GetStaticIps", {}, "staticIps"),
        ("GetStaticIp", {"staticIpName": "fixed"}, "staticIp"),
        ("GetKeyPairs", {}, "keyPairs"),
        ("GetKeyPair", {"keyPairName": "laptop"}, "keyPair"),
        ("CreateKeyPair", {"keyPairName": "made", "tags": [{"key": "a"}]}, "privateKeyBase64"),
        (
            "ImportKeyPair",
            {"keyPairName": "imported", "publicKeyBase64": PUBLIC_LINE},
            "operation",
        ),
        ("TagResource", {"resourceName": "made", "tags": [{"key": "b"}]}, "operations"),
        ("UntagResource", {"resourceName": "made", "tagKeys": ["b"]}, "operations"),
        ("DeleteKeyPair", {"keyPairName": "made"}, "operation"),
        ("DownloadDefaultKeyPair", {}, "privateKeyBase64"),
        ("CreateInstances", launch, "operations"),
        ("GetInstances", {}, "instances"),
        ("GetInstance", {"instanceName": "new"}, "instance"),
        ("GetInstanceState", {"instanceName": "new"}, "state"),
        ("GetInstancePortStates", {"instanceName": "new"}, "portStates"),
        (
            "GetInstanceAccessDetails",
            {"instanceName": "new", "protocol": "ssh"},
            "accessDetails",
        ),
        ("StopInstance", {"instanceName": "new"}, "operations"),
        ("StartInstance", {"instanceName": "new"}, "operations"),
        ("DeleteInstance", {"instanceName": "new"}, "operations"),
        ("GetOperation", {"operationId": operation_id}, "operation"),
        ("GetOperations", {}, "operations"),
        ("GetOperationsForResource", {"resourceName": "new"}, "operations"),
    ]


def first_operation(account: Sandbox) -> str:
    """The identifier of an operation that is done now."""
    members = {"resourceName": "laptop", "tags": []}
    (made,) = perform(account.service(), "TagResource", HOME_REGION, members)["operations"]
    return str(made["id"])
