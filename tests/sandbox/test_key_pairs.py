"""The rules of custom key pairs, one by one, through boto3."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.awsrequest import AWSRequest

from tests.support.aws_clients import KeyFile, Refusal, Running, Start, refusal

if TYPE_CHECKING:
    from mypy_boto3_lightsail.type_defs import TagTypeDef

TAKEN = "Some names are already in use: "
NOT_VALID = (
    " is not a valid resource name. Resource names must be at least 2 characters long "
    "and contain only alphanumerics, -, _, and ."
)


def test_create_responds_as_published(running: Running) -> None:
    """A PKCS#1 PEM, not base64 of it, and an OpenSSH line; no fingerprint and no tags yet.

    The list has both, in AWS's order and a tag without value without one. The private key is in
    the response and nowhere in the file.
    """
    client = running.client()
    tags: list[TagTypeDef] = [{"key": "bare"}, {"key": "a", "value": "b"}]
    client.create_key_pair(keyPairName="tagged", tags=tags)
    response = client.create_key_pair(keyPairName="made")
    assert response["privateKeyBase64"].startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    assert response["publicKeyBase64"].startswith("ssh-rsa AAAA")
    listed = client.get_key_pair(keyPairName="made")["keyPair"]
    assert listed.keys() - response["keyPair"].keys() == {"fingerprint", "tags"}
    assert client.get_key_pair(keyPairName="tagged")["keyPair"]["tags"] == tags
    assert "operationDetails" not in response["operation"]
    line = response["privateKeyBase64"].splitlines()[5].encode()
    assert line not in running.sandbox.path.read_bytes()


def test_operation_is_over(running: Running, rsa_key: KeyFile) -> None:
    """Operations on key pairs come back terminal, and GetOperation finds them."""
    client = running.client()
    operation = client.import_key_pair(keyPairName="laptop", publicKeyBase64=rsa_key.public_line)[
        "operation"
    ]
    assert (operation["status"], operation["isTerminal"]) == ("Succeeded", True)
    assert client.get_operation(operationId=operation["id"])["operation"] == operation


@pytest.mark.parametrize("line", ["", "ssh-rsa", "ssh-rsa AAAA", "ssh-dss AAAA", "é", "\ud800"])
def test_import_refuses_what_is_no_key(running: Running, line: str) -> None:
    """What is no OpenSSH public key is refused, and leaves nothing behind."""
    client = running.client()
    refused = refusal(client.import_key_pair, keyPairName="laptop", publicKeyBase64=line)
    assert refused.code in ("InvalidInputException", "SerializationException")
    assert running.names() == []


def test_import_takes_one_plain_key(
    running: Running, rsa_key: KeyFile, ed25519_key: KeyFile, ecdsa_key: KeyFile, tmp_path: Path
) -> None:
    """One RSA or ed25519 key, with a comment and a newline; else it is refused in AWS's words.

    So are base64 of the line, a certificate, two keys in one, and ECDSA.
    """
    commands = (
        ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "authority"),
        ("ssh-keygen", "-q", "-s", "authority", "-I", "id", "-n", "ubuntu", "key.pub"),
    )
    (tmp_path / "key.pub").write_text(rsa_key.public_line + "\n")
    for command in commands:
        subprocess.run(command, cwd=tmp_path, check=True)
    import_key = running.client().import_key_pair
    for wrong in (
        base64.b64encode(rsa_key.public_line.encode()).decode(),
        (tmp_path / "key-cert.pub").read_text(),
        f"{rsa_key.public_line}\n{rsa_key.public_line}\n",
        ecdsa_key.public_line,
    ):
        assert refusal(import_key, keyPairName="laptop", publicKeyBase64=wrong) == Refusal(
            "InvalidInputException", "The format of this public key is not valid.", 400
        )
    import_key(keyPairName="laptop", publicKeyBase64=f"{rsa_key.public_line} ana@laptop\n")
    import_key(keyPairName="desk", publicKeyBase64=f"{ed25519_key.public_line} ana@desk")
    assert running.names() == ["laptop", "desk"]


def test_names_are_shared_by_all_types(running: Running, rsa_key: KeyFile) -> None:
    """A name an instance or a static address has is taken for key pairs as well."""
    running.sandbox.add_instance("us-east-1", "web-1", static_ip="web-1-address")
    client = running.client()
    for name in ("web-1", "web-1-address", "LightsailDefaultKeyPair"):
        taken = Refusal("InvalidInputException", TAKEN + name, 400)
        assert refusal(client.create_key_pair, keyPairName=name) == taken
        public = {"publicKeyBase64": rsa_key.public_line}
        assert refusal(client.import_key_pair, keyPairName=name, **public) == taken


def test_possible_names(running: Running, rsa_key: KeyFile) -> None:
    """2 to 255 letters, digits, `-`, `_` and `.` make a name; else it is refused in AWS's words."""
    client = running.client()
    for name in ("a", "-ab", "ab-", ".ab", "a b", "a/b", "é" * 3, "a" * 256):
        refused = refusal(client.create_key_pair, keyPairName=name)
        assert refused == Refusal("InvalidInputException", name + NOT_VALID, 400)
    possible = ["ab", "_a", "a.b", "a-b_c.d", "1a", "a" * 255]
    for name in possible:
        client.import_key_pair(keyPairName=name, publicKeyBase64=rsa_key.public_line)
    assert running.names() == possible


