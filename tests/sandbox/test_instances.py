"""Instances, their access details, and the regions."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lskeys.sandbox import DEFAULT_PAIR
from tests.support.aws_clients import KeyFile, Running, Start, refusal

if TYPE_CHECKING:
    from mypy_boto3_lightsail.type_defs import InstanceAccessDetailsTypeDef, OperationTypeDef


def launched(running: Running, *names: str, **changes: str) -> list[OperationTypeDef]:
    """Launch Debian instances with `CreateInstances`."""
    usual = {"availabilityZone": "us-east-1a", "blueprintId": "debian_12", "bundleId": "nano_3_0"}
    arguments: Any = {"instanceNames": list(names), **usual, **changes}
    return running.client().create_instances(**arguments)["operations"]


def test_launch_with_the_default_pair(running: Running) -> None:
    """Without a key pair's name an instance gets the default pair, which is made if missing."""
    operations = launched(running, "one", "two")
    instances = running.client().get_instances()["instances"]
    assert [(each["status"], each["isTerminal"]) for each in operations] == [("Started", False)] * 2
    done = running.client().get_operation(operationId=operations[0]["id"])["operation"]
    assert (done["status"], done["resourceName"]) == ("Succeeded", "one")
    assert [each["sshKeyName"] for each in instances] == [DEFAULT_PAIR] * 2
    assert running.names() == [DEFAULT_PAIR]


def test_launch_with_a_key_pair(running: Running) -> None:
    """With a name it gets that pair, and no default pair is made."""
    running.sandbox.add_key_pairs("us-east-1", ["laptop"])
    launched(running, "one", keyPairName="laptop")
    assert running.client().get_instance(instanceName="one")["instance"]["sshKeyName"] == "laptop"
    assert running.names() == ["laptop"]


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"keyPairName": "gone"}, "NotFoundException", "The KeyPair does not exist: gone"),
        ({"availabilityZone": "eu-west-1a"}, "InvalidInputException", "eu-west-1a"),
        ({"blueprintId": "beos"}, "InvalidInputException", "blueprint"),
        ({"bundleId": "huge"}, "InvalidInputException", "bundle"),
        ({"bundleId": "nano_win_3_0"}, "InvalidInputException", "Debian"),
        ({"ipAddressType": "ipv6"}, "InvalidInputException", "ipAddressType"),
        ({"bundleId": "nano_ipv6_3_0", "ipAddressType": "ipv4"}, "InvalidInputException", "ipAddr"),
    ],
)
def test_refused_launches(
    running: Running, changes: dict[str, str], code: str, message: str
) -> None:
    """What cannot be launched is refused with the reason, and nothing is launched."""
    refused = refusal(lambda: launched(running, "one", "two", **changes))
    assert (refused.code, message in refused.message) == (code, True)
    assert running.client().get_instances()["instances"] == []


def test_a_taken_name_launches_nothing(running: Running) -> None:
    """Of several instances all are launched, or none."""
    running.sandbox.add_key_pairs("us-east-1", ["taken"])
    refused = refusal(lambda: launched(running, "free", "taken"))
    assert refused.message == "Some names are already in use: taken"
    assert running.client().get_instances()["instances"] == []


def test_delete_instance(running: Running) -> None:
    """A deleted instance is gone, its name free again; the key pair stays."""
    launched(running, "one")
    running.client().delete_instance(instanceName="one")
    assert running.client().get_instances()["instances"] == []
    launched(running, "one")
    assert running.names() == [DEFAULT_PAIR]


def test_stopped_instance(running: Running) -> None:
    """One that is stopped has no public IPv4 address and gives no access, until it is started."""
    launched(running, "one")
    client = running.client()
    client.stop_instance(instanceName="one")
    stopped = client.get_instance(instanceName="one")["instance"]
    assert stopped["state"] == client.get_instance_state(instanceName="one")["state"]
    assert stopped["state"] == {"code": 80, "name": "stopped"}
    assert "publicIpAddress" not in stopped
    refused = refusal(client.get_instance_access_details, instanceName="one")
    assert (refused.code, refused.status) == ("OperationFailureException", 400)
    client.start_instance(instanceName="one")
    assert "publicIpAddress" in client.get_instance(instanceName="one")["instance"]


@pytest.mark.parametrize(
    ("arguments", "kind", "bundle", "addresses"),
    [
        ({}, "ipv4", "nano_3_0", ("203.0.113.1", [])),
        ({"ipv6": "2001:db8::5"}, "dualstack", "nano_3_0", ("203.0.113.1", ["2001:db8::5"])),
        ({"address": "2001:db8::5"}, "ipv6", "nano_ipv6_3_0", (None, ["2001:db8::5"])),
    ],
)
def test_address_types(
    running: Running,
    arguments: dict[str, str],
    kind: str,
    bundle: str,
    addresses: tuple[str | None, list[str]],
) -> None:
    """Instance and access details have the same addresses; an IPv6-only one has its own bundle."""
    running.sandbox.add_instance("us-east-1", "one", **arguments)  # type: ignore[arg-type]
    client = running.client()
    instance = client.get_instance(instanceName="one")["instance"]
    details = client.get_instance_access_details(instanceName="one")["accessDetails"]
    assert (instance["ipAddressType"], instance["bundleId"]) == (kind, bundle)
    assert (instance.get("publicIpAddress"), instance["ipv6Addresses"]) == addresses
    assert (details.get("ipAddress"), details["ipv6Addresses"]) == addresses


