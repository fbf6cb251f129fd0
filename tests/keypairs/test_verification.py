"""Verification: what DownloadDefaultKeyPair hands out, against what GetKeyPairs reports."""

import subprocess
from pathlib import Path

import pytest

from lskeys.errors import RefusedError, RemoteError
from lskeys.keypairs.verification import verify
from lskeys.model import DEFAULT_PAIR, DefaultKey, KeyPair, Secret
from tests.support.key_files import tool

REGION = "eu-west-1"


def public_line(path: Path) -> str:
    """As ssh-keygen derives it."""
    derived = subprocess.run(("ssh-keygen", "-y", "-f", path), check=True, capture_output=True)
    return derived.stdout.decode().strip()


def sha256_of(path: Path) -> str:
    """As ssh-keygen prints it."""
    listed = subprocess.run(("ssh-keygen", "-l", "-f", path), check=True, capture_output=True)
    return listed.stdout.decode().split()[1]


def handed_out(private: bytes, public: str | None) -> DefaultKey:
    """An answer of DownloadDefaultKeyPair."""
    return DefaultKey(Secret(private), public, None)


def reported(fingerprint: str | None) -> KeyPair:
    """The default pair as GetKeyPairs reports it."""
    return KeyPair(DEFAULT_PAIR, REGION, fingerprint=fingerprint)


@pytest.fixture(scope="module")
def own(pem_files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key that was handed out."""
    path = tmp_path_factory.mktemp("own") / "key"
    path.touch(mode=0o600)
    path.write_bytes(pem_files["pkcs1"].read_bytes())
    return path


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another key."""
    path = tmp_path_factory.mktemp("foreign") / "key"
    tool("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f", path)
    return path


def test_verified(own: Path) -> None:
    """Both halves and the fingerprint belong together: the form that matched is reported."""
    found = verify(handed_out(own.read_bytes(), public_line(own)), reported(sha256_of(own)), REGION)
    assert found.fingerprint_type == "sha256-ssh"
    assert found.private_key.pem.reveal() == own.read_bytes()


def test_doubled_prefix(own: Path) -> None:
    """AWS's own sample of a public key is understood."""
    line = f"ssh-rsa {public_line(own)} "
    assert (
        verify(handed_out(own.read_bytes(), line), reported(None), REGION).fingerprint_type is None
    )


@pytest.mark.parametrize("pair", [None, reported(None)], ids=["no pair", "no fingerprint"])
def test_unverified(own: Path, pair: KeyPair | None) -> None:
    """Without a reported fingerprint nothing matches, and that is no failure."""
    assert (
        verify(handed_out(own.read_bytes(), public_line(own)), pair, REGION).fingerprint_type
        is None
    )


@pytest.mark.parametrize("public", [None, ""])
def test_no_public_half(own: Path, public: str | None) -> None:
    """A missing public key leaves the fingerprint to decide."""
    found = verify(handed_out(own.read_bytes(), public), reported(sha256_of(own)), REGION)
    assert found.fingerprint_type is not None


def test_other_fingerprint(own: Path, foreign: Path) -> None:
    """A key that is whole in itself and has another fingerprint is refused."""
    with pytest.raises(RefusedError, match="does not have the fingerprint"):
        verify(handed_out(own.read_bytes(), public_line(own)), reported(sha256_of(foreign)), REGION)


def test_other_halves(own: Path, foreign: Path) -> None:
    """The right private key beside another's public one is refused."""
    with pytest.raises(RefusedError, match="do not belong together"):
        verify(handed_out(own.read_bytes(), public_line(foreign)), reported(sha256_of(own)), REGION)


@pytest.mark.parametrize("public", ["ssh-rsa", "garbage", "ssh-rsa AAAA", "\udcff\x1b[31m", " "])
def test_no_public_key(own: Path, public: str) -> None:
    """A public key that is no key does not belong to the private one."""
    with pytest.raises(RefusedError, match="do not belong together"):
        verify(handed_out(own.read_bytes(), public), reported(sha256_of(own)), REGION)


def test_unreadable_report(own: Path) -> None:
    """A report that is no fingerprint is matched by no key, and is not taken for none."""
    with pytest.raises(RefusedError, match="does not have the fingerprint"):
        verify(handed_out(own.read_bytes(), public_line(own)), reported("unknown"), REGION)


@pytest.mark.parametrize("cut", [0, 40, 900, -40])
def test_no_private_key(own: Path, cut: int) -> None:
    """A text that is no whole private key is AWS's failure."""
    with pytest.raises(RemoteError, match="is no usable key"):
        verify(handed_out(own.read_bytes()[:cut], None), reported(None), REGION)


def test_error_quotes_no_key(own: Path) -> None:
    """What is reported of a damaged key has no line of it, nor has the error behind it."""
    damaged = own.read_bytes().replace(b"A", b"B")
    with pytest.raises(RemoteError) as raised:
        verify(handed_out(damaged, None), reported(None), REGION)
    error = raised.value
    told = f"{error.message} {error.hint} {error.__cause__!r}"
    assert [line for line in damaged.decode().split() if len(line) > 60 and line in told] == []
