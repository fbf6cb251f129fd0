"""What a new sandbox has in it."""

from __future__ import annotations

from datetime import datetime

from lskeys.sandbox import DEFAULT_PAIR, REGIONS
from tests.support.aws_clients import Running


def test_something_of_each_kind(seeded: Running, now: datetime) -> None:
    """The home region has key pairs in use and not, of each origin, and a tag without value.

    Elsewhere there are regions without a default pair and with nothing, an instance that is older
    than its default pair, and instances of every state, address type, platform and user.
    """
    regions = {region.name: seeded.client(region.name) for region in REGIONS}
    pairs = {
        name: client.get_key_pairs(includeDefaultKeyPair=True)["keyPairs"]
        for name, client in regions.items()
    }
    instances = {name: client.get_instances()["instances"] for name, client in regions.items()}
    names = {name: {pair["name"] for pair in each} for name, each in pairs.items()}
    home = pairs["us-east-1"]
    used = {each["sshKeyName"] for each in instances["us-east-1"]}
    assert DEFAULT_PAIR in used < names["us-east-1"]
    assert {"key": "automation"} in [tag for pair in home for tag in pair["tags"]]
    assert {len(pair["fingerprint"].split(":")) for pair in home} == {2, 16, 20}
    assert {DEFAULT_PAIR in each for each in names.values() if each} == {True, False}
    assert set() in names.values()
    assert max(pair["createdAt"] for each in pairs.values() for pair in each) < now
    [default] = [pair for pair in pairs["eu-central-1"] if pair["name"] == DEFAULT_PAIR]
    users = [each for each in instances["eu-central-1"] if each["sshKeyName"] == DEFAULT_PAIR]
    assert {each["createdAt"] < default["createdAt"] for each in users} == {True, False}
    every = [instance for each in instances.values() for instance in each]
    assert {each["state"]["name"] for each in every} == {"running", "stopped"}
    assert {each["ipAddressType"] for each in every} == {"dualstack", "ipv6"}
    assert {each["bundleId"] for each in every} >= {"nano_3_0", "nano_ipv6_3_0", "nano_win_3_0"}
    assert {each["username"] for each in every} == {
        *("ubuntu", "ec2-user", "admin", "bitnami", "Administrator")
    }