@pytest.mark.parametrize(
    ("arguments", "username", "ports"),
    [
        ({}, "ubuntu", [22, 80]),
        ({"port": 2222}, "ubuntu", [2222, 80]),
        ({"ports": [80], "username": "ana"}, "ana", [80]),
        ({"blueprint_id": "amazon_linux_2023"}, "ec2-user", [22, 80]),
        ({"blueprint_id": "debian_12"}, "admin", [22, 80]),
        ({"blueprint_id": "wordpress"}, "bitnami", [22, 80, 443]),
        ({"blueprint_id": "windows_server_2022"}, "Administrator", [3389, 80]),
    ],
)
def test_what_follows_from_a_blueprint(
    running: Running, arguments: dict[str, Any], username: str, ports: list[int]
) -> None:
    """The user and the open ports are the blueprint's, or as set, wherever they are listed."""
    running.sandbox.add_instance("us-east-1", "one", **arguments)
    client = running.client()
    states = client.get_instance_port_states(instanceName="one")["portStates"]
    instance = client.get_instance(instanceName="one")["instance"]
    listed = instance["networking"]["ports"]
    assert [(each["fromPort"], each["toPort"]) for each in states] == [(one, one) for one in ports]
    assert {each["state"] for each in states} == {"open"}
    assert [each["fromPort"] for each in listed] == ports
    assert instance["username"] == username


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("blog=127.0.0.1:2222", ("ubuntu", "127.0.0.1", 2222)),
        ("blog=127.0.0.1", ("ubuntu", "127.0.0.1", 22)),
        ("blog@us-east-1=ana@127.0.0.1:2222", ("ana", "127.0.0.1", 2222)),
        ("blog=[::1]:2222", ("ubuntu", "::1", 2222)),
        ("blog@eu-west-1=127.0.0.1:2222", ("ubuntu", "203.0.113.1", 22)),
        ("other=127.0.0.1:2222", ("ubuntu", "203.0.113.1", 22)),
    ],
)
def test_a_server_stands_for_an_instance(
    start: Start, ed25519_key: KeyFile, setting: str, expected: tuple[str, str, int]
) -> None:
    """A switch gives the instances of a name a real server's address, port, user and host key."""
    running = start(f"sshd={setting} {ed25519_key.public_line} a comment")
    running.sandbox.add_instance("us-east-1", "blog")
    client = running.client()
    details = client.get_instance_access_details(instanceName="blog")["accessDetails"]
    ports = client.get_instance_port_states(instanceName="blog")["portStates"]
    found = details.get("ipAddress") or details["ipv6Addresses"][0]
    assert (details["username"], found, ports[0]["fromPort"]) == expected
    keys = [f"{key['algorithm']} {key['publicKey']}" for key in details["hostKeys"]]
    assert (keys == [ed25519_key.public_line]) == (found != "203.0.113.1")


def test_windows_access(running: Running, tmp_path: Path, rsa_key: KeyFile) -> None:
    """Rdp's password is in clear with the default pair, else only the key pair's key reads it."""
    running.sandbox.add_key_pairs("us-east-1", ["own"], public_line=rsa_key.public_line)
    for name, pair in (("office", DEFAULT_PAIR), ("own-office", "own")):
        running.sandbox.add_instance(
            "us-east-1", name, blueprint_id="windows_server_2022", key_pair_name=pair
        )
    client = running.client()

    def access(name: str) -> InstanceAccessDetailsTypeDef:
        return client.get_instance_access_details(instanceName=name, protocol="rdp")[
            "accessDetails"
        ]

    usual, own = access("office"), access("own-office")
    assert len(usual["password"]) == 20
    assert usual["passwordData"] == {"ciphertext": "", "keyPairName": DEFAULT_PAIR}
    assert own["password"] == ""
    (tmp_path / "ciphertext").write_bytes(base64.b64decode(own["passwordData"]["ciphertext"]))
    decrypt = ("openssl", "pkeyutl", "-decrypt", "-inkey", rsa_key.path, "-in", "ciphertext")
    done = subprocess.run(decrypt, cwd=tmp_path, capture_output=True, check=True)
    assert len(done.stdout) == 20
    for protocol in ("ssh", "telnet"):
        arguments = {"instanceName": "office", "protocol": protocol}
        assert refusal(client.get_instance_access_details, **arguments).code == (
            "InvalidInputException"
        )


def test_missing_instance(running: Running) -> None:
    """An instance that is not there, or is a key pair, does not exist."""
    running.sandbox.add_key_pairs("us-east-1", ["laptop"])
    refused = refusal(running.client().get_instance_access_details, instanceName="laptop")
    assert refused.message == "The Instance does not exist: laptop"
