"""Private key files as they lie there: what shows of them without a passphrase. Pure."""

import re
from dataclasses import dataclass

from lskeys.keys import ciphers, kdf_rounds
from lskeys.keys.ciphers import DEK_INFO, Cipher
from lskeys.keys.der import is_whole
from lskeys.keys.encoding import KeyMaterialError, block, pem, unbase64, unwrapped
from lskeys.keys.material import PublicKey
from lskeys.keys.public import from_blob, wire_string
from lskeys.keys.ssh_loading import OPENSSH, OUTDATED_CIPHER, obstacle_for_ssh
from lskeys.model import Secret

BEGIN = re.compile(rb"-----BEGIN ((?:[A-Z0-9]+ )?PRIVATE KEY)-----")

_VISIBLE = re.compile(rb"[\t-\r -~]*")
_PKCS8_ENCRYPTED = b"ENCRYPTED PRIVATE KEY"
_PROC_TYPE = b"Proc-Type: 4,ENCRYPTED"
_DER_SEQUENCE = b"\x30"
_MAGIC = b"openssh-key-v1\0"  # PROTOCOL.key in the OpenSSH sources
_BLOCK = 16  # bytes of a cipher's block
_MIN_RATIO = {"ssh-rsa": 3}  # of the private part to the public one: n, d, p, q and q's inverse


@dataclass(frozen=True, slots=True)
class Envelope:
    """A private key's text before it is opened.

    Attributes:
        pem: The clean text.
        label: What its BEGIN line names.
        cipher: What decrypts it with its passphrase; None if it is not encrypted.
        public: The public key, where the format shows it in clear; only OpenSSH's does.
        obstacle: Why ssh cannot load the text as it was; None if it can.
    """

    pem: Secret
    label: bytes
    cipher: Cipher | None
    public: PublicKey | None
    obstacle: str | None

    @property
    def encrypted(self) -> bool:
        """Whether a passphrase is needed to open it."""
        return self.cipher is not None


def find_private(text: bytes) -> Envelope | None:
    """The one private key in a text, not yet opened, or None where there is none.

    Raises:
        KeyMaterialError: There are several, or the one is cut off or damaged.
    """
    content = unwrapped(text)
    found = block(BEGIN, content.replace(b"\\r", b"").replace(b"\\n", b"\n"))
    if found is None:
        return None
    label, body = found
    if label == b"DSA PRIVATE KEY":
        raise KeyMaterialError("it is a DSA key, which ssh does not use any more")
    if label == OPENSSH:
        cipher, public = _opened_openssh(body)
        return Envelope(
            Secret(pem(label, body)), label, cipher, public, obstacle_for_ssh(text, label)
        )
    cipher, clean = _clean_pem(label, body)
    reason = OUTDATED_CIPHER if cipher is Cipher.OUTDATED else obstacle_for_ssh(text, label)
    return Envelope(Secret(clean), label, cipher, None, reason)


def damaged() -> KeyMaterialError:
    """The error for a private key that cannot be parsed, or contradicts itself."""
    return KeyMaterialError("the private key is damaged or inconsistent")


def _clean_pem(label: bytes, body: bytes) -> tuple[Cipher | None, bytes]:
    if not _VISIBLE.fullmatch(body):
        raise damaged()
    if _PROC_TYPE not in body:
        # cryptography 45 passes over letters that are no base64; what is saved must have none.
        der = unbase64(body) or b""
        if not der.startswith(_DER_SEQUENCE):
            raise damaged()
        if label != _PKCS8_ENCRYPTED:
            return None, pem(label, body)
        if not is_whole(der):
            raise damaged()
        kdf_rounds.check_pkcs8(der)
        return ciphers.of_pkcs8(der), pem(label, body)
    found = DEK_INFO.search(body)
    if found is None or not unbase64(body[found.end() :]):
        raise damaged()
    return ciphers.of_pem(found[1]), pem(label, body[found.end() :], (_PROC_TYPE, found[0]))


def _opened_openssh(body: bytes) -> tuple[Cipher | None, PublicKey]:
    """What decrypts it, and the public key, once all of the envelope was seen.

    An envelope that is cut off behind its public part, or overwritten there, is refused.
    """
    wire = unbase64(body)
    if wire is None or not wire.startswith(_MAGIC):
        raise damaged()
    cipher, at = wire_string(wire, len(_MAGIC))
    kdf, at = wire_string(wire, at)
    options, at = wire_string(wire, at)
    blob, at = wire_string(wire, at + 4)  # behind the number of keys, which is always 1
    public = from_blob(blob)
    if cipher not in ciphers.OPENSSH or kdf not in (b"none", b"bcrypt"):
        raise KeyMaterialError(
            "the private key is encrypted with a cipher that ssh does not know",
            hint="encrypt it with another cipher where it was made",
        )
    if kdf == b"bcrypt":
        _, rounds_at = wire_string(options)
        kdf_rounds.check_bcrypt(int.from_bytes(options[rounds_at : rounds_at + 4]))
    private, at = wire_string(wire, at)
    if len(private) < _MIN_RATIO.get(public.algorithm, 1) * len(blob) or (
        len(wire) - at != ciphers.OPENSSH[cipher]
    ):
        raise KeyMaterialError("the private key is cut off", hint="copy the whole file again")
    if cipher != b"none" and not _looks_encrypted(private):
        raise damaged()
    return ciphers.of_openssh(cipher), public


def _looks_encrypted(text: bytes) -> bool:
    """Whether no block is there twice, as where a disk or a program left zeros."""
    blocks = [text[at : at + _BLOCK] for at in range(0, len(text), _BLOCK)]
    return len({*blocks}) == len(blocks)
