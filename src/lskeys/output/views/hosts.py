"""View of instances in ssh's configuration. Pure."""

from typing import Any

from lskeys.output.result import Column, View
from lskeys.output.views.formatting import without_none
from lskeys.ssh import config_text
from lskeys.ssh.hosts import Host
from lskeys.values import replace


def raw_host(host: Host) -> dict[str, Any]:
    """A host as JSON: the instance with AWS's names, and its ssh settings."""
    instance = host.instance
    keys = [{"algorithm": key.algorithm, "publicKey": key.public_key} for key in host.host_keys]
    return without_none(
        {
            "name": instance.name,
            "location": {"regionName": instance.region},
            "profile": instance.profile,
            "publicIpAddress": host.address,
            "username": host.user,
            "sshKeyName": instance.key_pair_name,
            "host": host.alias,
            "identityFile": str(host.identity_files[0]) if host.identity_files else None,
            "identityFiles": [str(file) for file in host.identity_files] or None,
            "hostKeys": keys or None,
            "notes": list(host.notes),
        }
    )


def _first_file(host: Host) -> str:
    return str(host.identity_files[0]) if host.identity_files else ""


HOSTS: View[Host] = View(
    member="hosts",
    columns=(
        Column("host", lambda host: host.alias),
        Column("region", lambda host: host.instance.region),
        Column("address", lambda host: host.address),
        Column("user", lambda host: host.user or ""),
        Column("key-pair", lambda host: host.instance.key_pair_name or ""),
        Column("identity-file", _first_file),
        Column("notes", lambda host: "; ".join(host.notes)),
        Column("profile", lambda host: host.instance.profile or "", is_extra=True),
        Column("account", lambda host: host.instance.account or "", is_extra=True),
    ),
    is_lines=True,
    identity=lambda host: host.alias,
    raw=raw_host,
    lines=config_text.blocks,
)
KNOWN_HOSTS = replace(HOSTS, lines=config_text.known_hosts_lines)
"""The same hosts, whose text is that of a known_hosts file."""
