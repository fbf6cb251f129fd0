"""The AWS CLI, unmodified, drives the sandbox; its keys are in tests/cli/test_with_aws_cli.py."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Server, environment
from tests.support.aws_clients import Running, Start, needs_aws_cli, run_aws_cli

pytestmark = needs_aws_cli
RunCLI = Callable[..., Any]


@pytest.fixture
def aws(tmp_path: Path) -> RunCLI:
    """Runs `aws lightsail …` against a server, in a home without configuration."""

    def run(server: Server, words: str, *, fails: bool = False) -> Any:  # noqa: ANN401  parsed JSON
        surroundings = {"HOME": str(tmp_path), "AWS_MAX_ATTEMPTS": "1"}
        done = run_aws_cli(surroundings | environment(server.endpoint), *words.split())
        assert (done.returncode > 0, bool(done.stderr)) == (fails, fails), done.stderr
        return done.stderr if fails else json.loads(done.stdout or "null")

    return run


def test_reads(start: Start, seeded_file: Path, aws: RunCLI) -> None:
    """Pages are joined, the default pair comes on demand; host keys and regions are read, too."""
    server = start("page-size=2", seed=seeded_file).server
    without = aws(server, "get-key-pairs")["keyPairs"]
    everything = aws(server, "get-key-pairs --include-default-key-pair")
    names = {pair["name"] for pair in everything["keyPairs"]}
    assert names - {pair["name"] for pair in without} == {DEFAULT_PAIR}
    assert set(everything) == {"keyPairs"}
    details = aws(server, "get-instance-access-details --instance-name web-1")["accessDetails"]
    assert {key["algorithm"] for key in details["hostKeys"]} == {
        *("ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519")
    }
    assert len(aws(server, "get-regions")["regions"]) == 19


def test_changes(running: Running, aws: RunCLI) -> None:
    """A key pair's life after it was made: tagged, untagged, shown, deleted by its fingerprint."""
    running.client().create_key_pair(keyPairName="made", tags=[{"key": "a", "value": "1"}])
    server = running.server
    aws(server, "tag-resource --resource-name made --tags key=b")
    aws(server, "untag-resource --resource-name made --tag-keys a")
    shown = aws(server, "get-key-pair --key-pair-name made")["keyPair"]
    assert shown["tags"] == [{"key": "b"}]
    expected = f"--expected-fingerprint {shown['fingerprint']}"
    deleted = aws(server, f"delete-key-pair --key-pair-name made {expected}")
    assert deleted["operation"]["status"] == "Succeeded"
    assert running.names() == []


def test_errors(running: Running, aws: RunCLI) -> None:
    """Errors read as AWS's do."""
    running.sandbox.add_default_key_pair("us-east-1")
    for words, code, message in (
        ("get-key-pair --key-pair-name unknown", "NotFound", "The KeyPair does not exist: unknown"),
        (
            f"delete-key-pair --key-pair-name {DEFAULT_PAIR}",
            "InvalidInput",
            "An expected fingerprint is required to delete the default key pair.",
        ),
    ):
        output = aws(running.server, words, fails=True)
        assert f"An error occurred ({code}Exception) when calling the " in output
        assert f" operation: {message}" in output
