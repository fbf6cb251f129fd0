"""Fingerprints by origin, against openssl and ssh-keygen."""

import re
from pathlib import Path

import pytest

from tests.support.aws_clients import KeyFile, Running, Start
from tests.support.cli_keys import FINGERPRINT_TYPES, fingerprint, said


def reported(running: Running) -> str | None:
    """The fingerprint of the one key pair there is."""
    pairs = running.client().get_key_pairs(includeDefaultKeyPair=True)["keyPairs"]
    return pairs[0].get("fingerprint")


@pytest.mark.parametrize(
    ("origin", "fingerprint_type"),
    [
        *(("default", each) for each in FINGERPRINT_TYPES),
        *(("created", each) for each in FINGERPRINT_TYPES),
        *(("imported-rsa", each) for each in FINGERPRINT_TYPES if each != "sha1-pkcs8"),
        *(("imported-ed25519", each) for each in ("md5-ssh", "sha256-ssh")),
    ],
)
def test_every_origin(
    start: Start, tmp_path: Path, request: pytest.FixtureRequest, origin: str, fingerprint_type: str
) -> None:
    """A fingerprint is the one openssl or ssh-keygen computes, of each origin and type."""
    running = start(f"fingerprint-{origin}={fingerprint_type}")
    client, path = running.client(), tmp_path / "saved.pem"
    if origin.startswith("imported-"):
        key: KeyFile = request.getfixturevalue(f"{origin.removeprefix('imported-')}_key")
        client.import_key_pair(keyPairName="laptop", publicKeyBase64=key.public_line)
        path = key.path
    else:
        path.touch(mode=0o600)
        path.write_text(
            client.create_key_pair(keyPairName="made")["privateKeyBase64"]
            if origin == "created"
            else client.download_default_key_pair()["privateKeyBase64"]
        )
    assert reported(running) == fingerprint(path.read_text(), fingerprint_type)


def test_types_at_rest(running: Running, rsa_key: KeyFile, ed25519_key: KeyFile) -> None:
    """Unswitched, each origin has the type it most likely has at AWS."""
    client = running.client()
    client.import_key_pair(keyPairName="rsa", publicKeyBase64=rsa_key.public_line)
    client.import_key_pair(keyPairName="ed25519", publicKeyBase64=ed25519_key.public_line)
    client.create_key_pair(keyPairName="made")
    client.download_default_key_pair()
    pairs = client.get_key_pairs(includeDefaultKeyPair=True)["keyPairs"]
    shapes = [re.sub("[0-9a-f]{2}", "x", pair["fingerprint"]).count(":x") for pair in pairs]
    assert pairs[0]["fingerprint"] == fingerprint(rsa_key.pem, "md5-spki")
    assert pairs[1]["fingerprint"] == fingerprint(ed25519_key.pem, "sha256-ssh")
    assert shapes[2:] == [19, 15]


def test_padded_fingerprint(start: Start, ed25519_key: KeyFile) -> None:
    """An ed25519 key's can be spelled as EC2 spells it: bare base64 with padding."""
    running = start("fingerprint-imported-ed25519=sha256-padded")
    running.client().import_key_pair(keyPairName="laptop", publicKeyBase64=ed25519_key.public_line)
    other = fingerprint(ed25519_key.pem, "sha256-ssh")
    assert reported(running) == other.removeprefix("SHA256:") + "="


def test_no_fingerprint(start: Start) -> None:
    """A fingerprint can be missing altogether."""
    running = start("fingerprint-default=none")
    running.client().download_default_key_pair()
    assert reported(running) is None


def test_host_keys(seeded: Running, tmp_path: Path) -> None:
    """Host keys are real, and their fingerprints are what ssh-keygen says."""
    client = seeded.client()
    details = client.get_instance_access_details(instanceName="web-1")["accessDetails"]
    for key in details["hostKeys"]:
        path = tmp_path / "host.pub"
        path.write_text(f"{key['algorithm']} {key['publicKey']}\n")
        listed = [
            said("ssh-keygen", "-l", "-E", algorithm, "-f", path).decode().split()[1]
            for algorithm in ("sha1", "sha256")
        ]
        assert listed == [key["fingerprintSHA1"], key["fingerprintSHA256"]]
