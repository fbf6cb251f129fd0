"""Keys that are made here, as ssh-keygen and openssl see them."""

import subprocess
from pathlib import Path

import pytest

from lskeys import keys
from lskeys.keys import KeyMaterialError, PrivateKey
from lskeys.keys.fingerprints import FingerprintType
from lskeys.keys.material import KeySpec
from lskeys.model import Secret
from tests.support.cli_keys import said
from tests.support.saved_keys import put_key

PASSPHRASE = Secret("gr\u00fcn #1".encode())
KINDS = {"rsa": KeySpec("rsa", 2048), "ed25519": KeySpec("ed25519")}
BEGINS = {"rsa": b"-----BEGIN RSA PRIVATE KEY-----", "ed25519": b"-----BEGIN OPENSSH PRIVATE KEY"}


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of key that is made."""
    return str(request.param)


@pytest.fixture(scope="module")
def key(kind: str) -> PrivateKey:
    """A new key of that kind."""
    return keys.make(KINDS[kind])


def opened(path: Path, passphrase: str = "") -> str:
    """The public key that `ssh-keygen -y` derives with a passphrase, without comment."""
    derived = said("ssh-keygen", "-y", "-P", passphrase, "-f", path).decode()
    return " ".join(derived.split()[:2])


def test_ssh_keygen_takes_it(tmp_path: Path, key: PrivateKey) -> None:
    """It derives the public key we do, without a passphrase; fingerprint and size are the same."""
    path = put_key(tmp_path / "key", key)
    assert opened(path) == key.public.line()
    known = {each.fingerprint_type: str(each) for each in key.fingerprints}
    size, shown, *_ = said("ssh-keygen", "-l", "-f", path).decode().split()
    assert (int(size), shown) == (key.public.bits, known[FingerprintType.SHA256_SSH])


def test_its_format(kind: str, key: PrivateKey) -> None:
    """RSA is PKCS#1 as AWS hands it out, Ed25519 is OpenSSH's own; one newline ends it."""
    text = key.pem.reveal()
    assert text.startswith(BEGINS[kind])
    assert text.endswith(b"-----\n")
    assert b"\r" not in text


@pytest.mark.parametrize("bits", [2048, 2304])
def test_openssl_finds_rsa_sound(tmp_path: Path, bits: int) -> None:
    """`openssl rsa -check` accepts it; it has the size that is wanted and the exponent 65537."""
    path = put_key(tmp_path / "key", keys.make(KeySpec("rsa", bits)))
    shown = said("openssl", "rsa", "-in", path, "-check", "-noout", "-text").decode()
    assert "RSA key ok" in shown
    assert "publicExponent: 65537" in shown
    assert f"({bits} bit" in shown


def test_no_two_are_alike(kind: str, key: PrivateKey) -> None:
    """Each key is new."""
    assert keys.make(KINDS[kind]).public.blob != key.public.blob


def test_encrypted(tmp_path: Path, key: PrivateKey) -> None:
    """`ssh-keygen -y` opens it with its passphrase, and with no other; every fingerprint is kept.

    Which key it is shows without the passphrase.
    """
    encrypted = keys.encrypt(key, PASSPHRASE)
    path = put_key(tmp_path / "key", encrypted)
    assert opened(path, PASSPHRASE.reveal().decode()) == key.public.line()
    for words in ("", "wrong"):
        with pytest.raises(subprocess.CalledProcessError):
            opened(path, words)
    assert encrypted.fingerprints == key.fingerprints
    shown = keys.read_local(encrypted.pem.reveal())
    assert shown is not None
    assert (shown.public, shown.encrypted) == (key.public, True)


@pytest.mark.parametrize("words", [b"", b"x" * 1024])
def test_impossible_passphrase(key: PrivateKey, words: bytes) -> None:
    """An empty passphrase encrypts nothing, and too long a one is refused in our words."""
    with pytest.raises(KeyMaterialError, match="a passphrase has 1 to 1023 bytes"):
        keys.encrypt(key, Secret(words))


def test_longest_passphrase(key: PrivateKey) -> None:
    """The longest one that is taken works."""
    assert keys.encrypt(key, Secret(b"x" * 1023)).public == key.public
