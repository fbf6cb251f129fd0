"""Raw answers: refuses the unusable ones, and turns the rest into nouns. Pure.

botocore returns an HTML page, half a body or an empty one with status 200 as success with
members missing, and does not check types of what it parsed. So the body of a success is parsed
and checked here, once, and every member after; botocore is handed the members as they are, which
halves what a long list costs (docs/performance.md).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from botocore.model import OperationModel, Shape, StructureShape
from botocore.utils import parse_timestamp

from lskeys.errors import RemoteError
from lskeys.model import CreatedKey, DefaultKey, HostKey, Instance, KeyPair, Region, Secret, Tag

T = TypeVar("T")

MAX_RESPONSE = 32 * 1024 * 1024
"""Bytes; a page of a thousand key pairs is below one megabyte."""

_REDIRECT = 300


class InvalidResponseError(RemoteError):
    """AWS said success, but what it sent cannot be used."""

    default_code = "UnusableAnswer"


def parse_response_body(
    response_dict: dict[str, Any],
    operation_model: OperationModel,
    customized_response_dict: dict[str, Any],
    **_: object,
) -> None:
    """Check and parse a raw body in botocore's place; a `before-parse` event handler.

    The operation's members come to the caller as they are in the JSON: times are numbers.

    An error answer stays one, and its status is retried as any other, but a body that botocore's
    parser would stumble over (an HTML page, a list) is emptied. Where the head does not tell how
    long a success is, that is added, for `size`.

    Raises:
        UnusableAnswerError: A success whose body is cut short, too large, not UTF-8, not JSON,
            nested too deeply, no JSON object, or with something else where a list belongs.
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


def key_pair(raw: object, region: str) -> KeyPair:
    """A key pair; every member but the name may be absent.

    Its region is the one that was asked: what comes next goes there, whatever the answer says.
    """
    pair = _object(raw, "key pair")
    location = _optional(pair, "location", dict) or {}
    return KeyPair(
        name=required(pair, "name", str),
        region=region,
        arn=_optional(pair, "arn", str),
        support_code=_optional(pair, "supportCode", str),
        created_at=_moment(pair, "createdAt"),
        availability_zone=_optional(location, "availabilityZone", str),
        resource_type=_optional(pair, "resourceType", str),
        tags=tuple(_tag(each) for each in _optional(pair, "tags", list) or ()),
        fingerprint=_optional(pair, "fingerprint", str) or None,
    )


def instance(raw: object, region: str) -> Instance:
    """An instance, as far as keys are concerned."""
    each = _object(raw, "instance")
    state = _optional(each, "state", dict) or {}
    addresses = [_optional(each, "publicIpAddress", str)]
    addresses += [a for a in _optional(each, "ipv6Addresses", list) or () if isinstance(a, str)]
    return Instance(
        name=required(each, "name", str),
        region=region,
        key_pair_name=_optional(each, "sshKeyName", str),
        username=_optional(each, "username", str),
        # A bundle without IPv4 has addresses of the other kind alone.
        public_ip=next(filter(None, addresses), None),
        created_at=_moment(each, "createdAt"),
        blueprint=_optional(each, "blueprintId", str),
        arn=_optional(each, "arn", str),
        state=_optional(state, "name", str),
    )


def region(raw: object, _asked_in: str) -> Region:
    """A region Lightsail has for this account."""
    each = _object(raw, "region")
    return Region(
        name=required(each, "name", str),
        display_name=_optional(each, "displayName", str),
        description=_optional(each, "description", str),
        continent_code=_optional(each, "continentCode", str),
    )


def default_key(raw: Mapping[str, Any]) -> DefaultKey:
    """The texts of DownloadDefaultKeyPair, unread."""
    return DefaultKey(
        # A lone surrogate has no bytes; what comes of it is no key, which its reader then says.
        private_text=Secret(required(raw, "privateKeyBase64", str).encode(errors="replace")),
        public_text=_optional(raw, "publicKeyBase64", str),
        created_at=_moment(raw, "createdAt"),
    )


def created_key(raw: Mapping[str, Any], region: str) -> CreatedKey:
    """The pair of CreateKeyPair and its texts, unread."""
    return CreatedKey(
        pair=key_pair(required(raw, "keyPair", dict), region),
        private_text=Secret(required(raw, "privateKeyBase64", str).encode(errors="replace")),
        public_text=_optional(raw, "publicKeyBase64", str),
    )


def host_keys(raw: Mapping[str, Any]) -> tuple[HostKey, ...]:
    """The host keys of an instance's access details, and nothing else of them."""
    every = [_object(each, "host key") for each in _optional(raw, "hostKeys", list) or ()]
    return tuple(
        HostKey(required(each, "algorithm", str), required(each, "publicKey", str))
        for each in every
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
    """A member that must be there, of its type."""
    value = _optional(raw, member, kind)
    if value is None:
        raise invalid_response(f"it has no {member}")
    return value


def size(raw: Mapping[str, Any]) -> int:
    """The bytes of an answer that was not refused."""
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
        raise invalid_response(f"a {noun} in it is no object")
    return raw


def _moment(raw: Mapping[str, Any], member: str) -> datetime | None:
    """A time: seconds since 1970, as the protocol says, or a text that botocore can read."""
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
    # No date at all, or one that no clock reaches (RuntimeError is botocore's).
    except (ValueError, OverflowError, RuntimeError, OSError):
        raise invalid_response(f"its {member} is no date") from None


def _tag(raw: object) -> Tag:
    tag = _object(raw, "tag")
    return Tag(key=required(tag, "key", str), value=_optional(tag, "value", str))


def invalid_response(reason: str) -> InvalidResponseError:
    """The error for an answer that cannot be used; the reason follows "the answer … :"."""
    return InvalidResponseError(
        f"the answer cannot be used: {reason}",
        hint="something between here and AWS may have changed it; try again, or with --debug",
    )
