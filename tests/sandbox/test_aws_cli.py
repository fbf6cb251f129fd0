"""The AWS CLI, unmodified, drives the sandbox."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Server, environment
from tests.support.aws_clients import KeyFile, Running, Start

PROGRAM = os.environ.get("LSKEYS_TEST_AWS") or shutil.which("aws")

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="no AWS CLI: put `aws` on PATH or its path in LSKEYS_TEST_AWS"
)

Ask = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Runs `aws lightsail …` against a server, in a home without configuration."""

    def run(server: Server, *words: str) -> subprocess.CompletedProcess[str]:
        assert PROGRAM is not None
        surroundings = {
            "HOME": str(tmp_path),
            "PATH": os.environ["PATH"],
            "AWS_PAGER": "",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_DEFAULT_OUTPUT": "json",
        }
        return subprocess.run(
            [PROGRAM, "lightsail", *words],
            env=surroundings | environment(server.endpoint),
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def response(done: subprocess.CompletedProcess[str]) -> Any:  # noqa: ANN401  parsed JSON
    """The JSON of a call that succeeded."""
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_lists(start: Start, ask: Ask) -> None:
    """Pages are joined, and the default pair comes only on demand."""
    running = start("page-size=2", seed=True)
    without = response(ask(running.server, "get-key-pairs"))["keyPairs"]
    everything = response(ask(running.server, "get-key-pairs", "--include-default-key-pair"))
    names = {pair["name"] for pair in everything["keyPairs"]}
    assert names - {pair["name"] for pair in without} == {DEFAULT_PAIR}
    assert set(everything) == {"keyPairs"}


def test_creates_tags_and_deletes(running: Running, ask: Ask) -> None:
    """A key pair's life: created with a tag, tagged, untagged, shown, deleted."""
    name = ("--key-pair-name", "made")
    resource = ("--resource-name", "made")
    response(ask(running.server, "create-key-pair", *name, "--tags", "key=a,value=1"))
    response(ask(running.server, "tag-resource", *resource, "--tags", "key=b"))
    response(ask(running.server, "untag-resource", *resource, "--tag-keys", "a"))
    shown = response(ask(running.server, "get-key-pair", *name))["keyPair"]
    assert shown["tags"] == [{"key": "b"}]
    fingerprint = ("--expected-fingerprint", shown["fingerprint"])
    deleted = response(ask(running.server, "delete-key-pair", *name, *fingerprint))
    assert deleted["operation"]["status"] == "Succeeded"
    assert running.names() == []


def test_imports(running: Running, ask: Ask, ed25519_key: KeyFile) -> None:
    """A public key file is imported as `file://` hands it over."""
    words = ("--key-pair-name", "laptop", "--public-key-base64")
    public = f"file://{ed25519_key.path}.pub"
    operation = response(ask(running.server, "import-key-pair", *words, public))["operation"]
    assert operation["operationType"] == "ImportKeyPair"
    assert running.names() == ["laptop"]


def test_downloaded_key_opens(running: Running, ask: Ask, tmp_path: Path) -> None:
    """The default private key, written down as text output gives it, opens with ssh-keygen."""
    words = ("--query", "privateKeyBase64", "--output", "text")
    done = ask(running.server, "download-default-key-pair", *words)
    path = tmp_path / "default.pem"
    path.touch(mode=0o600)
    path.write_text(done.stdout)
    opened = subprocess.run(
        ["ssh-keygen", "-y", "-f", path], capture_output=True, text=True, check=True
    )
    public = running.client().download_default_key_pair()["publicKeyBase64"]
    assert opened.stdout.strip() == public


def test_instances_and_regions(start: Start, ask: Ask) -> None:
    """Instances, host keys and regions come as the CLI knows them."""
    server = start(seed=True).server
    instances = response(ask(server, "get-instances"))["instances"]
    details = response(
        ask(server, "get-instance-access-details", "--instance-name", "web-1", "--protocol", "ssh")
    )["accessDetails"]
    regions = response(ask(server, "get-regions"))["regions"]
    assert {instance["username"] for instance in instances} == {
        *("ubuntu", "bitnami", "Administrator")
    }
    assert {key["algorithm"] for key in details["hostKeys"]} == {
        *("ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519")
    }
    assert len(regions) == 19


@pytest.mark.parametrize(
    ("verb", "name", "code", "message"),
    [
        ("get-key-pair", "nobody", "NotFoundException", "The KeyPair does not exist: nobody"),
        (
            *("delete-key-pair", DEFAULT_PAIR, "InvalidInputException"),
            "An expected fingerprint is required to delete the default key pair.",
        ),
        ("create-key-pair", "a", "InvalidInputException", "a is not a valid resource name."),
    ],
)
def test_errors(running: Running, ask: Ask, verb: str, name: str, code: str, message: str) -> None:  # noqa: PLR0913, PLR0917  two fixtures and the four parts of a case
    """Errors read as AWS's do."""
    running.sandbox.add_default_key_pair("us-east-1")
    done = ask(running.server, verb, "--key-pair-name", name)
    assert done.returncode > 0
    assert f"An error occurred ({code}) when calling the " in done.stderr
    assert f" operation: {message}" in done.stderr
