"""botocore's data, cut down to what Lightsail needs, in the user's cache. Touches: the disk.

To make a client, botocore lists four hundred directories, reads the endpoints of every service and
a model of which lskeys uses a tenth. The cut is derived from the installed botocore, once for each
version, and checked before use; where anything is off, botocore's own data are used.
"""

import hashlib
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader

_LAYOUT = 1
_VERSION = "2016-11-28"
_SERVICE = "lightsail"
_MANIFEST = "manifest.json"
_OPERATIONS = (
    "CreateKeyPair",
    "DeleteKeyPair",
    "DownloadDefaultKeyPair",
    "GetInstanceAccessDetails",
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
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class TrimmedLoader(Loader):
    """Loads Lightsail's model from the cut, and what belongs to other services from botocore."""

    def __init__(self, cut: Path) -> None:
        super().__init__(extra_search_paths=[str(cut)])
        self._cut = Loader(extra_search_paths=[str(cut)], include_default_search_paths=False)

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Mapping[str, Any]:
        """A service's model; botocore asks for one by its name and type."""
        load = self._cut.load_service_model
        if service_name != _SERVICE:
            load = super().load_service_model
        model: Mapping[str, Any] = load(service_name, type_name, api_version)
        return model


def loader(cache: Path) -> Loader:
    """A loader of botocore's data: the quick one, or where that cannot be had, the usual one."""
    cut = cache / f"botocore-{botocore.__version__}-{_LAYOUT}"
    try:
        if not _is_sound(cut):
            _make(cut)
        return TrimmedLoader(cut) if _is_sound(cut) else Loader()
    except (OSError, ValueError, LookupError, TypeError, BotoCoreError):
        return Loader()


def _is_sound(cut: Path) -> bool:
    """Whether the cut is whole, ours, and closed to others' writing."""
    try:
        manifest = json.loads(_read_own(cut / _MANIFEST))
        return bool(manifest) and all(
            hashlib.sha256(_read_own(cut / name)).hexdigest() == digest
            for name, digest in manifest.items()
        )
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def _read_own(path: Path) -> bytes:
    for place in (path, path.parent):
        status = place.stat()
        if status.st_uid != os.geteuid() or status.st_mode & _OTHERS_WRITE:
            raise PermissionError(f"{place} could be written by others")
    return path.read_bytes()


def _make(cut: Path) -> None:
    """Write the cut beside its place and rename it there; of many at once, any one will do."""
    cut.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = cut.with_name(f"{cut.name}.{secrets.token_hex(4)}")
    try:
        manifest = {}
        for name, raw in _contents(Loader()):
            text = json.dumps(raw, separators=(",", ":")).encode()
            path = draft / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(text)
            manifest[name] = hashlib.sha256(text).hexdigest()
        (draft / _MANIFEST).write_text(json.dumps(manifest))
        for path in (draft, *draft.rglob("*")):  # whatever the umask
            path.chmod(0o700 if path.is_dir() else 0o600)
        if _is_sound(cut):  # somebody was quicker
            return
        if cut.exists():
            shutil.rmtree(cut)
        draft.rename(cut)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _contents(full: Loader) -> Iterator[tuple[str, object]]:
    model = full.load_service_model(_SERVICE, "service-2", _VERSION)
    yield f"{_SERVICE}/{_VERSION}/service-2.json", _cut_model(model)
    rules = full.load_service_model(_SERVICE, "endpoint-rule-set-1")
    yield f"{_SERVICE}/{_VERSION}/endpoint-rule-set-1.json", rules
    yield "endpoints.json", _cut_endpoints(full.load_data("endpoints"))


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
