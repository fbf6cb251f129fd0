"""The blueprints instances are made from, and the user each one logs in. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A blueprint: identifier, name, the login's username, and whether it is Windows."""

    identifier: str
    name: str
    username: str
    is_windows: bool = False


BLUEPRINTS = {
    blueprint.identifier: blueprint
    for blueprint in (
        Blueprint("ubuntu_24_04", "Ubuntu", "ubuntu"),
        Blueprint("amazon_linux_2023", "Amazon Linux 2023", "ec2-user"),
        Blueprint("debian_12", "Debian", "admin"),
        Blueprint("wordpress", "WordPress", "bitnami"),
        Blueprint("windows_server_2022", "Windows Server 2022", "Administrator", is_windows=True),
    )
}
"""Identifier → blueprint."""
