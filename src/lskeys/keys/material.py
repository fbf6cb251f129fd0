"""Keys as values, which need no cryptography: public, private, and what a file holds. Pure."""

import base64
import re
from dataclasses import dataclass
from typing import Literal

from lskeys.keys import fingerprints
from lskeys.keys.fingerprints import Fingerprint
from lskeys.model import Secret

ALGORITHMS = (
    "ssh-rsa",
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
)
"""The kinds of key that are read; certificates and keys on security tokens are not."""

_BORDER = re.compile(r"-{4,}")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key.

    Attributes:
        algorithm: One of `ALGORITHMS`.
        blob: SSH wire bytes (RFC 4253, section 6.6).
        spki: DER SubjectPublicKeyInfo (RFC 5280, section 4.1).
        bits: The size of the key.
        comment: What was written behind the key, "" where nothing was.
    """

    algorithm: str
    blob: bytes
    spki: bytes
    bits: int
    comment: str = ""

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """The forms a public key has."""
        return fingerprints.of_public(self.spki, self.blob)

    def line(self, comment: str = "") -> str:
        """The OpenSSH line, without newline; no comment can break out of it or pose as a PEM."""
        plain_comment = _BORDER.sub("-", comment)
        words = "".join(each if each.isprintable() else " " for each in plain_comment).split()
        return " ".join((self.algorithm, base64.b64encode(self.blob).decode(), *words))


@dataclass(frozen=True, slots=True)
class PrivateKey:
    r"""A private key that was parsed and found consistent.

    Attributes:
        pem: The text in the format it came in, `\n` line ends, exactly one final newline.
        public: Its public key, derived from it.
        fingerprints: Every form: the public ones and the private one.
    """

    pem: Secret
    public: PublicKey
    fingerprints: tuple[Fingerprint, ...]


@dataclass(frozen=True, slots=True)
class KeyFileContent:
    """The key in a file.

    Attributes:
        public: The public key; None for an encrypted PEM, which does not show it.
        private: The private key, where it is there in clear.
        encrypted: Whether there is a private key under a passphrase.
    """

    public: PublicKey | None
    private: PrivateKey | None = None
    encrypted: bool = False

    @property
    def has_private(self) -> bool:
        """Whether the private key is there, in clear or under a passphrase."""
        return self.private is not None or self.encrypted

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Every form that can be computed from what shows."""
        if self.private:
            return self.private.fingerprints
        return self.public.fingerprints if self.public else ()


@dataclass(frozen=True, slots=True)
class KeySpec:
    """A private key to make; `bits` counts for RSA alone."""

    kind: Literal["rsa", "ed25519"] = "rsa"
    bits: int = 4096
