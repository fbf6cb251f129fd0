"""The blueprints and bundles that instances are made from, as GetBlueprints lists them. Pure."""

from dataclasses import dataclass

_LINUX = (22, 80)
_WINDOWS = (3389, 80)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A blueprint: identifier, name, the login's username, the TCP ports it opens."""

    identifier: str
    name: str
    username: str
    version: str
    is_application: bool = False
    is_windows: bool = False
    ports: tuple[int, ...] = _LINUX


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle: its identifier, price in dollars a month, and what an instance gets for it."""

    identifier: str
    name: str
    price: float
    memory: float
    disk: int
    transfer: int

    @property
    def is_windows(self) -> bool:
        """Whether it is for Windows blueprints."""
        return "_win_" in self.identifier

    @property
    def is_ipv6_only(self) -> bool:
        """Whether its instances have no public IPv4 address."""
        return "_ipv6_" in self.identifier


BLUEPRINTS = {
    blueprint.identifier: blueprint
    for blueprint in (
        Blueprint("ubuntu_24_04", "Ubuntu", "ubuntu", "24.04 LTS"),
        Blueprint("amazon_linux_2023", "Amazon Linux 2023", "ec2-user", "2023"),
        Blueprint("debian_12", "Debian", "admin", "12"),
        Blueprint(
            "wordpress", "WordPress", "bitnami", "6.8", is_application=True, ports=(22, 80, 443)
        ),
        Blueprint(
            "windows_server_2022",
            "Windows Server 2022",
            "Administrator",
            "2022",
            is_windows=True,
            ports=_WINDOWS,
        ),
    )
}
"""Identifier → blueprint."""

BUNDLES = {
    bundle.identifier: bundle
    for bundle in (
        Bundle("nano_3_0", "Nano", 5.0, 0.5, 20, 1024),
        Bundle("micro_3_0", "Micro", 7.0, 1.0, 40, 2048),
        Bundle("small_3_0", "Small", 12.0, 2.0, 60, 3072),
        Bundle("nano_ipv6_3_0", "Nano", 3.5, 0.5, 20, 1024),
        Bundle("micro_ipv6_3_0", "Micro", 5.0, 1.0, 40, 2048),
        Bundle("nano_win_3_0", "Nano", 9.5, 0.5, 30, 1024),
        Bundle("small_win_3_0", "Small", 22.0, 2.0, 60, 3072),
        Bundle("nano_win_ipv6_3_0", "Nano", 8.0, 0.5, 30, 1024),
    )
}
"""Identifier → bundle."""
