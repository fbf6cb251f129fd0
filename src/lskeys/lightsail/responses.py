"""Makes the values of `lskeys.model` of the members of responses. Pure.

Each response must be about what was requested: a cache or a proxy may repeat an earlier one.
"""

from collections.abc import Mapping
from typing import Any

from lskeys.lightsail.response_body import (
    InvalidResponseError,
    invalid_response,
    moment,
    object_in,
    optional,
    required,
)
from lskeys.model import (
    AccountRegion,
    CreatedKey,
    DefaultKey,
    HostKey,
    Instance,
    KeyPair,
    Region,
    Secret,
    Tag,
    TemporaryAccess,
)
from lskeys.text import one_line

_UNFINISHED = "AWS has started the operation, not finished it"

MAX_REGIONS = 200
"""Lightsail has about twenty; each one that is listed is queried by `--all-regions`."""


def key_pair(raw: object, where: AccountRegion) -> KeyPair:
    """A key pair; every member but the name may be absent.

    Its region is the one that was queried, whatever the response says: later requests go there.
    """
    pair = object_in(raw, "key pair")
    location = optional(pair, "location", dict) or {}
    tags = optional(pair, "tags", list)
    return KeyPair(  # by position, which takes half the time
        required(pair, "name", str),
        where.region,
        optional(pair, "arn", str),
        optional(pair, "supportCode", str),
        moment(pair, "createdAt"),
        optional(location, "availabilityZone", str),
        optional(pair, "resourceType", str),
        tuple(map(_tag, tags)) if tags else (),
        optional(pair, "fingerprint", str) or None,
        where.profile or None,
    )


def key_pair_named(name: str, raw: Mapping[str, Any], where: AccountRegion) -> KeyPair:
    """The key pair of GetKeyPair or CreateKeyPair, which must be the one that was named.

    A cache or a proxy may repeat an earlier response; what follows would hit another key pair.
    """
    pair = key_pair(required(raw, "keyPair", dict), where)
    _check_about(name, pair.name)
    return pair


def check_operations(name: str, raw: Mapping[str, Any]) -> None:
    """Check the operations of a change: each about the resource that was named, none unfinished.

    Those of key pairs are finished when the response comes. One that is only started may still
    fail, so the change counts as uncertain, as after a lost response: it is looked up.
    """
    if not _are_finished(name, raw):
        raise InvalidResponseError(_UNFINISHED)


def _are_finished(name: str, raw: Mapping[str, Any]) -> bool:
    """Whether none of the operations is only started; each must be about this, and none failed."""
    statuses = set()
    single = optional(raw, "operation", dict)
    every = [*([single] if single else []), *(optional(raw, "operations", list) or [])]
    for each in every:
        _check_about(name, optional(object_in(each, "operation"), "resourceName", str))
        status = optional(each, "status", str)
        if status == "Failed":
            reason = one_line(optional(each, "errorDetails", str) or "no reason is given")
            raise InvalidResponseError(f"the operation failed: {reason}")
        statuses.add(status)
    return not statuses & {"NotStarted", "Started"}  # of the five of the model's OperationStatus


def _check_about(name: str, other: str | None) -> None:
    if other is not None and other != name:
        raise invalid_response(f"it is about {one_line(other, limit=300)}, not {name}")


def regions(raw: Mapping[str, Any], where: AccountRegion) -> tuple[Region, ...]:
    """The regions of GetRegions."""
    every = required(raw, "regions", list)
    if len(every) > MAX_REGIONS:
        raise invalid_response(f"it lists {len(every)} regions")
    return tuple(region(each, where) for each in every)


def instance(raw: object, where: AccountRegion) -> Instance:
    """An instance, as far as keys are concerned."""
    each = object_in(raw, "instance")
    state = optional(each, "state", dict) or {}
    addresses = [optional(each, "publicIpAddress", str)]
    addresses += [a for a in optional(each, "ipv6Addresses", list) or () if isinstance(a, str)]
    return Instance(
        name=required(each, "name", str),
        region=where.region,
        key_pair_name=optional(each, "sshKeyName", str),
        username=optional(each, "username", str),
        # A bundle without IPv4 has addresses of the other kind alone.
        public_ip=next(filter(None, addresses), None),
        created_at=moment(each, "createdAt"),
        blueprint=optional(each, "blueprintId", str),
        arn=optional(each, "arn", str),
        state=optional(state, "name", str),
        profile=where.profile or None,
    )


def region(raw: object, where: AccountRegion) -> Region:
    """A region Lightsail has for this account."""
    each = object_in(raw, "region")
    return Region(
        name=required(each, "name", str),
        display_name=optional(each, "displayName", str),
        description=optional(each, "description", str),
        continent_code=optional(each, "continentCode", str),
        profile=where.profile or None,
    )


def default_key(raw: Mapping[str, Any]) -> DefaultKey:
    """The texts of DownloadDefaultKeyPair, unread."""
    return DefaultKey(
        # A lone surrogate cannot be encoded; what replaces it makes the key invalid.
        private_text=Secret(required(raw, "privateKeyBase64", str).encode(errors="replace")),
        public_text=optional(raw, "publicKeyBase64", str),
        created_at=moment(raw, "createdAt"),
    )


def created_key(name: str, raw: Mapping[str, Any], where: AccountRegion) -> CreatedKey:
    """The pair of CreateKeyPair, which must be the one that was named, and its texts, unread."""
    is_finished = _are_finished(name, raw)  # if not, the key is all the more worth keeping
    return CreatedKey(
        is_finished=is_finished,
        pair=key_pair_named(name, raw, where),
        private_text=Secret(required(raw, "privateKeyBase64", str).encode(errors="replace")),
        public_text=optional(raw, "publicKeyBase64", str),
    )


def host_keys(instance_name: str, raw: Mapping[str, Any]) -> tuple[HostKey, ...]:
    """The host keys of the access details of the instance that was named, nothing else of them."""
    details = required(raw, "accessDetails", dict)
    _check_about(instance_name, optional(details, "instanceName", str))
    every = [object_in(each, "host key") for each in optional(details, "hostKeys", list) or ()]
    return tuple(
        HostKey(required(each, "algorithm", str), required(each, "publicKey", str))
        for each in every
    )


def temporary_access(instance_name: str, raw: Mapping[str, Any]) -> TemporaryAccess:
    """The temporary key and its certificate for the instance that was named, and its host keys."""
    details = required(raw, "accessDetails", dict)
    private_text = required(details, "privateKey", str).rstrip() + "\n"
    return TemporaryAccess(
        private_text=Secret(private_text.encode(errors="replace")),
        certificate=required(details, "certKey", str).strip(),
        host_keys=host_keys(instance_name, raw),
    )


def open_ports(raw: Mapping[str, Any]) -> tuple[range, ...]:
    """The TCP ports that an instance's firewall lets in."""
    states = [object_in(each, "port state") for each in required(raw, "portStates", list)]
    return tuple(
        range(required(each, "fromPort", int), required(each, "toPort", int) + 1)
        for each in states
        if optional(each, "protocol", str) in {"tcp", "all"}
        and optional(each, "state", str) != "closed"
    )


def _tag(raw: object) -> Tag:
    tag = object_in(raw, "tag")
    return Tag(key=required(tag, "key", str), value=optional(tag, "value", str))
