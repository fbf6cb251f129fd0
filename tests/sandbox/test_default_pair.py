"""The rules of the default key pair."""

from datetime import datetime

from lskeys.sandbox import DEFAULT_PAIR
from tests.support.aws_clients import KeyFile, Running, Start, refusal


def test_hidden_unless_asked_for(running: Running) -> None:
    """GetKeyPairs shows the default pair only with includeDefaultKeyPair."""
    running.sandbox.add_default_key_pair("us-east-1")
    client = running.client()
    assert client.get_key_pairs()["keyPairs"] == []
    assert client.get_key_pairs(includeDefaultKeyPair=False)["keyPairs"] == []
    shown = client.get_key_pairs(includeDefaultKeyPair=True)["keyPairs"]
    assert [pair["name"] for pair in shown] == [DEFAULT_PAIR]


def test_download_creates_it(running: Running, now: datetime) -> None:
    """Downloading where there is none makes one, dated now; downloading again gives the same."""
    client = running.client()
    first = client.download_default_key_pair()
    assert first["createdAt"] == now
    assert running.names() == [DEFAULT_PAIR]
    second = client.download_default_key_pair()
    assert first["privateKeyBase64"] == second["privateKeyBase64"]


def test_one_a_region(running: Running) -> None:
    """Each region has its own."""
    keys = {
        running.client(region).download_default_key_pair()["publicKeyBase64"]
        for region in ("us-east-1", "eu-west-1")
    }
    assert len(keys) == 2


def test_preloaded_key_is_handed_out(running: Running, rsa_key: KeyFile) -> None:
    """A test can say which key the default pair is."""
    running.sandbox.add_default_key_pair("us-east-1", private_pem=rsa_key.pem)
    response = running.client().download_default_key_pair()
    assert response["privateKeyBase64"] == rsa_key.pem
    assert response["publicKeyBase64"] == rsa_key.public_line


def test_deleting_needs_its_fingerprint(running: Running) -> None:
    """Without the expected fingerprint, or with another, the default pair stays."""
    running.sandbox.add_default_key_pair("us-east-1")
    client = running.client()
    for arguments in ({}, {"expectedFingerprint": "aa:bb"}):
        refused = refusal(client.delete_key_pair, keyPairName=DEFAULT_PAIR, **arguments)
        assert (refused.code, refused.status) == ("InvalidInputException", 400)
    assert running.names() == [DEFAULT_PAIR]


def test_deleting_with_its_fingerprint(running: Running) -> None:
    """With the fingerprint as listed it goes, and the next download makes another."""
    client = running.client()
    old = client.download_default_key_pair()["publicKeyBase64"]
    fingerprint = client.get_key_pairs(includeDefaultKeyPair=True)["keyPairs"][0]["fingerprint"]
    client.delete_key_pair(keyPairName=DEFAULT_PAIR, expectedFingerprint=fingerprint)
    assert running.names() == []
    assert client.download_default_key_pair()["publicKeyBase64"] != old


def test_by_name(start: Start) -> None:
    """GetKeyPair finds the default pair by its name, unless the switch is off."""
    running = start()
    running.sandbox.add_default_key_pair("us-east-1")
    pair = running.client().get_key_pair(keyPairName=DEFAULT_PAIR)["keyPair"]
    assert pair["name"] == DEFAULT_PAIR
    other = start("default-by-name=false").client()
    assert refusal(other.get_key_pair, keyPairName=DEFAULT_PAIR).code == "NotFoundException"


def test_import_cannot_take_its_name(running: Running, rsa_key: KeyFile) -> None:
    """The default pair's name is never free."""
    refused = refusal(
        running.client().import_key_pair,
        keyPairName=DEFAULT_PAIR,
        publicKeyBase64=rsa_key.public_line,
    )
    assert refused.message == f"Some names are already in use: {DEFAULT_PAIR}"
