"""Keys that other tools made, once a session."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., None]

RECIPES = {
    "rsa": ("-t", "rsa", "-b", "2048"),
    "ed25519": ("-t", "ed25519"),
    "ecdsa-256": ("-t", "ecdsa", "-b", "256"),
    "ecdsa-384": ("-t", "ecdsa", "-b", "384"),
    "ecdsa-521": ("-t", "ecdsa", "-b", "521"),
}


def tool(*words: str | Path) -> None:
    """Run another program, which must succeed."""
    subprocess.run(words, check=True, capture_output=True)


@pytest.fixture(scope="session")
def key_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One OpenSSH private key per algorithm, with its `.pub`, as ssh-keygen makes them."""
    directory = tmp_path_factory.mktemp("openssh")
    for name, key_spec in RECIPES.items():
        tool(
            "ssh-keygen", "-q", *key_spec, "-N", "", "-C", f"{name} comment", "-f", directory / name
        )
    return {name: directory / name for name in RECIPES}


@pytest.fixture(scope="session")
def pem_files(
    key_files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The same keys in formats openssl reads, and RSA and ECDSA in each of theirs."""
    directory = tmp_path_factory.mktemp("pem")
    tool("openssl", "genpkey", "-algorithm", "ed25519", "-out", directory / "ed25519")
    tool("openssl", "genrsa", "-traditional", "-out", directory / "pkcs1", "2048")
    tool(
        "openssl",
        "pkcs8",
        "-topk8",
        "-nocrypt",
        "-in",
        directory / "pkcs1",
        "-out",
        directory / "pkcs8",
    )
    for name in ("rsa", "ecdsa-256", "ecdsa-384", "ecdsa-521"):
        (directory / name).write_bytes(key_files[name].read_bytes())
        (directory / name).chmod(0o600)
        tool("ssh-keygen", "-q", "-p", "-m", "PKCS8", "-N", "", "-f", directory / name)
    tool("openssl", "ec", "-in", directory / "ecdsa-256", "-out", directory / "sec1")
    return {each.name: each for each in directory.iterdir()}
