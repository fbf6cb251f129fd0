"""Instances as the JSON members of responses, as published and observed. Pure."""

from lskeys.sandbox.host_keys import HostKey
from lskeys.sandbox.resources import INSTANCE, Instance, KeyPair
from lskeys.sandbox.shapes import SUPPORT, Raw, resource, tag, timestamp
from lskeys.sandbox.temporary_access import TemporaryAccess, encrypted_password, windows_password

_ANYWHERE = {"cidrs": ["0.0.0.0/0"], "ipv6Cidrs": ["::/0"], "cidrListAliases": []}
_CORES = 2
_IOPS = 100


def instance(each: Instance) -> Raw:
    """An `Instance`."""
    public = {} if each.public_ipv4 is None else {"publicIpAddress": each.public_ipv4}
    shown = resource(each, INSTANCE, each.region + "a")
    shown["supportCode"] = f"{SUPPORT}/i-{each.identifier.replace('-', '')[:17]}"
    return (
        shown
        | public
        | {
            "tags": [tag(one) for one in each.tags],
            "blueprintId": each.blueprint_id,
            "blueprintName": each.blueprint.name,
            "bundleId": each.bundle_id,
            "isStaticIp": each.static_ip is not None,
            "privateIpAddress": each.private_ip,
            "ipv6Addresses": [each.ipv6] if each.ipv6 else [],
            "ipAddressType": _address_type(each),
            "hardware": _hardware(each),
            "networking": {
                "monthlyTransfer": {"gbPerMonthAllocated": each.bundle.transfer},
                "ports": [_port(port) for port in each.ports],
            },
            "state": state(each),
            "username": each.username,
            "sshKeyName": each.key_pair_name,
            "metadataOptions": {
                "state": "applied",
                "httpTokens": "optional",
                "httpEndpoint": "enabled",
                "httpPutResponseHopLimit": 1,
                "httpProtocolIpv6": "disabled",
            },
        }
    )


def state(each: Instance) -> Raw:
    """An `InstanceState`."""
    return {"code": each.state.code, "name": each.state}


def port_states(each: Instance) -> list[Raw]:
    """The `InstancePortStates` of the firewall, which opens every port to everybody."""
    return [
        {"fromPort": port, "toPort": port, "protocol": "tcp", "state": "open", **_ANYWHERE}
        for port in each.ports
    ]


def ssh_access(each: Instance, access: TemporaryAccess) -> Raw:
    """An `InstanceAccessDetails` for ssh: a key, its certificate, and the host keys."""
    return _access(each, "ssh") | {
        "certKey": access.certificate,
        "privateKey": access.private_key,
        "expiresAt": timestamp(access.expires_at),
        "hostKeys": [_host_key(key) for key in each.host_keys],
    }


def rdp_access(each: Instance, pair: KeyPair | None) -> Raw:
    """An `InstanceAccessDetails` for rdp: the password is in clear with the default pair."""
    ciphertext = encrypted_password(each, pair)
    return _access(each, "rdp") | {
        "password": "" if ciphertext else windows_password(each),
        "passwordData": {"ciphertext": ciphertext, "keyPairName": each.key_pair_name},
    }


def _access(each: Instance, protocol: str) -> Raw:
    public = {} if each.public_ipv4 is None else {"ipAddress": each.public_ipv4}
    return public | {
        "instanceName": each.name,
        "ipv6Addresses": [each.ipv6] if each.ipv6 else [],
        "protocol": protocol,
        "username": each.username,
    }


def _address_type(each: Instance) -> str:
    if each.ipv4 is None:
        return "ipv6"
    return "ipv4" if each.ipv6 is None else "dualstack"


def _hardware(each: Instance) -> Raw:
    disk = {
        "createdAt": timestamp(each.created_at),
        "sizeInGb": each.bundle.disk,
        "isSystemDisk": True,
        "iops": _IOPS,
        "path": "/dev/sda1" if each.blueprint.is_windows else "/dev/xvda",
        "attachedTo": each.name,
        "attachmentState": "attached",
    }
    return {"cpuCount": _CORES, "disks": [disk], "ramSizeInGb": each.bundle.memory}


def _port(port: int) -> Raw:
    return {
        "fromPort": port,
        "toPort": port,
        "protocol": "tcp",
        "accessFrom": "Anywhere (0.0.0.0/0 and ::/0)",
        "accessType": "public",  # as published; the model's enum has "Public"
        "commonName": "",
        "accessDirection": "inbound",
        **_ANYWHERE,
    }


def _host_key(key: HostKey) -> Raw:
    return {
        "algorithm": key.algorithm,
        "publicKey": key.public_key,
        "witnessedAt": timestamp(key.witnessed_at),
        "fingerprintSHA1": key.fingerprint_sha1,
        "fingerprintSHA256": key.fingerprint_sha256,
    }
