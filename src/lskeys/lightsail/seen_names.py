"""The names of key pairs and regions in a response, for completion at TAB. Pure.

Responses of any shape are read, invalid ones too: what is missing there is not recorded.
"""

from collections.abc import Mapping
from typing import Any

from lskeys.model import DEFAULT_PAIR, SeenNames

WATCHED = (
    "GetKeyPairs",
    "GetKeyPair",
    "GetRegions",
    "CreateKeyPair",
    "ImportKeyPair",
    "DeleteKeyPair",
    "DownloadDefaultKeyPair",
)


def seen_names(operation: str, raw: Mapping[str, Any], region: str) -> SeenNames:
    """The names that the response to an operation has of a region."""
    match operation:
        case "GetKeyPairs":
            names = _names(raw.get("keyPairs"))
            return SeenNames(region, names, is_whole=not raw.get("nextPageToken"))
        case "GetKeyPair":
            return SeenNames(region, _names([raw.get("keyPair")]))
        case "GetRegions":
            return SeenNames("", _names(raw.get("regions")), is_whole=True)
        case "DownloadDefaultKeyPair":
            return SeenNames(region, (DEFAULT_PAIR,))
        case "DeleteKeyPair":
            return SeenNames(region, gone=_names([raw.get("operation")], "resourceName"))
        case _:
            return SeenNames(region, _names([raw.get("operation")], "resourceName"))


def _names(raws: object, member: str = "name") -> tuple[str, ...]:
    members = raws if isinstance(raws, list) else []
    found = (raw.get(member) for raw in members if isinstance(raw, dict))
    return tuple(name for name in found if isinstance(name, str))
