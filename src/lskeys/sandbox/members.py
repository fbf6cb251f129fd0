"""The members a request may have: which, of what type, and which must be there. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lskeys.sandbox.errors import invalid, malformed
from lskeys.sandbox.resources import Tag
from lskeys.sandbox.rules import check_name
from lskeys.sandbox.shapes import Raw

_JSON_NAMES: Mapping[type, str] = {
    str: "a string",
    bool: "a boolean",
    list: "a list",
    dict: "an object",
}


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a request: its JSON type, whether it must be there and be a resource's name."""

    type: type
    required: bool = False
    is_name: bool = False


TEXT = Member(str)
REQUIRED_TEXT = Member(str, required=True)
NAME = Member(str, required=True, is_name=True)
TRUTH = Member(bool)
LIST = Member(list)
MAP = Member(dict)
REQUIRED_LIST = Member(list, required=True)


def read_body(body: bytes) -> Raw:
    """The JSON object of a request's body; an empty body is an empty object.

    Raises:
        ServiceError: SerializationException, for anything else.
    """
    try:
        raw: Any = json.loads(body or b"{}")
        json.dumps(raw, ensure_ascii=False).encode()  # lone surrogates are no text
    except (ValueError, RecursionError):
        raise malformed("The request is not valid JSON.") from None
    if not isinstance(raw, dict):
        raise malformed("The request is not a JSON object.")
    return raw


def check_members(raw: Raw, members: Mapping[str, Member]) -> Raw:
    """The request's members without the null ones, each of its type.

    Unknown members are refused, which the real service may not do: a misspelled member that
    is silently ignored is a mistake the sandbox exists to show.

    Raises:
        ServiceError: SerializationException for an unknown member or another type,
            InvalidInputException for a member that is missing, or a name no resource can have.
    """
    given = {name: value for name, value in raw.items() if value is not None}
    for name, value in given.items():
        if name not in members:
            raise malformed(f"Unknown member: {name}")
        if type(value) is not members[name].type:
            raise malformed(f"The member {name} is not {_JSON_NAMES[members[name].type]}.")
    for name, member in members.items():
        if member.required and name not in given:
            raise invalid(
                f"1 validation error detected: Value null at '{name}' failed to satisfy "
                "constraint: Member must not be null"
            )
        if member.is_name:
            check_name(given[name])
    return given


def read_tags(raws: list[Any]) -> tuple[Tag, ...]:
    """A TagList.

    Raises:
        ServiceError: SerializationException, when it is none.
    """
    return tuple(_tag(raw) for raw in raws)


def read_texts(raws: list[Any]) -> tuple[str, ...]:
    """A list of strings.

    Raises:
        ServiceError: SerializationException, when it is none.
    """
    if not all(isinstance(raw, str) for raw in raws):
        raise malformed("A list of strings has something else in it.")
    return tuple(raws)


def _tag(raw: Any) -> Tag:  # noqa: ANN401  what a client sent
    if not isinstance(raw, dict):
        raise malformed("A tag is not a JSON object.")
    given = check_members(raw, {"key": TEXT, "value": TEXT})
    return Tag(given.get("key", ""), given.get("value"))
