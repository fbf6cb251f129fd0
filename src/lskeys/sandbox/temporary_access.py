"""Temporary access to an instance: a key, and a certificate for it. Pure, but for chance."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import SSHCertificateBuilder, SSHCertificateType

from lskeys.sandbox.keys import KeyMaterial, openssh_line, to_pem
from lskeys.sandbox.resources import DEFAULT_PAIR, Instance, KeyPair

AUTHORITY = "authority"
"""The setting that keeps the certificate authority's private key."""

LASTS = timedelta(minutes=10)
_SKEW = timedelta(minutes=1)
_EXTENSIONS = (
    b"permit-X11-forwarding",
    b"permit-agent-forwarding",
    b"permit-port-forwarding",
    b"permit-pty",
    b"permit-user-rc",
)


@dataclass(frozen=True, slots=True)
class TemporaryAccess:
    """What opens an instance until `expires_at`."""

    private_key: str = field(repr=False)
    certificate: str
    expires_at: datetime


def make_authority() -> str:
    """A new certificate authority: the PEM of its ed25519 private key."""
    return to_pem(ed25519.Ed25519PrivateKey.generate())


def authority_line(authority: str) -> str:
    """The authority's public key, for sshd's TrustedUserCAKeys."""
    return openssh_line(_read_authority(authority).public_key())


def grant(instance: Instance, key: KeyMaterial, authority: str, now: datetime) -> TemporaryAccess:
    """Access to an instance with this RSA key, from now on; the authority signs it."""
    assert key.private_pem is not None
    public = serialization.load_ssh_public_key(key.public_line.encode())
    assert isinstance(public, rsa.RSAPublicKey)
    expires_at = now + LASTS
    builder = (
        SSHCertificateBuilder()
        .public_key(public)
        .type(SSHCertificateType.USER)
        .key_id(f"lightsail-{instance.name}".encode())
        .valid_principals([instance.username.encode()])
        .valid_after(int((now - _SKEW).timestamp()))
        .valid_before(int(expires_at.timestamp()))
    )
    for extension in _EXTENSIONS:
        builder = builder.add_extension(extension, b"")
    certificate = builder.sign(_read_authority(authority)).public_bytes().decode()
    return TemporaryAccess(key.private_pem, certificate, expires_at)


def windows_password(instance: Instance) -> str:
    """The first password of a Windows instance, always the same."""
    digest = hashlib.sha256(f"password: {instance.identifier}".encode()).digest()
    return base64.urlsafe_b64encode(digest)[:20].decode()


def encrypted_password(instance: Instance, pair: KeyPair | None) -> str:
    """The password, encrypted with the instance's key pair: base64, as EC2 does it.

    Empty for the default pair, whose private key Lightsail has, and for what is no RSA key.
    """
    if pair is None or pair.name == DEFAULT_PAIR:
        return ""
    public = serialization.load_ssh_public_key(pair.material.public_line.encode())
    if not isinstance(public, rsa.RSAPublicKey):
        return ""
    password = windows_password(instance).encode()
    return base64.b64encode(public.encrypt(password, padding.PKCS1v15())).decode()


def _read_authority(authority: str) -> ed25519.Ed25519PrivateKey:
    private = serialization.load_pem_private_key(authority.encode(), password=None)
    assert isinstance(private, ed25519.Ed25519PrivateKey)
    return private
