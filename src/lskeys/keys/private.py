"""Reads private keys from PEM and OpenSSH texts, including mangled ones. Pure."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPrivateNumbers
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from lskeys.errors import LskeysError
from lskeys.keys import ciphers, fingerprints
from lskeys.keys.encoding import ENCRYPT_COPY, KINDS, KeyMaterialError, unbase64
from lskeys.keys.envelope import Envelope, damaged, find_private
from lskeys.keys.material import KeyFileContent, PrivateKey
from lskeys.keys.public import describe, kind_of
from lskeys.keys.ssh_loading import (
    ED25519_IN_PKCS8,
    MIN_RSA_BITS,
    OPENSSH,
    OUTDATED_CIPHER,
    RSA_PSS,
    SMALL_RSA,
)
from lskeys.model import Secret

MAX_RSA_BITS = 16_384
"""What ssh and openssl read at most; whether the factors of a longer one are prime takes hours."""

_PSS = bytes.fromhex("06092a864886f70d01010a")  # id-RSASSA-PSS in DER (RFC 4055, section 1.2)
_HEAD_OF_PKCS8 = 32  # bytes, in which the algorithm stands

_Loaded = RSAPrivateKey | Ed25519PrivateKey | EllipticCurvePrivateKey


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


def content_of(envelope: Envelope, passphrase: bytes | None = None) -> KeyFileContent:
    """What a private key file holds; an encrypted one is opened where its passphrase is given.

    Raises:
        KeyMaterialError: The key is inconsistent, or the passphrase is wrong.
    """
    if envelope.encrypted and passphrase is None:
        obstacle = envelope.obstacle
        clean = None if obstacle == OUTDATED_CIPHER else envelope.pem
        return KeyFileContent(envelope.public, encrypted=True, obstacle=obstacle, clean=clean)
    private = open_private(envelope, passphrase=passphrase, thorough=False)
    obstacle = _obstacle(private, envelope)
    return KeyFileContent(
        private.public,
        private,
        encrypted=envelope.encrypted,
        obstacle=obstacle,
        clean=None if obstacle == SMALL_RSA else private.pem,
    )


def open_private(
    envelope: Envelope, *, passphrase: bytes | None = None, thorough: bool = True
) -> PrivateKey:
    """Parse a private key and check that it is consistent.

    Whether the factors of an RSA key are prime takes 43 ms for 2048 bits, the rest of the reading
    0.1 ms, so only a thorough reading checks it; that its numbers agree is always checked.
    """
    if envelope.encrypted and passphrase is None:
        raise KeyMaterialError(
            "the private key is encrypted with a passphrase",
            hint=f"take the passphrase off a copy: {ENCRYPT_COPY}",
        )
    key = _load(envelope, passphrase if envelope.encrypted else None, thorough=thorough)
    public = describe(key.public_key())
    if envelope.public not in (None, public):
        raise KeyMaterialError("the public and the private key in it do not belong together")
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    every = (*public.fingerprints, fingerprints.of_private(pkcs8))
    return PrivateKey(_text(key, envelope, passphrase), public, every, envelope.encrypted)


def load(key: PrivateKey) -> _Loaded:
    """The cryptography object of an unencrypted key."""
    envelope = find_private(key.pem.reveal())
    assert envelope is not None
    return _load(envelope, None, thorough=False)


def _text(key: _Loaded, envelope: Envelope, passphrase: bytes | None) -> Secret:
    """The clean text, which ssh loads, under the same passphrase."""
    if isinstance(key, Ed25519PrivateKey) and envelope.label != OPENSSH:
        hidden = envelope.encrypted and passphrase
        encryption = BestAvailableEncryption(hidden) if hidden else NoEncryption()
        return Secret(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption))
    if envelope.encrypted or not _is_pss(envelope):
        return envelope.pem
    form = PrivateFormat.TraditionalOpenSSL
    return Secret(key.private_bytes(Encoding.PEM, form, NoEncryption()))


def _is_pss(envelope: Envelope) -> bool:
    """Whether a key in clear PKCS#8 says that it is for RSA-PSS only."""
    body = envelope.pem.reveal().split(b"\n")[1:-2]
    return _PSS in (unbase64(b"".join(body)) or b"")[:_HEAD_OF_PKCS8]


def _obstacle(key: PrivateKey, envelope: Envelope) -> str | None:
    if key.public.algorithm == "ssh-rsa" and key.public.bits < MIN_RSA_BITS:
        return SMALL_RSA
    if not envelope.encrypted and _is_pss(envelope):
        return envelope.obstacle or RSA_PSS
    if key.public.algorithm == "ssh-ed25519" and envelope.label != OPENSSH:
        return envelope.obstacle or ED25519_IN_PKCS8
    return envelope.obstacle


def _load(envelope: Envelope, passphrase: bytes | None, *, thorough: bool) -> _Loaded:
    load_any = load_ssh_private_key if envelope.label == OPENSSH else load_pem_private_key
    key: object
    ciphers.refuse_unread(envelope.cipher)
    try:
        key = load_any(envelope.pem.reveal(), passphrase, unsafe_skip_rsa_key_validation=True)
        consistent = _is_consistent(key, thorough=thorough)
    except UnsupportedAlgorithm:
        raise KeyMaterialError(
            "the private key is of a kind that is not read", hint=KINDS
        ) from None
    except (KeyMaterialError, LskeysError, KeyboardInterrupt, SystemExit):  # or a signal came
        raise
    except BaseException:  # noqa: BLE001  many kinds, panics among them; may quote a key
        if passphrase is None:
            raise damaged() from None
        raise KeyMaterialError("the private key does not open with this passphrase") from None
    if not isinstance(key, _Loaded):
        raise KeyMaterialError(f"it is {kind_of(key)} key, which ssh does not use", hint=KINDS)
    if not consistent:
        raise damaged()
    return key


def _is_consistent(key: object, *, thorough: bool) -> bool:
    """Whether the public key stored in a private key follows from its private numbers.

    Raises:
        ValueError: A factor is not prime.
    """
    if isinstance(key, RSAPrivateKey):
        if key.key_size > MAX_RSA_BITS:
            raise KeyMaterialError(
                f"it is an RSA key of more than {MAX_RSA_BITS} bits, which ssh refuses"
            )
        numbers = key.private_numbers()
        if thorough and _agrees(numbers):
            numbers.private_key()  # tests the factors
        return _agrees(numbers)
    if isinstance(key, EllipticCurvePrivateKey):  # cryptography 45 believes what the file says
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
