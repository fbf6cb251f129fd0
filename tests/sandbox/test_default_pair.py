"""The rules of the default key pair."""

from datetime import datetime

from lskeys.sandbox import DEFAULT_PAIR
from tests.support.aws_clients import Running, Start, refusal


def test_hidden_unless_requested(start: Start) -> None:
    """GetKeyPairs shows the default pair on demand, GetKeyPair unless the switch is off."""
    running = start()
    running.sandbox.add_default_key_pair("us-east-1")
    client = running.client()
    assert client.get_key_pairs()["keyPairs"] == []
    assert client.get_key_pairs(includeDefaultKeyPair=False)["keyPairs"] == []
    shown = client.get_key_pairs(includeDefaultKeyPair=True)["keyPairs"]
    assert shown == [client.get_key_pair(keyPairName=DEFAULT_PAIR)["keyPair"]]
    assert shown[0]["name"] == DEFAULT_PAIR
    other = start("default-by-name=false").client()
    assert refusal(other.get_key_pair, keyPairName=DEFAULT_PAIR).code == "NotFoundException"


def test_download_creates_it(running: Running, now: datetime) -> None:
    """Downloading without a default pair creates one in that region, dated now."""
    client = running.client()
    first = client.download_default_key_pair()
    assert first["createdAt"] == now
    assert running.names() == [DEFAULT_PAIR]
    assert client.download_default_key_pair()["privateKeyBase64"] == first["privateKeyBase64"]
    elsewhere = running.client("eu-west-1").download_default_key_pair()
    assert elsewhere["privateKeyBase64"] != first["privateKeyBase64"]


def test_deleting_needs_its_fingerprint(running: Running) -> None:
    """Only with the fingerprint as listed it is deleted; the next download makes another."""
    client = running.client()
    old = client.download_default_key_pair()["publicKeyBase64"]
    for arguments in ({}, {"expectedFingerprint": "aa:bb"}):
        refused = refusal(client.delete_key_pair, keyPairName=DEFAULT_PAIR, **arguments)
        assert (refused.code, refused.status) == ("InvalidInputException", 400)
    assert running.names() == [DEFAULT_PAIR]
    fingerprint = client.get_key_pairs(includeDefaultKeyPair=True)["keyPairs"][0]["fingerprint"]
    client.delete_key_pair(keyPairName=DEFAULT_PAIR, expectedFingerprint=fingerprint)
    assert running.names() == []
    assert client.download_default_key_pair()["publicKeyBase64"] != old
