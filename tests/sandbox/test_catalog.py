"""Regions, blueprints, bundles, static addresses, names and operations."""

import pytest

from lskeys.sandbox import DEFAULT_PAIR, HOME_REGION, REGIONS
from tests.support.aws_clients import Running, Start, refusal


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
    """An operation that was not made does not exist."""
    refused = refusal(running.client().get_operation, operationId="none")
    assert refused.code == "NotFoundException"


def test_blueprints_and_bundles_launch(start: Start) -> None:
    """Every blueprint launches with every bundle of its platform; none is of a category."""
    client = start("page-size=100").client()
    blueprints = client.get_blueprints()["blueprints"]
    bundles = client.get_bundles()["bundles"]
    for blueprint in blueprints:
        names = [
            f"{blueprint['blueprintId']}-{bundle['bundleId']}"
            for bundle in bundles
            if blueprint["platform"] in bundle["supportedPlatforms"]
        ]
        for name in names:
            client.create_instances(
                instanceNames=[name],
                availabilityZone="us-east-1a",
                blueprintId=blueprint["blueprintId"],
                bundleId=name.removeprefix(f"{blueprint['blueprintId']}-"),
            )
    instances = client.get_instances()["instances"]
    ipv6_only = {each["bundleId"] for each in bundles if each["publicIpv4AddressCount"] == 0}
    assert {each["bundleId"] for each in instances if "publicIpAddress" not in each} == ipv6_only
    assert client.get_blueprints(appCategory="LfR")["blueprints"] == []


def test_static_addresses(running: Running) -> None:
    """A static address is attached to its instance, and stays when that is deleted."""
    running.sandbox.add_instance("us-east-1", "web-1", address="203.0.113.9", static_ip="fixed")
    client = running.client()
    instance = client.get_instance(instanceName="web-1")["instance"]
    assert (instance["isStaticIp"], instance["publicIpAddress"]) == (True, "203.0.113.9")
    attached = client.get_static_ip(staticIpName="fixed")["staticIp"]
    assert (attached["ipAddress"], attached["isAttached"]) == ("203.0.113.9", True)
    assert attached["attachedTo"] == "web-1"
    client.delete_instance(instanceName="web-1")
    [left] = client.get_static_ips()["staticIps"]
    assert (left["isAttached"], "attachedTo" in left) == (False, False)
    assert refusal(client.get_static_ip, staticIpName="web-1").code == "NotFoundException"


def test_operations_are_recorded(start: Start) -> None:
    """Changes are listed oldest first, in pages, also those of what is deleted by now."""
    client = start("page-size=1").client()
    for number in range(11):
        client.create_key_pair(keyPairName=f"pair-{number}")
    client.delete_key_pair(keyPairName="pair-3")
    first = client.get_operations()
    last = client.get_operations(pageToken=first["nextPageToken"])
    listed = [*first["operations"], *last["operations"]]
    assert [each["resourceName"] for each in first["operations"]] == [
        f"pair-{n}" for n in range(10)
    ]
    assert [each["operationType"] for each in listed] == ["CreateKeyPair"] * 11 + ["DeleteKeyPair"]
    of_one = client.get_operations_for_resource(resourceName="pair-3")["operations"]
    assert [each["operationType"] for each in of_one] == ["CreateKeyPair", "DeleteKeyPair"]
    assert refusal(client.get_operations_for_resource, resourceName="none").code == (
        "NotFoundException"
    )


@pytest.mark.parametrize(
    ("operation", "member", "names"),
    [
        ("get_active_names", "activeNames", ["web-1", "fixed", "laptop", DEFAULT_PAIR]),
        ("get_static_ips", "staticIps", ["fixed"]),
        ("get_bundles", "bundles", None),
        ("get_blueprints", "blueprints", None),
    ],
)
def test_pages(start: Start, operation: str, member: str, names: list[str] | None) -> None:
    """Lists come in pages that end, in order, none twice."""
    running = start("page-size=1")
    running.sandbox.add_instance("us-east-1", "web-1", static_ip="fixed")
    running.sandbox.add_key_pairs("us-east-1", ["laptop"])
    running.sandbox.add_default_key_pair("us-east-1")
    pages = running.client().get_paginator(operation).paginate()  # type: ignore[call-overload]
    found = [page[member] for page in pages]
    assert all(len(each) == 1 for each in found)
    keys = [each[0] if isinstance(each[0], str) else str(sorted(each[0].items())) for each in found]
    assert len(keys) == len(set(keys)) > 0
    if names is not None:
        assert [each[0] if isinstance(each[0], str) else each[0]["name"] for each in found] == names
