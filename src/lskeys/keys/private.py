"""Reads private keys from PEM and OpenSSH texts, including mangled ones. Pure."""

import re
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPrivateNumbers
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from lskeys.errors import LskeysError
from lskeys.keys import fingerprints
from lskeys.keys.encoding import KINDS, KeyMaterialError, block, pem, plain, unbase64
from lskeys.keys.material import PrivateKey, PublicKey
from lskeys.keys.public import describe, from_blob, wire_string
from lskeys.model import Secret

_BEGIN = re.compile(rb"-----BEGIN ((?:[A-Z0-9]+ )?PRIVATE KEY)-----")
_VISIBLE = re.compile(rb"[\t-\r -~]*")
_OPENSSH = b"OPENSSH PRIVATE KEY"
_PKCS8_ENCRYPTED = b"ENCRYPTED PRIVATE KEY"
_RFC1421_ENCRYPTED = b"Proc-Type: 4,ENCRYPTED"
_DEK_INFO = re.compile(rb"^DEK-Info: *([A-Z0-9-]+),([0-9A-F]+)\s*$", re.IGNORECASE | re.MULTILINE)
_DER_SEQUENCE = b"\x30"
_MAGIC = b"openssh-key-v1\0"  # PROTOCOL.key in the OpenSSH sources

_Loaded = RSAPrivateKey | Ed25519PrivateKey | EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Envelope:
    """The text of a private key before decryption, and what it shows without a passphrase.

    Attributes:
        pem: The clean text.
        encrypted: Whether a passphrase is needed.
        shown: The public key, if the format contains it in clear; only OpenSSH's does.
    """

    pem: Secret
    encrypted: bool
    shown: PublicKey | None


def read_private(text: bytes, *, passphrase: bytes | None = None) -> PrivateKey:
    r"""Read a private key: PEM PKCS#1, PKCS#8, SEC1 or OpenSSH.

    Tolerates base64 of the PEM, literal `\n`, CRLF, a byte order mark, text around the key and
    a missing final newline.

    Raises:
        KeyMaterialError: It is not one consistent private key, or is encrypted and no passphrase
            (or a wrong one) is given.
    """
    envelope = find_private(text)
    if envelope is None:
        raise KeyMaterialError("the text holds no private key", hint=KINDS)
    return open_private(envelope, passphrase=passphrase)


def find_private(text: bytes) -> Envelope | None:
    """The only private key in a text, not yet decrypted, or None."""
    content = plain(text)
    if b"-----BEGIN" not in content:
        content = unbase64(content.strip(b"\"' \t\r\n")) or b""
    found = block(_BEGIN, content.replace(b"\\r", b"").replace(b"\\n", b"\n"))
    if found is None:
        return None
    label, body = found
    if label == _OPENSSH:
        return _openssh_envelope(body)
    encrypted = label == _PKCS8_ENCRYPTED or _RFC1421_ENCRYPTED in body
    # cryptography 44 passes over letters that are no base64; what is saved must have none.
    has_headers = b":" in body and label != _PKCS8_ENCRYPTED
    if not has_headers and not (unbase64(body) or b"").startswith(_DER_SEQUENCE):
        raise _damaged()
    if not _VISIBLE.fullmatch(body):
        raise _damaged()
    if _RFC1421_ENCRYPTED in body and not _has_vector(body):
        raise _damaged()
    return Envelope(Secret(pem(label, body)), encrypted, shown=None)


def open_private(
    envelope: Envelope, *, passphrase: bytes | None = None, thorough: bool = True
) -> PrivateKey:
    """Parse a private key and check that it is consistent.

    Whether the factors of an RSA key are prime takes 43 ms for 2048 bits, the rest of the reading
    0.1 ms, so only a thorough reading asks; that its numbers agree is checked anyway.
    """
    if envelope.encrypted and passphrase is None:
        raise KeyMaterialError(
            "the private key is encrypted with a passphrase",
            hint="take the passphrase off a copy: ssh-keygen -p -f COPY",
        )
    key = _load(envelope, passphrase if envelope.encrypted else None, thorough=thorough)
    public = describe(key.public_key())
    if envelope.shown not in (None, public):
        raise KeyMaterialError("the halves of the private key do not belong together")
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    every = (*public.fingerprints, fingerprints.of_private(pkcs8))
    return PrivateKey(envelope.pem, public, every)


