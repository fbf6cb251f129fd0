"""Fingerprints of keys: the four types, parsing any spelling, comparing. Pure."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Algorithm = Literal["md5", "sha1", "sha256"]

_SIZES: dict[int, Algorithm] = {16: "md5", 20: "sha1", 32: "sha256"}
_BARE_BASE64 = 32  # shorter digests in base64 look like names and need their prefix
_HEX = re.compile(r"[0-9a-f]{2}(:?[0-9a-f]{2})*", re.IGNORECASE)
_PREFIX = re.compile(r"(md5|sha1|sha256):", re.IGNORECASE)


class Comparison(StrEnum):
    """Whether a key is the one that has a fingerprint: what is not known is never "other"."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


class FingerprintType(StrEnum):
    """What a fingerprint is a digest of; AWS does not say, so all four are tried.

    MD5_SPKI: MD5 of the DER SubjectPublicKeyInfo, `openssl pkey -pubout -outform DER`.
    SHA1_PKCS8: SHA-1 of the unencrypted DER PKCS#8 private key, as EC2 does for pairs it made.
    MD5_SSH: MD5 of the SSH wire blob (RFC 4716, section 4), `ssh-keygen -l -E md5`.
    SHA256_SSH: SHA-256 of the SSH wire blob, what `ssh-keygen -l` prints.
    """

    MD5_SPKI = "md5-spki"
    SHA1_PKCS8 = "sha1-pkcs8"
    MD5_SSH = "md5-ssh"
    SHA256_SSH = "sha256-ssh"


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest parsed from text; its length determines the algorithm."""

    value: bytes

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm, by the number of bytes: 16, 20 or 32."""
        return _SIZES[len(self.value)]

    def __str__(self) -> str:
        if self.algorithm == "sha256":
            return "SHA256:" + base64.b64encode(self.value).decode().rstrip("=")
        return self.value.hex(":")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A fingerprint computed from a key: its type and the digest."""

    fingerprint_type: FingerprintType
    digest: Digest

    @property
    def spelled(self) -> str:
        """As the tool for its type prints it: `ssh-keygen` prefixes MD5 with the algorithm, too."""
        return (
            f"MD5:{self.digest}"
            if self.fingerprint_type is FingerprintType.MD5_SSH
            else str(self.digest)
        )

    def __str__(self) -> str:
        return str(self.digest)


def parse(text: str) -> Digest | None:
    """Parse any spelling of a fingerprint; None if it is not one.

    Hex with or without colons in any case, base64 with or without `=`, and the prefixes
    `MD5:`, `SHA1:` and `SHA256:` in any case. A prefix that contradicts the length is
    an error.
    The only fingerprint in a line of `ssh-keygen -l` or `openssl md5 -c` counts.
    """
    found = {digest for word in text.split() if (digest := _parse_word(word))}
    return found.pop() if len(found) == 1 else None


def _parse_word(spelled: str) -> Digest | None:
    prefix = _PREFIX.match(spelled)
    body = spelled[prefix.end() :] if prefix else spelled
    readings = (_from_hex(body), _from_base64(body))
    value = next((each for each in readings if each and len(each) in _SIZES), None)
    if value is None:
        return None
    if prefix is None and not _HEX.fullmatch(body) and len(value) != _BARE_BASE64:
        return None
    digest = Digest(value)
    if prefix and prefix[1].lower() != digest.algorithm:
        return None
    return digest


def of_public(spki: bytes, blob: bytes) -> tuple[Fingerprint, ...]:
    """The three fingerprints of a public key: DER SubjectPublicKeyInfo and SSH wire blob."""
    md5_spki, md5_ssh = (hashlib.md5(each, usedforsecurity=False) for each in (spki, blob))
    return (
        Fingerprint(FingerprintType.MD5_SPKI, Digest(md5_spki.digest())),
        Fingerprint(FingerprintType.MD5_SSH, Digest(md5_ssh.digest())),
        Fingerprint(FingerprintType.SHA256_SSH, of_blob(blob)),
    )


def of_blob(blob: bytes) -> Digest:
    """The digest of an SSH wire blob that `ssh-keygen -l` prints."""
    return Digest(hashlib.sha256(blob).digest())


def of_private(pkcs8: bytes) -> Fingerprint:
    """The fingerprint that only a private key has, from its unencrypted DER PKCS#8."""
    sha1 = hashlib.sha1(pkcs8, usedforsecurity=False)
    return Fingerprint(FingerprintType.SHA1_PKCS8, Digest(sha1.digest()))


def match(reported: str | None, candidates: Iterable[Fingerprint]) -> FingerprintType | None:
    """The type of the candidate that equals a reported fingerprint; None if none does."""
    digest = parse(reported) if reported else None
    return next((each.fingerprint_type for each in candidates if each.digest == digest), None)


def compare(reported: str | None, known: Iterable[Fingerprint]) -> Comparison:
    """Whether a key of which these fingerprints are known has the one that AWS reports.

    Only a fingerprint of the same algorithm can show it: SHA-1 is of private keys, so a
    public key, or an encrypted one, may have it or not.
    """
    digest = parse(reported) if reported else None
    digests = [each.digest for each in known]
    if digest is None or digest.algorithm not in {each.algorithm for each in digests}:
        return Comparison.UNKNOWN
    return Comparison.SAME if digest in digests else Comparison.OTHER


def same(one: str, other: str) -> bool:
    """Whether two texts are the same fingerprint; an invalid one equals nothing."""
    digest = parse(one)
    return digest is not None and digest == parse(other)


def _from_hex(body: str) -> bytes | None:
    return bytes.fromhex(body.replace(":", "")) if _HEX.fullmatch(body) else None


def _from_base64(body: str) -> bytes | None:
    bare = body.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None
