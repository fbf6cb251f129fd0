"""What names, tags and page tokens AWS accepts. Pure."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable

from lskeys.sandbox.errors import invalid
from lskeys.sandbox.resources import Tag

_SHORTEST_NAME = 2
_MAX_NAME = 255
_MAX_TAGS = 50
_MAX_TAG_KEY = 128
_MAX_TAG_VALUE = 256
# The model says \w[\w\-]*\w, the guide allows the full stop as well.
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?")
# AWS, Lightsail guide, "Tag restrictions": letters, digits, spaces in UTF-8, and + - = . _ : / @
_TAG_TEXT = re.compile(r"[\w +\-=.:/@]*")


def check_name(name: str) -> None:
    """Refuse a name no resource can have, in the wording seen in public."""
    if _SHORTEST_NAME <= len(name) <= _MAX_NAME and _NAME.fullmatch(name):
        return
    raise invalid(
        f"{name} is not a valid resource name. Resource names must be at least 2 characters long "
        "and contain only alphanumerics, -, _, and .",
        tip="Use 2 to 255 characters that begin and end with a letter, a digit or _.",
    )


def merge_tags(old: Iterable[Tag], new: Iterable[Tag]) -> tuple[Tag, ...]:
    """All tags, a new value replacing an old one of the same key; refused when too many."""
    merged = {tag.key: tag for tag in (*old, *new)}
    for tag in merged.values():
        _check_tag(tag)
    if len(merged) > _MAX_TAGS:
        raise invalid(f"A resource can have at most {_MAX_TAGS} tags.")
    return tuple(merged.values())


def page_token(operation: str, region: str, number: int) -> str:
    """An opaque token for what comes after a number."""
    place = f"{operation} {region} {number}"
    return base64.urlsafe_b64encode(f"{place} {_seal(place)}".encode()).decode()


def read_page_token(operation: str, region: str, token: str | None) -> int:
    """The number to continue after; 0 without a token.

    Raises:
        ServiceError: the token is none of this operation in this region.
    """
    if token is None:
        return 0
    refusal = invalid("The page token is not valid.", tip="Use the nextPageToken of a response.")
    try:
        place, seal = base64.urlsafe_b64decode(token).decode().rsplit(" ", 1)
    except (binascii.Error, ValueError):
        raise refusal from None
    if seal != _seal(place) or not place.startswith(f"{operation} {region} "):
        raise refusal
    return int(place.rsplit(" ", 1)[1])


def _check_tag(tag: Tag) -> None:
    if not 0 < len(tag.key) <= _MAX_TAG_KEY:
        raise invalid(f"A tag key has 1 to {_MAX_TAG_KEY} characters: {tag.key}")
    if len(tag.value or "") > _MAX_TAG_VALUE:
        raise invalid(f"A tag value has at most {_MAX_TAG_VALUE} characters: {tag.value}")
    wrong = (
        f"the tag key '{tag.key}'"
        if not _TAG_TEXT.fullmatch(tag.key)
        else f"the value '{tag.value}' of tag {tag.key}"
        if not _TAG_TEXT.fullmatch(tag.value or "")
        else None
    )
    if wrong:
        raise invalid(
            f"{wrong} is not valid.",
            tip="Tags contain letters, digits, spaces, and + - = . _ : / @.",
        )


def _seal(place: str) -> str:
    return hashlib.sha256(f"page token: {place}".encode()).hexdigest()[:16]
