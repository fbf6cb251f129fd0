"""Addresses for instances, of the blocks that are for documentation. Pure, but for chance."""

import secrets

_IPV4 = ("192.0.2", "198.51.100", "203.0.113")
_IPV6 = "2001:db8:1f18"


def public_ipv4() -> str:
    """An address of RFC 5737's blocks."""
    return f"{secrets.choice(_IPV4)}.{1 + secrets.randbelow(254)}"


def private_ipv4() -> str:
    """An address of the network that Lightsail's instances are in."""
    return f"172.26.{secrets.randbelow(16)}.{4 + secrets.randbelow(250)}"


def public_ipv6() -> str:
    """An address of RFC 3849's block; no group is zero, so it has one spelling."""
    groups = (f"{0x1000 + secrets.randbelow(0xF000):x}" for _ in range(5))
    return f"{_IPV6}:{':'.join(groups)}"
