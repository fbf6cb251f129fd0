"""The names of key pairs, tags, instances and regions in a response, for completion. Pure.

Responses of any shape are read, invalid ones too: what is missing there is not recorded.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lskeys.model import DEFAULT_PAIR, SEEN_INSTANCES, SEEN_TAGS, SeenNames

WATCHED = (
    "GetKeyPairs",
    "GetKeyPair",
    "GetInstances",
    "GetRegions",
    "CreateKeyPair",
    "ImportKeyPair",
    "DeleteKeyPair",
    "DownloadDefaultKeyPair",
)


def seen_names(operation: str, raw: Mapping[str, Any], region: str) -> Iterator[SeenNames]:
    """The names that the response to an operation has of a region."""
    is_last = not raw.get("nextPageToken")
    match operation:
        case "GetKeyPairs":
            yield from _key_pairs(region, raw.get("keyPairs"), is_whole=is_last)
        case "GetKeyPair":
            yield from _key_pairs(region, [raw.get("keyPair")])
        case "GetInstances":
            names = _names(raw.get("instances"))
            yield SeenNames(region, names, is_whole=is_last, kind=SEEN_INSTANCES)
        case "GetRegions":
            yield SeenNames("", _names(raw.get("regions")), is_whole=True)
        case "DownloadDefaultKeyPair":
            yield SeenNames(region, (DEFAULT_PAIR,))
        case "DeleteKeyPair":
            gone = _names([raw.get("operation")], "resourceName")
            yield SeenNames(region, gone=gone)
            yield SeenNames(region, gone=gone, kind=SEEN_TAGS)
        case _:
            yield SeenNames(region, _names([raw.get("operation")], "resourceName"))


def _key_pairs(region: str, raws: object, *, is_whole: bool = False) -> Iterator[SeenNames]:
    """The names of key pairs, and all tags that these have."""
    names = _names(raws)
    tagged = [raw for raw in _objects(raws) if raw.get("tags")]
    tags = tuple(
        f"{name}/{key}"
        for raw in tagged
        for name in _names([raw])
        for key in _names(raw["tags"], "key")
    )
    yield SeenNames(region, names, is_whole=is_whole)
    yield SeenNames(region, tags, gone=names, kind=SEEN_TAGS)


def _names(raws: object, member: str = "name") -> tuple[str, ...]:
    found = [raw.get(member) for raw in _objects(raws)]
    return tuple([name for name in found if isinstance(name, str)])


def _objects(raws: object) -> list[Mapping[str, Any]]:
    members = raws if isinstance(raws, list) else []
    return [raw for raw in members if isinstance(raw, dict)]
