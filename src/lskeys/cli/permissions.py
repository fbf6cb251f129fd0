"""Which AWS operations each command uses, and the IAM policy that allows them. Pure.

The tests send what each command sends and compare it with this table.
"""

from collections.abc import Iterable, Mapping
from typing import Any

OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "list": ("GetInstances", "GetKeyPairs"),
    "show": ("GetInstances", "GetKeyPair"),
    "create": ("CreateKeyPair", "GetKeyPair", "ImportKeyPair", "TagResource"),
    "import": ("GetKeyPair", "GetKeyPairs", "ImportKeyPair", "TagResource"),
    "download-default": ("DownloadDefaultKeyPair", "GetKeyPairs"),
    "delete": (
        *("DeleteKeyPair", "DownloadDefaultKeyPair", "GetInstances", "GetKeyPair", "GetKeyPairs"),
    ),
    "rotate-default": (
        *("DeleteKeyPair", "DownloadDefaultKeyPair", "GetInstanceAccessDetails"),
        *("GetInstancePortStates", "GetInstances", "GetKeyPairs"),
    ),
    "tag": ("GetKeyPair", "TagResource"),
    "untag": ("GetKeyPair", "UntagResource"),
    "fingerprint": ("GetKeyPairs",),
    "audit": ("GetInstances", "GetKeyPairs"),
    "ssh-config": ("GetInstanceAccessDetails", "GetInstances", "GetKeyPairs"),
    "instances": (
        *("GetInstanceAccessDetails", "GetInstancePortStates", "GetInstances", "GetKeyPairs"),
    ),
    "ssh": ("GetInstanceAccessDetails", "GetInstances", "GetKeyPairs"),
    "authorize": (
        *("GetInstanceAccessDetails", "GetInstancePortStates", "GetInstances", "GetKeyPairs"),
    ),
    "regions": ("GetRegions",),
}
"""A command that is not here needs no permission."""

READS = frozenset(
    {"GetInstancePortStates", "GetInstances", "GetKeyPair", "GetKeyPairs", "GetRegions"}
)
"""Operations that change nothing and return no private key.

DownloadDefaultKeyPair returns one, and makes a key pair where there is none;
GetInstanceAccessDetails returns a temporary one.
"""


def policy(commands: Iterable[str], *, read_only: bool) -> dict[str, Any]:
    """The least IAM policy for these commands; read-only, it has no operations but `READS`.

    Returns:
        A policy document (IAM user guide, "Grammar of the IAM JSON policy language"); its
        statement has no action where the commands need none.
    """
    needed = {each for command in commands for each in OPERATIONS.get(command, ())}
    allowed = needed & READS if read_only else needed
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [f"lightsail:{each}" for each in sorted(allowed)],
                "Resource": "*",
            }
        ],
    }