@pytest.mark.parametrize("status", [400, 404])
def test_missing_pair(start: Start, status: int) -> None:
    """A missing pair is NotFoundException, with the HTTP status the switch says."""
    client = start(f"not-found-status={status}").client()
    expected = Refusal("NotFoundException", "The KeyPair does not exist: unknown", status)
    assert refusal(client.get_key_pair, keyPairName="unknown") == expected
    assert refusal(client.delete_key_pair, keyPairName="unknown") == expected


def test_deleting_a_pair_in_use(running: Running) -> None:
    """Deleting a pair that instances use succeeds, and they still name it."""
    running.sandbox.add_key_pairs("us-east-1", ["laptop"])
    running.sandbox.add_instance("us-east-1", "web-1", key_pair_name="laptop")
    client = running.client()
    client.delete_key_pair(keyPairName="laptop")
    assert running.names() == []
    assert client.get_instances()["instances"][0]["sshKeyName"] == "laptop"


def test_expected_fingerprint_of_a_custom_pair(running: Running) -> None:
    """A wrong expected fingerprint deletes nothing; the right one is compared as spelled."""
    running.sandbox.add_key_pairs("us-east-1", ["laptop"])
    client = running.client()
    right = client.get_key_pair(keyPairName="laptop")["keyPair"]["fingerprint"]
    for wrong in ("", "aa:bb", right.lower(), right + "="):
        refused = refusal(client.delete_key_pair, keyPairName="laptop", expectedFingerprint=wrong)
        assert refused.code == "InvalidInputException"
    client.delete_key_pair(keyPairName="laptop", expectedFingerprint=right)
    assert running.names() == []


def test_an_instance_is_no_key_pair(running: Running) -> None:
    """DeleteKeyPair finds no key pair under an instance's name."""
    running.sandbox.add_instance("us-east-1", "web-1")
    refused = refusal(running.client().delete_key_pair, keyPairName="web-1")
    assert refused.message == "The KeyPair does not exist: web-1"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"keyPairName": 5}', "SerializationException"),
        (b'{"keyPairName": "ab", "kyePairName": "cd"}', "SerializationException"),
        (b'{"keyPairName": "ab", "tags": {}}', "SerializationException"),
        (b'{"keyPairName": "ab", "tags": ["a"]}', "SerializationException"),
        (b'{"keyPairName": "ab", "tags": [{"key": 1}]}', "SerializationException"),
        (b"[]", "SerializationException"),
        (b"{", "SerializationException"),
        (b"\xff", "SerializationException"),
        (b"[" * 200_000, "SerializationException"),
        (b'{"keyPairName": "\\ud800b"}', "SerializationException"),
        (b"{}", "InvalidInputException"),
        (b'{"keyPairName": null}', "InvalidInputException"),
    ],
)
def test_malformed_requests(running: Running, body: bytes, code: str) -> None:
    """Bodies that are not what the operation takes are refused, each with its code."""
    client = running.client()

    def replace(request: AWSRequest, **_: object) -> None:
        request.data = body

    client.meta.events.register("before-sign.lightsail.CreateKeyPair", replace)
    assert refusal(client.create_key_pair, keyPairName="ab").code == code
    assert running.names() == []


@pytest.mark.parametrize(
    ("setting", "spelled"),
    [
        ("pem", lambda pem: pem),
        ("unterminated", lambda pem: pem.rstrip("\n")),
        ("base64", lambda pem: base64.b64encode(pem.encode()).decode()),
        ("escaped", lambda pem: json.dumps(pem)[1:-1]),
        ("crlf", lambda pem: pem.replace("\n", "\r\n")),
        ("pkcs8", lambda pem: in_openssl("pkcs8", "-topk8", "-nocrypt", stdin=pem)),
    ],
)
def test_key_text(start: Start, setting: str, spelled: Callable[[str], str]) -> None:
    """The private key's text is spelled as the switch says."""
    pem, other = (
        start(f"key-text={each}").client().download_default_key_pair()["privateKeyBase64"]
        for each in ("pem", setting)
    )
    assert other == spelled(pem)


def in_openssl(*words: str, stdin: str) -> str:
    """What openssl makes of a key."""
    command = ("openssl", *words)
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=True).stdout


def test_other_switches(start: Start) -> None:
    """A prefix doubled as in AWS's sample, a namespace before codes, a fingerprint on creation."""
    line = start("doubled-prefix=yes").client().download_default_key_pair()["publicKeyBase64"]
    assert line.startswith("ssh-rsa ssh-rsa AAAA")
    assert line.endswith(" ")
    client = start("namespaced-type=true").client()
    assert refusal(client.get_key_pair, keyPairName="unknown").code == "NotFoundException"
    client = start("created-fingerprint=true").client()
    made = client.create_key_pair(keyPairName="made")["keyPair"]
    assert made["fingerprint"] == client.get_key_pairs()["keyPairs"][0]["fingerprint"]
