"""Key material: makes it, reads what was imported, spells both. Pure, but for chance."""

import base64
import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from lskeys.sandbox.errors import invalid

RSA_BITS = 2048
PUBLIC_EXPONENT = 65537
_IMPORTED = ("ssh-rsa ", "ssh-ed25519 ")
_NOT_A_KEY = "The format of this public key is not valid."

PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
PublicKey = rsa.RSAPublicKey | ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey


class Origin(StrEnum):
    """Where a key pair came from; AWS's fingerprints differ by it."""

    DEFAULT = "default"
    CREATED = "created"
    IMPORTED_RSA = "imported-rsa"
    IMPORTED_ED25519 = "imported-ed25519"


class FingerprintType(StrEnum):
    """What a reported fingerprint is a digest of; NONE reports no fingerprint at all.

    SHA256_PADDED is SHA256_SSH as EC2 spells it: base64 with padding, and no prefix.
    """

    MD5_SPKI = "md5-spki"
    SHA1_PKCS8 = "sha1-pkcs8"
    MD5_SSH = "md5-ssh"
    SHA256_SSH = "sha256-ssh"
    SHA256_PADDED = "sha256-padded"
    NONE = "none"


class KeyText(StrEnum):
    """How the text of a private key is spelled in a response."""

    PEM = "pem"
    UNTERMINATED = "unterminated"
    BASE64 = "base64"
    ESCAPED = "escaped"
    CRLF = "crlf"
    PKCS8 = "pkcs8"


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """A key's fingerprint of every type; only a private key has `sha1_pkcs8`."""

    md5_spki: str
    md5_ssh: str
    sha256_ssh: str
    sha1_pkcs8: str | None = None

    def fingerprint_type(self, fingerprint_type: FingerprintType) -> str | None:
        """One of them, or None where the key has none of that type."""
        spelled = {
            FingerprintType.MD5_SPKI: self.md5_spki,
            FingerprintType.SHA1_PKCS8: self.sha1_pkcs8,
            FingerprintType.MD5_SSH: self.md5_ssh,
            FingerprintType.SHA256_SSH: self.sha256_ssh,
            FingerprintType.SHA256_PADDED: self.sha256_ssh.removeprefix("SHA256:") + "=",
        }
        return spelled.get(fingerprint_type)


@dataclass(frozen=True, slots=True)
class KeyMaterial:
    """A key: its OpenSSH line, its fingerprints, and its PKCS#1 PEM where that is known."""

    public_line: str
    fingerprints: Fingerprints
    private_pem: str | None = field(default=None, repr=False)


def make_rsa() -> KeyMaterial:
    """A new RSA 2048 key, as AWS makes them: about 60 ms of one processor."""
    return from_private(rsa.generate_private_key(PUBLIC_EXPONENT, RSA_BITS))


def make_ed25519() -> KeyMaterial:
    """A new ed25519 public key whose private key is not kept, as if imported."""
    return _from_public(ed25519.Ed25519PrivateKey.generate().public_key())


def read_private(pem: str) -> KeyMaterial:
    """The material of an unencrypted RSA private key in PEM.

    Raises:
        ValueError: it is no RSA private key in PEM.
    """
    private = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ValueError("AWS keeps RSA private keys only")  # noqa: TRY004  the text is wrong, not its type
    return from_private(private)


def from_private(private: rsa.RSAPrivateKey) -> KeyMaterial:
    """The material of an RSA private key."""
    pkcs8 = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = to_pem(private, serialization.PrivateFormat.TraditionalOpenSSL)
    sha1 = hashlib.sha1(pkcs8, usedforsecurity=False).digest().hex(":")
    return _from_public(private.public_key(), sha1_pkcs8=sha1, private_pem=pem)


def to_pem(
    private: PrivateKey,
    private_format: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8,
) -> str:
    """A private key in PEM, not encrypted."""
    encryption = serialization.NoEncryption()
    return private.private_bytes(serialization.Encoding.PEM, private_format, encryption).decode()


def read_imported(line: str) -> tuple[Origin, KeyMaterial]:
    """Read what ImportKeyPair was sent: one raw OpenSSH line, ssh-rsa or ssh-ed25519.

    Raises:
        ServiceError: anything else: base64 of such a line, a certificate, several lines.
    """
    line = line.strip()
    if not line.startswith(_IMPORTED) or len(line.splitlines()) > 1:
        raise invalid(_NOT_A_KEY)
    try:
        public = serialization.load_ssh_public_key(line.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise invalid(_NOT_A_KEY) from None
    if isinstance(public, rsa.RSAPublicKey):
        return Origin.IMPORTED_RSA, _from_public(public)
    if isinstance(public, ed25519.Ed25519PublicKey):
        return Origin.IMPORTED_ED25519, _from_public(public)
    raise invalid(_NOT_A_KEY)


def spell_private(pem: str, text: KeyText) -> str:
    """The private key text of a response; `pem` is PKCS#1 with a final line end."""
    if text is KeyText.PKCS8:
        private = serialization.load_pem_private_key(pem.encode(), password=None)
        assert isinstance(private, rsa.RSAPrivateKey)
        return to_pem(private)
    spelled = {
        KeyText.PEM: pem,
        KeyText.UNTERMINATED: pem.rstrip("\n"),
        KeyText.BASE64: base64.b64encode(pem.encode()).decode(),
        KeyText.ESCAPED: pem.replace("\n", "\\n"),
        KeyText.CRLF: pem.replace("\n", "\r\n"),
    }
    return spelled[text]


def spell_public(line: str, *, doubled_prefix: bool) -> str:
    """The public key text of a response; doubled, it is as AWS's published sample has it."""
    return f"{line.split(maxsplit=1)[0]} {line} " if doubled_prefix else line


def openssh_line(public: PublicKey) -> str:
    """The OpenSSH line of a public key: algorithm and base64, no comment."""
    return public.public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    ).decode()


def wire_blob(line: str) -> bytes:
    """The SSH wire encoding inside an OpenSSH line (RFC 4253, section 6.6)."""
    return base64.b64decode(line.split()[1])


def unpadded(digest: bytes) -> str:
    """A digest as ssh-keygen prints it: base64 without padding."""
    return base64.b64encode(digest).decode().rstrip("=")


def _from_public(
    public: PublicKey, *, sha1_pkcs8: str | None = None, private_pem: str | None = None
) -> KeyMaterial:
    line = openssh_line(public)
    blob = wire_blob(line)
    spki = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    fingerprints = Fingerprints(
        md5_spki=hashlib.md5(spki, usedforsecurity=False).digest().hex(":"),
        md5_ssh=hashlib.md5(blob, usedforsecurity=False).digest().hex(":"),
        sha256_ssh=f"SHA256:{unpadded(hashlib.sha256(blob).digest())}",
        sha1_pkcs8=sha1_pkcs8,
    )
    return KeyMaterial(line, fingerprints, private_pem)
