"""Keys that are made here, as ssh-keygen and openssl see them."""

import subprocess
from pathlib import Path

import pytest

from lskeys import keys
from lskeys.keys import KeyMaterialError, PrivateKey
from lskeys.keys.fingerprints import FingerprintType
from lskeys.keys.material import KeySpec
from lskeys.model import Secret

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


def said(*words: str | Path) -> str:
    """What a program prints; it must succeed."""
    return subprocess.run(words, capture_output=True, check=True, text=True).stdout.strip()


def written(directory: Path, key: PrivateKey) -> Path:
    """The key as a file."""
    path = directory / "key"
    path.touch(mode=0o600)
    path.write_bytes(key.pem.reveal())
    return path


def test_ssh_keygen_opens_it(tmp_path: Path, key: PrivateKey) -> None:
    """`ssh-keygen -y` derives the public key we do, without a passphrase."""
    path = written(tmp_path, key)
    derived = said("ssh-keygen", "-y", "-P", "", "-f", path)
    assert " ".join(derived.split()[:2]) == key.public.line()


def test_ssh_keygen_lists_it(tmp_path: Path, key: PrivateKey) -> None:
    """`ssh-keygen -l` shows the fingerprint and the size we do."""
    known = {each.fingerprint_type: str(each) for each in key.fingerprints}
    size, shown, *_ = said("ssh-keygen", "-l", "-f", written(tmp_path, key)).split()
    assert (int(size), shown) == (key.public.bits, known[FingerprintType.SHA256_SSH])


def test_its_format(kind: str, key: PrivateKey) -> None:
    """RSA is PKCS#1 as AWS hands it out, Ed25519 is OpenSSH's own; one newline ends it."""
    text = key.pem.reveal()
    assert text.startswith(BEGINS[kind])
    assert text.endswith(b"-----\n")
    assert b"\r" not in text


def test_openssl_finds_rsa_sound(tmp_path: Path) -> None:
    """`openssl rsa -check` has nothing against it, and the public exponent is 65537."""
    path = written(tmp_path, keys.make(KeySpec("rsa", 2048)))
    shown = said("openssl", "rsa", "-in", path, "-check", "-noout", "-text")
    assert "RSA key ok" in shown
    assert "publicExponent: 65537" in shown


def test_size(tmp_path: Path) -> None:
    """An RSA key has the size that is asked for, even an odd one."""
    path = written(tmp_path, keys.make(KeySpec("rsa", 2304)))
    assert said("ssh-keygen", "-l", "-f", path).split()[0] == "2304"


def test_no_two_are_alike(kind: str, key: PrivateKey) -> None:
    """Each key is new."""
    assert keys.make(KINDS[kind]).public.blob != key.public.blob


def test_encrypted_opens_with_its_passphrase(tmp_path: Path, key: PrivateKey) -> None:
    """`ssh-keygen -y` opens it with the passphrase, and finds the same key."""
    path = written(tmp_path, keys.encrypt(key, PASSPHRASE))
    words = PASSPHRASE.reveal().decode()
    derived = said("ssh-keygen", "-y", "-P", words, "-f", path)
    assert " ".join(derived.split()[:2]) == key.public.line()


def test_encrypted_does_not_open_without(tmp_path: Path, key: PrivateKey) -> None:
    """Neither none nor a wrong passphrase opens it."""
    path = written(tmp_path, keys.encrypt(key, PASSPHRASE))
    for words in ("", "wrong"):
        ended = subprocess.run(
            ("ssh-keygen", "-y", "-P", words, "-f", path), capture_output=True, check=False
        )
        assert (ended.returncode, ended.stdout) == (255, b"")


def test_encrypted_shows_its_public_half(key: PrivateKey) -> None:
    """It is still known which key it is."""
    shown = keys.read_local(keys.encrypt(key, PASSPHRASE).pem.reveal())
    assert shown is not None
    assert shown.public == key.public
    assert shown.encrypted


def test_encrypted_keeps_every_fingerprint(key: PrivateKey) -> None:
    """It is the same key in every form, that of the private key included."""
    assert keys.encrypt(key, PASSPHRASE).fingerprints == key.fingerprints


@pytest.mark.parametrize("words", [b"", b"x" * 1024])
def test_impossible_passphrase(key: PrivateKey, words: bytes) -> None:
    """An empty passphrase encrypts nothing, and too long a one is refused in our words."""
    with pytest.raises(KeyMaterialError, match="a passphrase has 1 to 1023 bytes"):
        keys.encrypt(key, Secret(words))


def test_longest_passphrase(key: PrivateKey) -> None:
    """The longest one that is taken works."""
    assert keys.encrypt(key, Secret(b"x" * 1023)).public == key.public