def load(key: PrivateKey) -> _Loaded:
    """The cryptography object of an unencrypted key."""
    envelope = find_private(key.pem.reveal())
    assert envelope is not None
    return _load(envelope, None, thorough=False)


def _openssh_envelope(body: bytes) -> Envelope:
    wire = unbase64(body) or b""
    if not wire.startswith(_MAGIC):
        raise _damaged()
    cipher, at = wire_string(wire, len(_MAGIC))
    _, at = wire_string(wire, at)  # the key derivation's name
    _, at = wire_string(wire, at)  # and its parameters
    blob, _ = wire_string(wire, at + 4)  # behind the number of keys, which is always 1
    return Envelope(Secret(pem(_OPENSSH, body)), cipher != b"none", from_blob(blob))


def _has_vector(body: bytes) -> bool:
    """Whether the initialization vector fills a block of its cipher (RFC 1423, section 1.1).

    Below a short one, cryptography 50 panics instead of raising.
    """
    found = _DEK_INFO.search(body)
    if found is None:
        return False
    block_size = 16 if found[1].upper().startswith(b"AES") else 8
    return len(found[2]) >= 2 * block_size


def _load(envelope: Envelope, passphrase: bytes | None, *, thorough: bool) -> _Loaded:
    text = envelope.pem.reveal()
    key: object
    try:
        if envelope.shown:  # always thorough: cryptography 44 gives no choice
            key = load_ssh_private_key(text, passphrase)
        else:
            key = load_pem_private_key(
                text, passphrase, unsafe_skip_rsa_key_validation=not thorough
            )
        consistent = _is_consistent(key)
    except UnsupportedAlgorithm:
        raise KeyMaterialError(
            "the private key is of a kind, or under a cipher, that is not read",
            hint="put a copy under the usual cipher: ssh-keygen -p -f COPY",
        ) from None
    except (LskeysError, KeyboardInterrupt, SystemExit):  # a signal came meanwhile
        raise
    except BaseException:  # noqa: BLE001  many kinds, panics among them; their texts may quote a key
        raise (_damaged() if passphrase is None else _unopened()) from None
    if not isinstance(key, _Loaded):
        raise KeyMaterialError("the private key is of a kind that is not read", hint=KINDS)
    if not consistent:
        raise _damaged()
    return key


def _is_consistent(key: object) -> bool:
    """Whether the public key stored in a private key follows from its private numbers."""
    if isinstance(key, RSAPrivateKey):
        return _agrees(key.private_numbers())
    if isinstance(key, EllipticCurvePrivateKey):  # cryptography 44 believes what the file says
        derived = derive_private_key(key.private_numbers().private_value, key.curve)
        return derived.public_key() == key.public_key()
    return True


def _agrees(key: RSAPrivateNumbers) -> bool:
    """Whether the numbers of an RSA key are consistent (RFC 8017, section 3.2)."""
    e, n = key.public_numbers.e, key.public_numbers.n
    if min(key.p, key.q) <= 1 or key.p * key.q != n:
        return False
    return (
        (key.dmp1, key.dmq1) == (key.d % (key.p - 1), key.d % (key.q - 1))
        and e * key.dmp1 % (key.p - 1) == e * key.dmq1 % (key.q - 1) == 1
        and key.iqmp * key.q % key.p == 1
    )


def _damaged() -> KeyMaterialError:
    return KeyMaterialError("the private key is damaged or inconsistent")


def _unopened() -> KeyMaterialError:
    return KeyMaterialError("the private key does not open with this passphrase")
