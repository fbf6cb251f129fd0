"""The SSH host keys of emulated instances, for `known_hosts`. Pure, but for chance."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from lskeys.sandbox.keys import PUBLIC_EXPONENT, RSA_BITS, openssh_line, unpadded, wire_blob


@dataclass(frozen=True, slots=True)
class HostKey:
    """A host key as GetInstanceAccessDetails reports it; `public_key` is base64."""

    algorithm: str
    public_key: str
    fingerprint_sha1: str
    fingerprint_sha256: str
    witnessed_at: datetime


def make_host_keys(witnessed_at: datetime) -> tuple[HostKey, ...]:
    """An RSA, an ECDSA and an ed25519 key, made now; their private keys are not kept.

    Any odd number serves as the RSA key's modulus, and takes no time to make.
    """
    modulus = secrets.randbits(RSA_BITS) | 1 << (RSA_BITS - 1) | 1
    lines = (
        openssh_line(rsa.RSAPublicNumbers(PUBLIC_EXPONENT, modulus).public_key()),
        openssh_line(ec.generate_private_key(ec.SECP256R1()).public_key()),
        openssh_line(ed25519.Ed25519PrivateKey.generate().public_key()),
    )
    return read_host_keys(lines, witnessed_at)


def read_host_keys(lines: Iterable[str], witnessed_at: datetime) -> tuple[HostKey, ...]:
    """The host keys of these OpenSSH lines."""
    return tuple(_host_key(line, witnessed_at) for line in lines)


def check_host_key(line: str) -> None:
    """ValueError if this is no OpenSSH line of a public key."""
    try:
        serialization.load_ssh_public_key(line.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError(f"not a host key: {line!r}") from None


def _host_key(line: str, witnessed_at: datetime) -> HostKey:
    algorithm, public_key = line.split()[:2]
    blob = wire_blob(line)
    return HostKey(
        algorithm=algorithm,
        public_key=public_key,
        fingerprint_sha1="SHA1:" + unpadded(hashlib.sha1(blob, usedforsecurity=False).digest()),
        fingerprint_sha256="SHA256:" + unpadded(hashlib.sha256(blob).digest()),
        witnessed_at=witnessed_at,
    )
