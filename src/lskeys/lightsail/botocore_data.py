"""botocore's data trimmed to what Lightsail needs, kept in a cache. Touches: the cache it is given.

To make a client, botocore lists four hundred directories, reads the endpoints of every service and
a model of which lskeys uses a tenth. The trimmed data are derived from the installed botocore, once
for each version; where the cache has none that are whole, botocore's own data are used.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import botocore
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader

_LAYOUT = 2
_VERSION = "2016-11-28"
_SERVICE = "lightsail"
_OPERATIONS = (
    "CreateKeyPair",
    "DeleteKeyPair",
    "DownloadDefaultKeyPair",
    "GetInstanceAccessDetails",
    "GetInstancePortStates",
    "GetInstances",
    "GetKeyPair",
    "GetKeyPairs",
    "GetRegions",
    "ImportKeyPair",
    "TagResource",
    "UntagResource",
)
# Profiles may need these to get at credentials.
_OTHER_SERVICES = ("oidc", "portal.sso", "signin", "sso", "sts")
_ENDPOINTS = "endpoints"


class Cache(Protocol):
    """Keeps files that can be made again, where no other user can change them."""

    def read(self, name: str) -> bytes | None:
        """What a file holds, read once; None where there is none that can be trusted."""

    def write(self, name: str, content: bytes) -> bool:
        """Keep it; whether that could be done."""

    def __hash__(self) -> int:
        """Which one it is."""


class TrimmedLoader(Loader):
    """Loads Lightsail's model and the endpoints from memory, all else from botocore.

    It names botocore's own file as the origin of the endpoints: botocore resolves endpoints by its
    rules only where it believes that the file was not changed, and by older ones otherwise.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__()
        self._data = data

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Mapping[str, Any]:
        """A service's model; botocore requests one by its name and type."""
        if service_name == _SERVICE and type_name in self._data:
            trimmed: Mapping[str, Any] = self._data[type_name]
            return trimmed
        model: Mapping[str, Any] = super().load_service_model(service_name, type_name, api_version)
        return model

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """Data that belong to no service, and the file they are from."""
        if name == _ENDPOINTS:
            return self._data[name], str(Path(self.BUILTIN_DATA_PATH) / f"{name}.json")
        data: tuple[Any, str] = super().load_data_with_path(name)
        return data


def loader(cache: Cache) -> Loader:
    """A loader of botocore's data: the quick one, or where that cannot be had, the usual one."""
    full = Loader()
    operations = hashlib.sha256(" ".join(_OPERATIONS).encode()).hexdigest()[:8]
    name = f"botocore-{botocore.__version__}-{_LAYOUT}-{operations}"
    try:
        kept = _unpacked(cache.read(name))
        if kept is None:
            kept = _trimmed(full)
            if not cache.write(name, _packed(kept)):
                return full
        return TrimmedLoader(kept)
    except (OSError, ValueError, LookupError, TypeError, BotoCoreError):
        return full


def _packed(data: Mapping[str, Any]) -> bytes:
    """The data as JSON, behind a line with its SHA-256."""
    text = json.dumps(data, separators=(",", ":")).encode()
    return hashlib.sha256(text).hexdigest().encode() + b"\n" + text


def _unpacked(content: bytes | None) -> Mapping[str, Any] | None:
    """The data, or None where they are not whole."""
    digest, _, text = (content or b"").partition(b"\n")
    if hashlib.sha256(text).hexdigest().encode() != digest:
        return None
    data: Mapping[str, Any] = json.loads(text)
    return data


def _trimmed(full: Loader) -> Mapping[str, Any]:
    return {
        "service-2": _cut_model(full.load_service_model(_SERVICE, "service-2", _VERSION)),
        "endpoint-rule-set-1": full.load_service_model(_SERVICE, "endpoint-rule-set-1"),
        _ENDPOINTS: _cut_endpoints(full.load_data(_ENDPOINTS)),
    }


def _cut_model(model: Mapping[str, Any]) -> dict[str, Any]:
    """The model with our operations and the shapes they reach, without prose."""
    operations = {name: model["operations"][name] for name in _OPERATIONS}
    wanted = set(_shapes_named(operations))
    while (
        reached := {name for shape in wanted for name in _shapes_named(model["shapes"][shape])}
        - wanted
    ):
        wanted |= reached
    shapes = {name: model["shapes"][name] for name in sorted(wanted)}
    cut: dict[str, Any] = _without_prose({**model, "operations": operations, "shapes": shapes})
    return cut


def _shapes_named(raw: object) -> Iterator[str]:
    if isinstance(raw, dict):
        if isinstance(raw.get("shape"), str):
            yield raw["shape"]
        for value in raw.values():
            yield from _shapes_named(value)
    elif isinstance(raw, list):
        for value in raw:
            yield from _shapes_named(value)


def _without_prose(raw: Any) -> Any:  # noqa: ANN401  JSON in, JSON out
    if isinstance(raw, dict):
        return {
            name: _without_prose(value)
            for name, value in raw.items()
            if not (name == "documentation" and isinstance(value, str))
        }
    return [_without_prose(value) for value in raw] if isinstance(raw, list) else raw


def _cut_endpoints(endpoints: Mapping[str, Any]) -> dict[str, Any]:
    kept = (_SERVICE, *_OTHER_SERVICES)
    partitions = [
        {
            **partition,
            "services": {
                name: partition["services"][name] for name in kept if name in partition["services"]
            },
        }
        for partition in endpoints["partitions"]
    ]
    return {**endpoints, "partitions": partitions}
