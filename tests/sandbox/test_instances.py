"""Instances, their access details, and the regions."""

import pytest

from lskeys.sandbox import HOME_REGION, REGIONS
from tests.support.aws_clients import Running, refusal


@pytest.mark.parametrize(
    ("blueprint", "username"),
    [
        ("ubuntu_24_04", "ubuntu"),
        ("amazon_linux_2023", "ec2-user"),
        ("debian_12", "admin"),
        ("wordpress", "bitnami"),
        ("windows_server_2022", "Administrator"),
    ],
)
def test_username_follows_the_blueprint(running: Running, blueprint: str, username: str) -> None:
    """Each blueprint logs in its own user."""
    running.sandbox.add_instance("us-east-1", "web-1", blueprint_id=blueprint)
    assert running.client().get_instances()["instances"][0]["username"] == username


def test_static_address(running: Running) -> None:
    """An instance with a static address says so."""
    running.sandbox.add_instance("us-east-1", "web-1", public_ip="203.0.113.9", static_ip="fixed")
    instance = running.client().get_instances()["instances"][0]
    assert (instance["isStaticIp"], instance["publicIpAddress"]) == (True, "203.0.113.9")


def test_windows_access(running: Running) -> None:
    """Windows is reached by rdp, with the default key pair's name and no password yet."""
    running.sandbox.add_instance("us-east-1", "office", blueprint_id="windows_server_2022")
    client = running.client()
    details = client.get_instance_access_details(instanceName="office")["accessDetails"]
    assert details["protocol"] == "rdp"
    assert details["passwordData"] == {"ciphertext": "", "keyPairName": "LightsailDefaultKeyPair"}
    wrong = refusal(client.get_instance_access_details, instanceName="office", protocol="ssh")
    assert wrong.code == "InvalidInputException"


def test_missing_instance(running: Running) -> None:
    """An instance that is not there, or is a key pair, does not exist."""
    running.sandbox.add_key_pairs("us-east-1", ["laptop"])
    refused = refusal(running.client().get_instance_access_details, instanceName="laptop")
    assert refused.message == "The Instance does not exist: laptop"


def test_regions_are_botocores(running: Running) -> None:
    """GetRegions knows the regions botocore knows, in any region."""
    listed = running.client("sa-east-1").get_regions()["regions"]
    names = {str(region["name"]) for region in listed}
    assert names == set(running.session.get_available_regions("lightsail"))
    assert HOME_REGION in names
    assert len(listed) == len(REGIONS)


def test_zones_on_demand(running: Running) -> None:
    """Availability zones come only on demand."""
    client = running.client()
    assert client.get_regions()["regions"][0]["availabilityZones"] == []
    zones = client.get_regions(includeAvailabilityZones=True)["regions"][0]["availabilityZones"]
    assert [zone["zoneName"] for zone in zones] == ["us-east-1a", "us-east-1b", "us-east-1c"]


def test_unknown_operation_id(running: Running) -> None:
    """An operation nobody made does not exist."""
    refused = refusal(running.client().get_operation, operationId="none")
    assert refused.code == "NotFoundException"
