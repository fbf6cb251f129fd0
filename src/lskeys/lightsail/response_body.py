"""Checks the body of a response and its members: presence, types, sizes. Pure.

botocore returns an HTML page, a truncated body or an empty one with status 200 as success with
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

T = TypeVar("T")

MAX_RESPONSE = 32 * 1024 * 1024
"""Bytes; a page of a thousand key pairs is below one megabyte."""

_REDIRECT = 300
_TIMES = (int, float, str)


class InvalidResponseError(RemoteError, code="InvalidResponse"):
    """A response with a status of success that does not hold what was requested."""


def invalid_response(reason: str) -> InvalidResponseError:
    """The error for an invalid response; the reason is a clause about "it"."""
    return InvalidResponseError(
        f"invalid response: {reason}",
        hint="something between here and AWS may have changed it; try again, or with --debug",
    )


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
            optional(raw, name, list)
    customized_response_dict.update({name: raw[name] for name in members if name in raw})
    response_dict["body"] = b"{}"


def _is_error_object(body: bytes) -> bool:
    try:
        raw = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return False
    return isinstance(raw, dict) and isinstance(raw.get("__type", ""), str)


def _members(operation: OperationModel) -> Mapping[str, Shape]:
    shape = operation.output_shape
    return shape.members if isinstance(shape, StructureShape) else {}


def size(raw: Mapping[str, Any]) -> int:
    """The bytes of a response that passed `parse_response_body`."""
    return int(raw["ResponseMetadata"]["HTTPHeaders"]["content-length"])


def page_token(raw: Mapping[str, Any]) -> str | None:
    """The token of the next page; absent, null and empty all mean the last page."""
    return optional(raw, "nextPageToken", str) or None


def required(raw: Mapping[str, Any], member: str, kind: type[T]) -> T:
    """A member that must be present, of its type."""
    value = optional(raw, member, kind)
    if value is None:
        raise invalid_response(f"it has no {member}")
    return value


def optional(raw: Mapping[str, Any], member: str, kind: type[T]) -> T | None:
    """A member that may be absent, of its type."""
    value = raw.get(member)
    if value is None:
        return None
    if not isinstance(value, kind):
        raise invalid_response(f"its {member} is of the wrong type")
    return value


def object_in(raw: object, noun: str) -> Mapping[str, Any]:
    """What must be an object; the error calls it by the noun."""
    if not isinstance(raw, dict):
        article = "an" if noun[0] in "aeiou" else "a"
        raise invalid_response(f"{article} {noun} in it is not an object")
    return raw


def moment(raw: Mapping[str, Any], member: str) -> datetime | None:
    """A time: seconds since 1970, as the protocol says, or text that botocore can parse."""
    value = raw.get(member)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, _TIMES):
        raise invalid_response(f"its {member} is of the wrong type")
    try:
        if not isinstance(value, str):
            return datetime.fromtimestamp(value, UTC)
        read: datetime = parse_timestamp(value)
        return read.astimezone(UTC)
    # Not a date, or one that datetime cannot hold (RuntimeError is botocore's).
    except (ValueError, OverflowError, RuntimeError, OSError):
        raise invalid_response(f"its {member} is not a date") from None
