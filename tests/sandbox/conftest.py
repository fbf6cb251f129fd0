"""Running sandboxes, and keys that ssh-keygen made."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest

from lskeys.sandbox import Sandbox, Switches, serve
from tests.support.aws_clients import KeyFile, Running, Start

NOW = datetime(2026, 3, 1, 12, 30, 15, 123000, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """The only time there is for a sandbox under test."""
    return NOW


@pytest.fixture(autouse=True)
def stranger(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the user's AWS configuration and proxies out of the tests."""
    for name in os.environ:
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """One session, so that botocore reads its model once."""
    return boto3.Session()


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seeded account, whose keys take a while to make."""
    path = tmp_path_factory.mktemp("seeded") / "account.db"
    Sandbox(path, now=lambda: NOW).prepare()
    return path


@pytest.fixture
def seeded(seeded_file: Path, start: Start) -> Running:
    """A running sandbox with what a new one has in it."""
    return start(seed=seeded_file)


@pytest.fixture
def start(tmp_path: Path, session: boto3.Session) -> Iterator[Start]:
    """Starts a sandbox with these switches, empty or like the file `seed`; all share one file."""
    with ExitStack() as stack:

        def begin(*settings: str, seed: Path | None = None, patience: float = 10.0) -> Running:
            switches = Switches().changed(settings)
            path = tmp_path / "account.db"
            if seed:
                shutil.copy(seed, path)
            sandbox = Sandbox(path, now=lambda: NOW, switches=switches, seed=False)
            server = stack.enter_context(serve(sandbox, patience=patience))
            return Running(sandbox, server, session)

        yield begin


@pytest.fixture
def running(start: Start) -> Running:
    """An empty account, all switches at rest."""
    return start()


def _ssh_keygen(directory: Path, *key_spec: str) -> KeyFile:
    path = directory / "key"
    command = ["ssh-keygen", "-q", *key_spec, "-N", "", "-C", "", "-f", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return KeyFile(path, path.with_suffix(".pub").read_text().strip())


@pytest.fixture(scope="session")
def rsa_key(tmp_path_factory: pytest.TempPathFactory) -> KeyFile:
    """An RSA key of 2048 bits in PKCS#1 PEM."""
    return _ssh_keygen(tmp_path_factory.mktemp("rsa"), "-t", "rsa", "-b", "2048", "-m", "PEM")


@pytest.fixture(scope="session")
def ed25519_key(tmp_path_factory: pytest.TempPathFactory) -> KeyFile:
    """An ed25519 key in OpenSSH's format."""
    return _ssh_keygen(tmp_path_factory.mktemp("ed25519"), "-t", "ed25519")


@pytest.fixture(scope="session")
def ecdsa_key(tmp_path_factory: pytest.TempPathFactory) -> KeyFile:
    """An ECDSA key, which AWS does not take."""
    return _ssh_keygen(tmp_path_factory.mktemp("ecdsa"), "-t", "ecdsa", "-b", "256")
