"""Servers that stand for instances: how one is spelled, and what it changes. Pure."""

import ipaddress
import re
from dataclasses import dataclass, replace

from lskeys.sandbox.host_keys import check_host_key, read_host_keys
from lskeys.sandbox.regions import check_region
from lskeys.sandbox.resources import Instance

SSH_PORT = 22
_MAX_PORT = 65535
_SPELLED = "NAME[@REGION]=[USER@]ADDRESS[:PORT][ HOST-KEY]"
_SPELLING = re.compile(
    r"(?P<name>[^@=]+)(?:@(?P<region>[^=]+))?="
    r"(?:(?P<user>[^@ ]+)@)?(?:\[(?P<ipv6>[^]]+)\]|(?P<ipv4>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?"
    r"(?: (?P<host_key>\S+ \S+).*)?"
)


@dataclass(frozen=True, slots=True)
class Sshd:
    """A server at an address and port that stands for the instances of a name.

    Its text is `NAME[@REGION]=[USER@]ADDRESS[:PORT][ HOST-KEY]`; an IPv6 address is in brackets,
    the host key is a line of a `.pub` file.
    """

    name: str
    address: str
    port: int = SSH_PORT
    username: str | None = None
    region: str | None = None
    host_key: str | None = None

    def __str__(self) -> str:
        where = f"@{self.region}" if self.region else ""
        address = f"[{self.address}]" if ":" in self.address else self.address
        host_key = f" {self.host_key}" if self.host_key else ""
        user = f"{self.username}@" if self.username else ""
        return f"{self.name}{where}={user}{address}:{self.port}{host_key}"

    def is_for(self, instance: Instance) -> bool:
        """Whether it stands for this instance."""
        return self.name == instance.name and self.region in (instance.region, None)

    def applied_to(self, instance: Instance) -> Instance:
        """The instance with this user, address and host key, and this port instead of 22."""
        is_ipv6 = ":" in self.address
        found = read_host_keys([self.host_key], instance.created_at) if self.host_key else None
        return replace(
            instance,
            username=self.username or instance.username,
            ipv4=None if is_ipv6 else self.address,
            ipv6=self.address if is_ipv6 else None,
            ports=tuple(self.port if port == SSH_PORT else port for port in instance.ports),
            host_keys=found or instance.host_keys,
        )


def parse_sshd(text: str) -> Sshd:
    """Read a server from its text.

    Raises:
        ValueError: It is none; the message says which part and what is possible.
    """
    spelled = _SPELLING.fullmatch(text)
    if spelled is None:
        raise ValueError(f"sshd is spelled {_SPELLED}, not {text!r}")
    region, port = spelled["region"], int(spelled["port"] or SSH_PORT)
    check_region(region)
    if not 0 < port <= _MAX_PORT:
        raise ValueError(f"a port is a number from 1 to {_MAX_PORT}, not {port}")
    address = str(ipaddress.ip_address(spelled["ipv6"] or spelled["ipv4"]))
    if spelled["host_key"]:
        check_host_key(spelled["host_key"])
    return Sshd(
        spelled["name"],
        address,
        port,
        username=spelled["user"],
        region=region,
        host_key=spelled["host_key"],
    )
