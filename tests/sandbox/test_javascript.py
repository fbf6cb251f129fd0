"""The AWS SDK for JavaScript, which shares no code with botocore, drives the sandbox."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lskeys.sandbox import DEFAULT_PAIR, environment
from tests.support.aws_clients import KeyFile, Start

MODULES = os.environ.get("LSKEYS_TEST_NODE_MODULES")
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    MODULES is None or NODE is None,
    reason="no AWS SDK for JavaScript: `npm install @aws-sdk/client-lightsail` somewhere and put "
    "the path of its node_modules in LSKEYS_TEST_NODE_MODULES",
)


@pytest.fixture
def seen(start: Start, rsa_key: KeyFile) -> Any:  # noqa: ANN401  parsed JSON
    """What the script saw."""
    assert MODULES is not None
    assert NODE is not None
    running = start("page-size=2")
    running.sandbox.add_key_pairs("us-east-1", ["one", "two", "three"])
    running.sandbox.add_instance("us-east-1", "web-1", key_pair_name="one")
    surroundings = {"PATH": os.environ["PATH"], "LSKEYS_TEST_NODE_MODULES": MODULES}
    done = subprocess.run(
        [NODE, Path(__file__).parents[1] / "support" / "drive.mjs", rsa_key.public_line],
        env=surroundings | environment(running.server.endpoint),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_another_sdk_understands_everything(seen: Any) -> None:  # noqa: ANN401  parsed JSON
    """Pages, keys, tags, dates, errors and operations reach the SDK as its own types."""
    assert seen["before"] == {"found": ["one", "two", "three"], "pages": 2}
    assert seen["after"]["found"] == ["one", "two", "three", "made", "laptop", DEFAULT_PAIR]
    assert seen["created"]["privateKeyBase64"].startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    assert seen["created"]["keyPair"]["createdAt"] == "2026-03-01T12:30:15.123Z"
    assert seen["downloaded"]["publicKeyBase64"].startswith("ssh-rsa AAAA")
    assert seen["shown"]["tags"] == [{"key": "b", "value": "1"}]
    assert seen["shown"]["location"] == {"availabilityZone": "all", "regionName": "us-east-1"}
    assert seen["operation"] == seen["deleted"]
    assert seen["instances"][0]["sshKeyName"] == "one"
    assert seen["regions"] == 19
    assert {name: (seen[name]["name"], seen[name]["kind"]) for name in ("missing", "taken")} == {
        "missing": ("NotFoundException", True),
        "taken": ("InvalidInputException", True),
    }
    assert seen["taken"]["message"] == "Some names are already in use: made"
    assert seen["taken"]["tip"]
    assert seen["unguarded"]["name"] == "InvalidInputException"
