"""Public keys, private keys and the content of key files as values. Pure."""

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path
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
"""The kinds of key that are read; certificates and keys on security keys are not."""

_BORDER = re.compile(r"-{4,}")


def public_key_file(private: Path) -> Path:
    """The file of the public key that belongs to a private key file: next to it."""
    return private.with_name(f"{private.name}.pub")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key.

    Attributes:
        algorithm: One of `ALGORITHMS`.
        blob: SSH wire bytes (RFC 4253, section 6.6).
        spki: DER SubjectPublicKeyInfo (RFC 5280, section 4.1).
        comment: The comment, "" if there is none.
    """

    algorithm: str
    blob: bytes
    spki: bytes
    bits: int
    comment: str = ""

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """The fingerprints of the public key."""
        return fingerprints.of_public(self.spki, self.blob)

    def line(self, comment: str = "") -> str:
        """The OpenSSH line without newline; the comment cannot break it or look like PEM."""
        plain_comment = _BORDER.sub("-", comment)
        words = "".join(each if each.isprintable() else " " for each in plain_comment).split()
        return " ".join((self.algorithm, base64.b64encode(self.blob).decode(), *words))


@dataclass(frozen=True, slots=True)
class PrivateKey:
    r"""A private key, parsed and consistent.

    Attributes:
        pem: A text that ssh loads, `\n` line ends, exactly one final newline: in the format it came
            in, save that Ed25519 in PKCS#8 is in OpenSSH's.
        public: Its public key, derived from it.
        fingerprints: Those of the public key and that of the private key.
    """

    pem: Secret
    public: PublicKey
    fingerprints: tuple[Fingerprint, ...]
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class KeyFileContent:
    """The key in a file.

    Attributes:
        public: The public key; None for an encrypted PEM, which does not contain it in clear.
        private: The private key, if it is not encrypted, or was decrypted.
        encrypted: Whether there is an encrypted private key.
        obstacle: Why ssh cannot load the private key from a file like this; None if it can.
        clean: A text with the same private key that ssh loads, encrypted as the file is; None if
            there is no private key, or its format cannot be changed without the passphrase.
        is_repeated: Whether the private key is there more than once.
    """

    public: PublicKey | None
    private: PrivateKey | None = None
    encrypted: bool = False
    obstacle: str | None = None
    clean: Secret | None = field(default=None, compare=False)
    is_repeated: bool = False

    @property
    def has_private(self) -> bool:
        """Whether there is a private key: in clear, encrypted, or in a format ssh cannot load."""
        return self.private is not None or self.encrypted or self.obstacle is not None

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """The fingerprints that can be computed from what was read."""
        if self.private:
            return self.private.fingerprints
        return self.public.fingerprints if self.public else ()


@dataclass(frozen=True, slots=True)
class KeySpec:
    """A private key to generate; `bits` is for RSA only."""

    kind: Literal["rsa", "ed25519"] = "rsa"
    bits: int = 4096
