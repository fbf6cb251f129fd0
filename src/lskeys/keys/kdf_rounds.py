"""Limits for what turns a passphrase into a key, which whoever made a file has chosen. Pure."""

from math import prod

from lskeys.keys import der
from lskeys.keys.encoding import ENCRYPT_COPY, KeyMaterialError

MAX_BCRYPT = 1024
"""Rounds of bcrypt, about 5 ms each; ssh-keygen uses 24."""

MAX_PBKDF2 = 4_000_000
"""Rounds of PBKDF2, about 1 µs each; openssl uses 2048, OWASP recommends 600,000."""

MAX_SCRYPT = 2**23
"""N · r · p of scrypt, 128 bytes of memory each; openssl uses 2^17."""

_SCRYPT = bytes.fromhex("06092b06010401da47040b")  # 1.3.6.1.4.1.11591.4.11 (RFC 7914, section 7)


def check_bcrypt(rounds: int) -> None:
    """Refuse an OpenSSH key whose passphrase takes too long to hash.

    Raises:
        KeyMaterialError: It does.
    """
    if rounds > MAX_BCRYPT:
        raise _refused(f"{MAX_BCRYPT} rounds of bcrypt")


def check_pkcs8(content: bytes) -> None:
    """Refuse an encrypted PKCS#8 key (RFC 5958, section 3) whose passphrase takes too long to hash.

    Every number among the parameters of its encryption is a count, a length or a version.

    Raises:
        KeyMaterialError: It does.
    """
    parameters = der.first(der.first(content))
    numbers = [int.from_bytes(each) for each in der.contents(parameters, der.INTEGER)]
    if _SCRYPT in parameters:
        if prod(numbers) > MAX_SCRYPT:
            raise _refused(f"scrypt with N · r · p = {MAX_SCRYPT}")
    elif max(numbers, default=0) > MAX_PBKDF2:
        raise _refused(f"{MAX_PBKDF2} rounds")


def _refused(limit: str) -> KeyMaterialError:
    return KeyMaterialError(
        f"hashing its passphrase would take longer than {limit}",
        hint=f"encrypt a copy with fewer rounds: {ENCRYPT_COPY}",
    )
