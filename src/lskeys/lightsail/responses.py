"""Parses responses: refuses invalid ones, and makes the values of `lskeys.model`. Pure.

botocore returns an HTML page, half a body or an empty one with status 200 as success with
members missing, and does not check the types of what it parsed. So the body of a success is parsed
and checked here, once, and every member after; botocore gets the members as they are, which
halves the cost of a long list (docs/performance.md).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from botocore.model import OperationModel, Shape, StructureShape
from botocore.utils import parse_timestamp

from lskeys.errors import RemoteError
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

T = TypeVar("T")

MAX_RESPONSE = 32 * 1024 * 1024
"""Bytes; a page of a thousand key pairs is below one megabyte."""
MAX_REGIONS = 200
"""Lightsail has about twenty; each one that is listed is queried by `--all-regions`."""

_REDIRECT = 300


class InvalidResponseError(RemoteError):
    """A response with a status of success that does not hold what was requested."""

    default_code = "InvalidResponse"


def parse_response_body(
    response_dict: dict[str, Any],
    operation_model: OperationModel,
    customized_response_dict: dict[str, Any],
    **_: object,
) -> None:
    """Check and parse a raw body in botocore's place; a `before-parse` event handler.

    Members come to the caller as they are in the JSON: times are numbers. An error stays one, but
    a body that botocore's parser cannot handle is emptied. A success gets a length, for `size`.

    Raises:
        InvalidResponseError: A success whose body is cut short, too large, not UTF-8, not JSON,
            nested too deeply, not a JSON object, or with something else where a list belongs.
    """
    body: bytes = response_dict["body"]
    if len(body) > MAX_RESPONSE:
        raise invalid_response(f"it is larger than {MAX_RESPONSE // 1024 // 1024} MiB")
    if response_dict["status_code"] >= _REDIRECT:
        if not _is_error_object(body):
            response_dict["body"] = b"{}"
        return
    length = response_dict["headers"].get("content-length")
    if length is not None and length != str(len(body)):
        raise invalid_response(f"{len(body)} of {length} bytes arrived")
    response_dict["headers"]["content-length"] = str(len(body))
    try:
        raw = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise invalid_response("it is not UTF-8") from None
    except (ValueError, RecursionError):
        raise invalid_response("it is not JSON") from None
    if not isinstance(raw, dict):
        raise invalid_response("it is not a JSON object")
    members = _members(operation_model)
    for name, shape in members.items():
        if shape.type_name == "list":
            _optional(raw, name, list)
    customized_response_dict.update({name: raw[name] for name in members if name in raw})
    response_dict["body"] = b"{}"


def key_pair(raw: object, where: AccountRegion) -> KeyPair:
    """A key pair; every member but the name may be absent.

    Its region is the one that was queried, whatever the response says: later requests go there.
    """
    pair = _object(raw, "key pair")
    location = _optional(pair, "location", dict) or {}
    return KeyPair(
        name=required(pair, "name", str),
        region=where.region,
        arn=_optional(pair, "arn", str),
        support_code=_optional(pair, "supportCode", str),
        created_at=_moment(pair, "createdAt"),
        availability_zone=_optional(location, "availabilityZone", str),
        resource_type=_optional(pair, "resourceType", str),
        tags=tuple(_tag(each) for each in _optional(pair, "tags", list) or ()),
        fingerprint=_optional(pair, "fingerprint", str) or None,
        profile=where.profile or None,
    )


def key_pair_named(name: str, raw: Mapping[str, Any], where: AccountRegion) -> KeyPair:
    """The key pair of GetKeyPair or CreateKeyPair, which must be the one that was named.

    A cache or a proxy may repeat an earlier response; what follows would hit another key pair.
    """
    pair = key_pair(required(raw, "keyPair", dict), where)
    _check_about(name, pair.name)
    return pair


def check_operations(name: str, raw: Mapping[str, Any]) -> None:
    """Check the operations of a change: each must be about the resource that was named."""
    single = _optional(raw, "operation", dict)
    every = [*([single] if single else []), *(_optional(raw, "operations", list) or [])]
    for each in every:
        _check_about(name, _optional(_object(each, "operation"), "resourceName", str))


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
    each = _object(raw, "instance")
    state = _optional(each, "state", dict) or {}
    addresses = [_optional(each, "publicIpAddress", str)]
    addresses += [a for a in _optional(each, "ipv6Addresses", list) or () if isinstance(a, str)]
    return Instance(
        name=required(each, "name", str),
        region=where.region,
        key_pair_name=_optional(each, "sshKeyName", str),
        username=_optional(each, "username", str),
        # A bundle without IPv4 has addresses of the other kind alone.
        public_ip=next(filter(None, addresses), None),
        created_at=_moment(each, "createdAt"),
        blueprint=_optional(each, "blueprintId", str),
        arn=_optional(each, "arn", str),
        state=_optional(state, "name", str),
        profile=where.profile or None,
    )


def region(raw: object, where: AccountRegion) -> Region:
    """A region Lightsail has for this account."""
    each = _object(raw, "region")
    return Region(
        name=required(each, "name", str),
        display_name=_optional(each, "displayName", str),
        description=_optional(each, "description", str),
        continent_code=_optional(each, "continentCode", str),
        profile=where.profile or None,
    )


def default_key(raw: Mapping[str, Any]) -> DefaultKey:
    """The texts of DownloadDefaultKeyPair, unread."""
    return DefaultKey(
        # A lone surrogate cannot be encoded; what replaces it makes the key invalid.
        private_text=Secret(required(raw, "privateKeyBase64", str).encode(errors="replace")),
        public_text=_optional(raw, "publicKeyBase64", str),
        created_at=_moment(raw, "createdAt"),
    )


def created_key(name: str, raw: Mapping[str, Any], where: AccountRegion) -> CreatedKey:
    """The pair of CreateKeyPair, which must be the one that was named, and its texts, unread."""
    check_operations(name, raw)
    return CreatedKey(
        pair=key_pair_named(name, raw, where),
        private_text=Secret(required(raw, "privateKeyBase64", str).encode(errors="replace")),
        public_text=_optional(raw, "publicKeyBase64", str),
    )


def host_keys(instance_name: str, raw: Mapping[str, Any]) -> tuple[HostKey, ...]:
    """The host keys of the access details of the instance that was named, nothing else of them."""
    details = required(raw, "accessDetails", dict)
    _check_about(instance_name, _optional(details, "instanceName", str))
    every = [_object(each, "host key") for each in _optional(details, "hostKeys", list) or ()]
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
    states = [_object(each, "port state") for each in required(raw, "portStates", list)]
    return tuple(
        range(required(each, "fromPort", int), required(each, "toPort", int) + 1)
        for each in states
        if _optional(each, "protocol", str) in {"tcp", "all"}
        and _optional(each, "state", str) != "closed"
    )


def _is_error_object(body: bytes) -> bool:
    try:
        raw = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return False
    return isinstance(raw, dict) and isinstance(raw.get("__type", ""), str)


def _members(operation: OperationModel) -> Mapping[str, Shape]:
    shape = operation.output_shape
    return shape.members if isinstance(shape, StructureShape) else {}


def required(raw: Mapping[str, Any], member: str, kind: type[T]) -> T:
    """A member that must be present, of its type."""
    value = _optional(raw, member, kind)
    if value is None:
        raise invalid_response(f"it has no {member}")
    return value


def size(raw: Mapping[str, Any]) -> int:
    """The bytes of a response that passed `parse_response_body`."""
    return int(raw["ResponseMetadata"]["HTTPHeaders"]["content-length"])


def page_token(raw: Mapping[str, Any]) -> str | None:
    """The token of the next page; absent, null and empty all mean the last page."""
    return _optional(raw, "nextPageToken", str) or None


def _optional(raw: Mapping[str, Any], member: str, kind: type[T]) -> T | None:
    value = raw.get(member)
    if value is None:
        return None
    if not isinstance(value, kind):
        raise invalid_response(f"its {member} is of the wrong type")
    return value


def _object(raw: object, noun: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise invalid_response(f"a {noun} in it is not an object")
    return raw


def _moment(raw: Mapping[str, Any], member: str) -> datetime | None:
    """A time: seconds since 1970, as the protocol says, or text that botocore can parse."""
    value = raw.get(member)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise invalid_response(f"its {member} is of the wrong type")
    try:
        if not isinstance(value, str):
            return datetime.fromtimestamp(value, UTC)
        read: datetime = parse_timestamp(value)
        return read.astimezone(UTC)
    # Not a date, or one that datetime cannot hold (RuntimeError is botocore's).
    except (ValueError, OverflowError, RuntimeError, OSError):
        raise invalid_response(f"its {member} is not a date") from None


def _tag(raw: object) -> Tag:
    tag = _object(raw, "tag")
    return Tag(key=required(tag, "key", str), value=_optional(tag, "value", str))


def invalid_response(reason: str) -> InvalidResponseError:
    """The error for an invalid response; the reason is a clause about "it"."""
    return InvalidResponseError(
        f"invalid response: {reason}",
        hint="something between here and AWS may have changed it; try again, or with --debug",
    )
