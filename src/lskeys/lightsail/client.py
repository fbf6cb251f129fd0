"""Lightsail's operations in one region, as far as key pairs need them. Touches: the network."""

from collections.abc import Iterable, Iterator

from lskeys.lightsail import responses
from lskeys.lightsail.requests import Call, Requests
from lskeys.model import (
    CreatedKey,
    DefaultKey,
    HostKey,
    Instance,
    KeyPair,
    Region,
    Tag,
    TemporaryAccess,
)


class Lightsail:
    """Amazon Lightsail in one region, as far as key pairs are concerned.

    Every method raises the errors of `lskeys.errors`: MissingError for what does not exist,
    SetupError for credentials and permissions, RemoteError for AWS and the network, and, for a
    change, LostAnswerError when it is not known whether it happened.
    """

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self.region = requests.region

    @property
    def endpoint(self) -> str:
        """The URL of the service."""
        return self._requests.endpoint

    def key_pairs(self, *, include_default: bool) -> tuple[KeyPair, ...]:
        """All key pairs of the region, in AWS's order (GetKeyPairs, every page)."""
        call = _get_key_pairs(include_default=include_default)
        return self._requests.all_pages(call, "keyPairs", responses.key_pair)

    def key_pair_pages(self) -> Iterator[tuple[KeyPair, ...]]:
        """The same with the default one, page by page; after an error the list is not complete."""
        call = _get_key_pairs(include_default=True)
        return self._requests.pages(call, "keyPairs", responses.key_pair)

    def default_key_pair(self) -> KeyPair | None:
        """The region's default pair, or None where there is none (GetKeyPairs, every page)."""
        pairs = self.key_pairs(include_default=True)
        return next((pair for pair in pairs if pair.is_default), None)

    def key_pair(self, name: str) -> KeyPair:
        """One key pair by its name (GetKeyPair); not the default one, which it may not know."""
        return self._requests.read(
            Call("get_key_pair", {"keyPairName": name}, f"cannot look up {name}"),
            lambda raw: responses.key_pair_named(name, raw, self._requests.where),
        )

    def instances(self) -> tuple[Instance, ...]:
        """All instances of the region (GetInstances, every page)."""
        call = Call("get_instances", {}, "cannot list instances")
        return self._requests.all_pages(call, "instances", responses.instance)

    def regions(self) -> tuple[Region, ...]:
        """The regions Lightsail has for this account (GetRegions)."""
        return self._requests.read(
            Call("get_regions", {}, "cannot list regions"),
            lambda raw: responses.regions(raw, self._requests.where),
        )

    def download_default_key(self) -> DefaultKey:
        """The default pair's private key; creates the pair where there is none.

        Retried like a read: the same key is returned again (DownloadDefaultKeyPair).
        """
        self._requests.check_account()
        call = Call("download_default_key_pair", {}, "cannot download the default key")
        return self._requests.read(call, responses.default_key)

    def delete_key_pair(self, name: str, expected_fingerprint: str | None) -> None:
        """Delete a pair; sent once, the fingerprint exactly as AWS spells it, or None.

        Raises:
            LostAnswerError: The pair may or may not be deleted.
        """
        parameters = {"keyPairName": name}
        if expected_fingerprint is not None:
            parameters["expectedFingerprint"] = expected_fingerprint
        self._change(name, Call("delete_key_pair", parameters, f"cannot delete {name}"))

    def create_key_pair(self, name: str, tags: Iterable[Tag]) -> CreatedKey:
        """Have AWS make a pair; sent once, since a repetition would lose the only key.

        Raises:
            LostAnswerError: There may be a key pair now whose private key is lost.
        """
        parameters = {"keyPairName": name, "tags": [_raw_tag(tag) for tag in tags]}
        return self._requests.change(
            Call("create_key_pair", parameters, f"cannot create {name}"),
            lambda raw: responses.created_key(name, raw, self._requests.where),
        )

    def import_key_pair(self, name: str, public_line: str) -> None:
        """Import a public key, the raw OpenSSH line; sent once (ImportKeyPair).

        Raises:
            LostAnswerError: The pair may or may not be there.
        """
        parameters = {"keyPairName": name, "publicKeyBase64": public_line}
        self._change(name, Call("import_key_pair", parameters, f"cannot import {name}"))

    def tag_key_pair(self, name: str, tags: Iterable[Tag]) -> None:
        """Add tags or give them a new value; sent once (TagResource)."""
        parameters = {"resourceName": name, "tags": [_raw_tag(tag) for tag in tags]}
        self._change(name, Call("tag_resource", parameters, f"cannot tag {name}"))

    def untag_key_pair(self, name: str, keys: Iterable[str]) -> None:
        """Remove tags; keys that are not there are no error; sent once (UntagResource)."""
        parameters = {"resourceName": name, "tagKeys": list(keys)}
        self._change(name, Call("untag_resource", parameters, f"cannot untag {name}"))

    def host_keys(self, instance_name: str) -> tuple[HostKey, ...]:
        """The SSH host keys Lightsail saw on an instance (GetInstanceAccessDetails).

        The temporary private key in the same response is not kept.
        """
        return self._requests.read(
            _get_access(instance_name, f"cannot read the host keys of {instance_name}"),
            lambda raw: responses.host_keys(instance_name, raw),
        )

    def temporary_access(self, instance_name: str) -> TemporaryAccess:
        """A key and a certificate that open an instance for some minutes, and its host keys."""
        return self._requests.read(
            _get_access(instance_name, f"cannot get temporary access to {instance_name}"),
            lambda raw: responses.temporary_access(instance_name, raw),
        )

    def open_ports(self, instance_name: str) -> tuple[range, ...]:
        """The TCP ports that an instance's firewall lets in (GetInstancePortStates)."""
        doing = f"cannot read the firewall of {instance_name}"
        call = Call("get_instance_port_states", {"instanceName": instance_name}, doing)
        return self._requests.read(call, responses.open_ports)

    def _change(self, name: str, call: Call) -> None:
        self._requests.change(call, lambda raw: responses.check_operations(name, raw))


def _get_key_pairs(*, include_default: bool) -> Call:
    return Call(
        "get_key_pairs", {"includeDefaultKeyPair": include_default}, "cannot list key pairs"
    )


def _get_access(instance_name: str, doing: str) -> Call:
    parameters = {"instanceName": instance_name, "protocol": "ssh"}
    return Call("get_instance_access_details", parameters, doing)


def _raw_tag(tag: Tag) -> dict[str, str]:
    return {"key": tag.key} if tag.value is None else {"key": tag.key, "value": tag.value}
