"""What ssh may be given: names, users, addresses, host keys. The one strict grammar. Pure.

Whatever passes here is one word in every version of ssh: no option, pattern, token or comment.
"""

import base64
import ipaddress
import re
from collections.abc import Iterable

from lskeys.keys.material import ALGORITHMS
from lskeys.model import HostKey

_NAME = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9._-]{0,254}")
"""What a Lightsail name is made of, but never an option's dash in front."""

_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")  # useradd(8)
_LENGTH = 4  # bytes before each string of the wire format (RFC 4251, section 5)


def is_name(text: str) -> bool:
    """Whether it can be an alias: what is typed behind `ssh`."""
    return _NAME.fullmatch(text) is not None


def is_user(text: str) -> bool:
    """Whether it can be whom to log in as."""
    return _USER.fullmatch(text) is not None


def address(text: str) -> str | None:
    """An IPv4 or IPv6 address in its usual spelling; None for anything else, a scope included."""
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    return None if getattr(parsed, "scope_id", None) else str(parsed)


def host_keys(keys: Iterable[HostKey]) -> tuple[HostKey, ...]:
    """Those of these host keys that ssh may be given."""
    return tuple(key for key in keys if is_host_key(key))


def is_host_key(key: HostKey) -> bool:
    """Whether it is of a known algorithm, in strict base64 of a key of that algorithm."""
    if key.algorithm not in ALGORITHMS:
        return False
    try:
        blob = base64.b64decode(key.public_key, validate=True)
    except ValueError:
        return False
    name = key.algorithm.encode()
    start = len(name).to_bytes(_LENGTH, "big") + name
    return blob.startswith(start) and len(blob) > len(start) + _LENGTH
