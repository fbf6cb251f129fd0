"""Limits for what turns a passphrase into a key, which whoever made a file has chosen. Pure."""

from collections.abc import Iterator
from math import prod

from lskeys.keys.encoding import KeyMaterialError

MAX_BCRYPT = 1024
"""Rounds of bcrypt, about 5 ms each; ssh-keygen uses 24."""

MAX_PBKDF2 = 4_000_000
"""Rounds of PBKDF2, about 1 µs each; openssl uses 2048, OWASP recommends 600,000."""

MAX_SCRYPT = 2**23
"""N · r · p of scrypt, 128 bytes of memory each; openssl uses 2^17."""

_SCRYPT = bytes.fromhex("06092b06010401da47040b")  # 1.3.6.1.4.1.11591.4.11 (RFC 7914, section 7)
_INTEGER = 0x02
_CONSTRUCTED = 0x20
_LONG = 0x80  # a length of more than 127 bytes is that of as many bytes as the lower bits say


def check_bcrypt(rounds: int) -> None:
    """Refuse an OpenSSH key whose passphrase takes too long to hash.

    Raises:
        KeyMaterialError: It does.
    """
    if rounds > MAX_BCRYPT:
        raise _refused(f"{MAX_BCRYPT} rounds of bcrypt")


def check_pkcs8(der: bytes) -> None:
    """Refuse an encrypted PKCS#8 key (RFC 5958, section 3) whose passphrase takes too long to hash.

    Every number among the parameters of its encryption is a count, a length or a version.

    Raises:
        KeyMaterialError: It does.
    """
    body = next(_elements(der), (0, b""))[1]
    parameters = next(_elements(body), (0, b""))[1]
    numbers = tuple(_numbers(parameters))
    if _SCRYPT in parameters:
        if prod(numbers) > MAX_SCRYPT:
            raise _refused(f"scrypt with N · r · p = {MAX_SCRYPT}")
    elif max(numbers, default=0) > MAX_PBKDF2:
        raise _refused(f"{MAX_PBKDF2} rounds")


def _refused(limit: str) -> KeyMaterialError:
    return KeyMaterialError(
        f"hashing its passphrase would take longer than {limit}",
        hint="encrypt a copy anew: ssh-keygen -p -f COPY",
    )


def _numbers(der: bytes) -> Iterator[int]:
    """The integers in DER, those within others, too."""
    left = [der]
    while left:
        for tag, content in _elements(left.pop()):
            if tag & _CONSTRUCTED:
                left.append(content)
            elif tag == _INTEGER:
                yield int.from_bytes(content)


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element; what is cut off ends them."""
    at = 0
    while at + 2 <= len(der):
        tag, length, start = der[at], der[at + 1], at + 2
        if length & _LONG:
            start += length - _LONG
            length = int.from_bytes(der[at + 2 : start])
        at = start + length
        yield tag, der[start:at]
