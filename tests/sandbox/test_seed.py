"""What a new sandbox has in it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from lskeys.sandbox import DEFAULT_PAIR, REGIONS
from tests.support.aws_clients import Running, Start

if TYPE_CHECKING:
    from mypy_boto3_lightsail.type_defs import InstanceTypeDef, KeyPairTypeDef


def pairs_of(running: Running, region: str) -> list[KeyPairTypeDef]:
    """All key pairs of a region."""
    return running.client(region).get_key_pairs(includeDefaultKeyPair=True)["keyPairs"]


def instances_of(running: Running, region: str) -> list[InstanceTypeDef]:
    """All instances of a region."""
    return running.client(region).get_instances()["instances"]


def test_home_has_one_of_each(start: Start) -> None:
    """The home region has a default pair, pairs in use and not, and a tag without value."""
    running = start(seed=True)
    pairs = pairs_of(running, "us-east-1")
    used = {instance["sshKeyName"] for instance in instances_of(running, "us-east-1")}
    names = {pair["name"] for pair in pairs}
    assert DEFAULT_PAIR in names & used
    assert used < names
    assert {"key": "automation"} in [tag for pair in pairs for tag in pair["tags"]]
    assert {len(pair["fingerprint"].split(":")) for pair in pairs} == {2, 16, 20}


def test_some_regions_have_no_default_pair(start: Start) -> None:
    """There are regions with a default pair, without one, and with nothing at all."""
    running = start(seed=True)
    names = {region.name: [p["name"] for p in pairs_of(running, region.name)] for region in REGIONS}
    assert {DEFAULT_PAIR in each for each in names.values() if each} == {True, False}
    assert [] in names.values()


def test_a_stale_default_pair(start: Start) -> None:
    """In one region an instance is older than the default pair it names, and one is younger."""
    running = start(seed=True)
    default = next(
        pair for pair in pairs_of(running, "eu-central-1") if pair["name"] == DEFAULT_PAIR
    )
    older = {
        instance["createdAt"] < default["createdAt"]
        for instance in instances_of(running, "eu-central-1")
        if instance["sshKeyName"] == DEFAULT_PAIR
    }
    assert older == {True, False}


def test_nothing_is_younger_than_now(start: Start, now: datetime) -> None:
    """Dates are counted back from the time that was given."""
    running = start(seed=True)
    dates = [pair["createdAt"] for region in REGIONS for pair in pairs_of(running, region.name)]
    assert max(dates) < now


def test_instances_of_every_kind(start: Start) -> None:
    """There is one that is stopped, one that is IPv6-only, and one of Windows."""
    running = start(seed=True)
    instances = [each for region in REGIONS for each in instances_of(running, region.name)]
    assert {each["state"]["name"] for each in instances} == {"running", "stopped"}
    assert {each["ipAddressType"] for each in instances} == {"dualstack", "ipv6"}
    assert {"nano_3_0", "nano_ipv6_3_0", "nano_win_3_0"} == {each["bundleId"] for each in instances}


def test_usernames_of_every_kind(start: Start) -> None:
    """Each blueprint's user is met somewhere."""
    running = start(seed=True)
    users = {
        instance["username"]
        for region in REGIONS
        for instance in instances_of(running, region.name)
    }
    assert users == {"ubuntu", "ec2-user", "admin", "bitnami", "Administrator"}
