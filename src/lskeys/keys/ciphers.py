"""The cipher that an encrypted private key file names in clear, and what decrypts it. Pure."""

import re
from enum import Enum

from lskeys.keys import der
from lskeys.keys.encoding import ENCRYPT_COPY, KeyMaterialError


class Cipher(Enum):
    """How the cipher of an encrypted file is known.

    `READ` is decrypted by cryptography and by ssh, `UNREAD` by ssh alone, `OUTDATED` by no ssh that
    is linked with OpenSSL 3, which left it to its legacy provider.
    """

    READ = "decrypted with the passphrase"
    UNREAD = "decrypted by ssh only"
    OUTDATED = "decrypted by openssl's legacy provider only"


ENCRYPT_ANEW = "openssl pkcs8 -topk8 -provider default -provider legacy"
"""Decrypts with an outdated cipher and encrypts with a current one; prompts for passphrases."""

OPENSSH = {  # what ssh knows (cipher.c), and the bytes of the tag behind the private part
    b"none": 0,
    b"3des-cbc": 0,
    **{b"aes%d-%s" % (bits, mode): 0 for bits in (128, 192, 256) for mode in (b"cbc", b"ctr")},
    b"aes128-gcm@openssh.com": 16,
    b"aes256-gcm@openssh.com": 16,
    b"chacha20-poly1305@openssh.com": 16,
}
_READ_OPENSSH = frozenset({b"aes256-ctr", b"aes256-cbc", b"aes256-gcm@openssh.com"})

# With an initialization vector of the length of its cipher's block (RFC 1423, section 1.1): below a
# shorter one, cryptography 50 panics instead of raising.
DEK_INFO = re.compile(
    rb"DEK-Info: ((?:AES|ARIA|CAMELLIA|SEED|SM4)-[0-9A-Z-]+(?=,[0-9A-F]{32})"
    rb"|(?:BF|CAST5|DES|DESX|IDEA|RC2|RC5)-[0-9A-Z-]+(?=,[0-9A-F]{16})),[0-9A-F]{16,32}"
)
_READ_DEK = frozenset({b"AES-128-CBC", b"AES-256-CBC", b"DES-EDE3-CBC"})
_OUTDATED_DEK = re.compile(rb"(?:BF|CAST5|DES(?!-EDE)|DESX|IDEA|RC2|RC5|SEED)-")

_READ_PKCS8 = frozenset(
    {
        "1.2.840.113549.1.12.1.3",  # SHA-1 and 3DES, as in PKCS#12
        "1.2.840.113549.1.5.13",  # PBES2: the rest are its parts
        "1.2.840.113549.1.5.12",  # PBKDF2
        "1.3.6.1.4.1.11591.4.11",  # scrypt
        *(f"1.2.840.113549.2.{number}" for number in (7, 8, 9, 10, 11)),  # HMAC-SHA1 to -SHA512
        "1.2.840.113549.3.7",  # 3DES
        *(f"2.16.840.1.101.3.4.1.{number}" for number in (2, 22, 42)),  # AES in CBC mode
    }
)
_OUTDATED_PKCS8 = (
    *(f"1.2.840.113549.1.5.{number}." for number in (1, 3, 4, 6, 10, 11)),  # PBES1: DES, RC2
    *(f"1.2.840.113549.1.12.1.{number}." for number in (1, 2, 5, 6)),  # RC4, RC2, as in PKCS#12
    *(f"1.2.840.113549.3.{number}." for number in (2, 4, 8, 9)),  # RC2, RC4, RC5
    *(f"1.3.14.3.2.{number}." for number in (6, 7, 8, 9)),  # DES
    "1.2.840.113533.7.66.10.",  # CAST5
    "1.3.6.1.4.1.3029.1.",  # Blowfish
    "1.2.410.200004.1.",  # SEED
    "1.3.6.1.4.1.188.7.",  # IDEA
)


def of_openssh(name: bytes) -> Cipher | None:
    """By its name in an OpenSSH file; None for `none`."""
    if name == b"none":
        return None
    return Cipher.READ if name in _READ_OPENSSH else Cipher.UNREAD


def of_pem(name: bytes) -> Cipher:
    """By its name in a DEK-Info header (RFC 1421, section 4.6.1.3)."""
    if _OUTDATED_DEK.match(name):
        return Cipher.OUTDATED
    return Cipher.READ if name in _READ_DEK else Cipher.UNREAD


def of_pkcs8(content: bytes) -> Cipher:
    """By the object identifiers in the first element of EncryptedPrivateKeyInfo (RFC 5958)."""
    algorithm = der.first(der.first(content))
    found = {_dotted(each) for each in der.contents(algorithm, der.OBJECT_IDENTIFIER)}
    if any(f"{each}.".startswith(_OUTDATED_PKCS8) for each in found):
        return Cipher.OUTDATED
    return Cipher.READ if found <= _READ_PKCS8 else Cipher.UNREAD


def refuse_unread(cipher: Cipher | None) -> None:
    """Refuse a private key that no passphrase opens here.

    Raises:
        KeyMaterialError: Its cipher is not read.
    """
    if cipher is Cipher.UNREAD:
        raise KeyMaterialError(
            "the private key is encrypted with a cipher that is not read",
            hint=f"encrypt a copy with the usual cipher: {ENCRYPT_COPY}",
        )
    if cipher is Cipher.OUTDATED:
        raise outdated()


def outdated() -> KeyMaterialError:
    """The error for a private key under a cipher that ssh does not decrypt any more."""
    return KeyMaterialError(
        "the private key is encrypted with an outdated cipher, which ssh does not decrypt",
        hint=f"encrypt a copy with a current cipher: {ENCRYPT_ANEW} -in FILE -out COPY",
    )


def _dotted(content: bytes) -> str:
    """An object identifier as it is written (X.690, section 8.19)."""
    numbers, number = [], 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:  # noqa: PLR2004  the last byte of a number
            numbers.append(number)
            number = 0
    root = min(numbers[0] // 40, 2) if numbers else 0
    return ".".join(map(str, (root, *(numbers[:1] and [numbers[0] - 40 * root]), *numbers[1:])))
