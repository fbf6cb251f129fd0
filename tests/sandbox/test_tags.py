"""The rules of tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.aws_clients import Running, refusal

if TYPE_CHECKING:
    from mypy_boto3_lightsail.type_defs import TagTypeDef


def test_instances_take_tags_too(running: Running) -> None:
    """Tags go to a resource by its name, of whatever type it is."""
    running.sandbox.add_instance("us-east-1", "web-1")
    client = running.client()
    response = client.tag_resource(resourceName="web-1", tags=[{"key": "a"}])
    assert response["operations"][0]["resourceType"] == "Instance"
    assert client.get_instances()["instances"][0]["tags"] == [{"key": "a"}]


def test_resource_arn(running: Running) -> None:
    """The ARN of the resource that is named is accepted, any other is refused."""
    for name in ("laptop", "other"):
        running.sandbox.add_key_pairs("us-east-1", [name])
    client = running.client()
    arns = {pair["name"]: pair["arn"] for pair in client.get_key_pairs()["keyPairs"]}
    tags: list[TagTypeDef] = [{"key": "a"}]
    client.tag_resource(resourceName="laptop", resourceArn=arns["laptop"], tags=tags)
    for call, rest in (
        (client.tag_resource, {"tags": tags}),
        (client.untag_resource, {"tagKeys": ["a"]}),
    ):
        refused = refusal(call, resourceName="laptop", resourceArn=arns["other"], **rest)
        assert (refused.code, arns["other"] in refused.message) == ("InvalidInputException", True)
    assert client.get_key_pair(keyPairName="laptop")["keyPair"]["tags"] == tags


def test_missing_resource(running: Running) -> None:
    """What is not there cannot be tagged or untagged."""
    client = running.client()
    tagging = refusal(client.tag_resource, resourceName="unknown", tags=[{"key": "a"}])
    untagging = refusal(client.untag_resource, resourceName="unknown", tagKeys=["a"])
    assert tagging == untagging
    assert tagging.code == "NotFoundException"


def test_at_most_fifty(running: Running) -> None:
    """The fifty-first tag is refused, and none of its request is kept."""
    running.sandbox.add_key_pairs("us-east-1", ["laptop"])
    client = running.client()
    fifty: list[TagTypeDef] = [{"key": f"k{number}"} for number in range(50)]
    client.tag_resource(resourceName="laptop", tags=fifty)
    refused = refusal(client.tag_resource, resourceName="laptop", tags=[{"key": "k50"}])
    assert refused.code == "InvalidInputException"
    assert client.get_key_pair(keyPairName="laptop")["keyPair"]["tags"] == fifty


def test_possible_tags(running: Running) -> None:
    """128 and 256 characters of every sign the guide allows are accepted, and nothing else is."""
    running.sandbox.add_key_pairs("us-east-1", ["laptop"])
    client = running.client()
    longest: TagTypeDef = {"key": "é 1+-=._:/@".ljust(128, "k"), "value": "v" * 256}
    client.tag_resource(resourceName="laptop", tags=[longest])
    impossible: list[TagTypeDef] = [
        {"key": "", "value": "a"},
        {"key": "k" * 129},
        {"key": "k", "value": "v" * 257},
        {"key": "a*b"},
        {"key": "k", "value": "<b>"},
        {"key": "k\n"},
    ]
    for tag in impossible:
        refused = refusal(client.tag_resource, resourceName="laptop", tags=[tag])
        assert refused.code == "InvalidInputException", tag
    assert client.get_key_pair(keyPairName="laptop")["keyPair"]["tags"] == [longest]
