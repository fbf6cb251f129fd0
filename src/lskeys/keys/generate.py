"""Generates private keys and encrypts them with a passphrase. Pure, except for randomness."""

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from lskeys.keys.encoding import MAX_PASSPHRASE, KeyMaterialError
from lskeys.keys.material import KeySpec, PrivateKey
from lskeys.keys.private import load, read_private
from lskeys.model import Secret

_PUBLIC_EXPONENT = 65537


def make(key_spec: KeySpec) -> PrivateKey:
    """A new private key: RSA in PEM (PKCS#1), Ed25519 in OpenSSH's format.

    The key is parsed from its own text again. RSA of 4096 bits takes about a second, of 16,384
    bits minutes.
    """
    if key_spec.kind == "ed25519":
        text = ed25519.Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
        )
    else:
        text = rsa.generate_private_key(_PUBLIC_EXPONENT, key_spec.bits).private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        )
    return read_private(text)


def encrypt(key: PrivateKey, passphrase: Secret) -> PrivateKey:
    """The same key encrypted with a passphrase, in OpenSSH's format, which shows the public key.

    It is decrypted once with that passphrase before it is returned.

    Raises:
        KeyMaterialError: The passphrase is empty or too long.
    """
    words = passphrase.reveal()
    if not 0 < len(words) <= MAX_PASSPHRASE:
        raise KeyMaterialError(f"a passphrase has 1 to {MAX_PASSPHRASE} bytes")
    text = load(key).private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, BestAvailableEncryption(words)
    )
    return read_private(text, passphrase=words)
