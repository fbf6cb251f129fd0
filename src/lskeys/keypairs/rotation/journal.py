"""Remembers a rotation while it is under way, so that the next run can finish it.

Touches: the disk (the user's state directory). Paths, fingerprints and times; never a key.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from lskeys.errors import LocalError, MissingError, RefusedError
from lskeys.keypairs.rotation.plan import JournalEntry, Step
from lskeys.storage import ownership
from lskeys.storage.directory import Directory, make, opened, read_file
from lskeys.storage.os_errors import os_errors
from lskeys.storage.ownership import OTHERS_WRITE
from lskeys.storage.temporary import leftovers
from lskeys.storage.whole_file import write_file

VERSION = 1
"""Of the files; another version's are refused."""

_SIZE_LIMIT = 64 * 1024
_TEXTS = {
    **{name: name for name in ("endpoint", "region", "account", "step")},
    "accessKey": "access_key",
    "privateKeyFile": "path",
    "oldFingerprint": "old_fingerprint",
}
"""Member of a file that is text → field of the entry."""


class Journal:
    """One file for each rotation under way, 0600 in a 0700 directory, replaced in one step.

    Every method may raise LocalError.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path_of(self, entry: JournalEntry) -> Path:
        """The file of a rotation: one for each endpoint, account and region."""
        whose = f"{entry.endpoint}\0{entry.account}\0{entry.region}"
        digest = hashlib.sha256(whose.encode()).hexdigest()[:16]
        return self.directory / f"{entry.region}-{digest}.json"

    def entries(self, endpoint: str, region: str) -> tuple[JournalEntry, ...]:
        """The rotations under way in a region, one for each account.

        Raises:
            RefusedError: Another user could have written there.
            LocalError: They cannot be read.
        """
        return tuple(
            entry
            for entry in self._entries(region)
            if (entry.endpoint, entry.region) == (endpoint, region)
        )

    def write(self, entry: JournalEntry) -> None:
        """Remember how far a rotation is; returns when the disk has it."""
        make(self.directory)
        path = self.path_of(entry)
        content = json.dumps(_raw(entry), indent=2).encode() + b"\n"
        with (
            opened(self.directory) as directory,
            os_errors(f"cannot remember the rotation in {path}", self.directory),
        ):
            write_file(directory, path.name, content)

    def close(self, entry: JournalEntry) -> None:
        """Forget a rotation that is complete; one that was never remembered is no error."""
        path = self.path_of(entry)
        failed = f"the rotation is complete, but {path} cannot be removed"
        with (
            suppress(MissingError),
            opened(self.directory) as directory,
            os_errors(failed, self.directory),
        ):
            for each in (path, *leftovers(self.directory)):
                with suppress(FileNotFoundError):
                    os.unlink(each.name, dir_fd=directory.descriptor)
            directory.flush()

    def _entries(self, region: str) -> Iterator[JournalEntry]:
        with suppress(MissingError), opened(self.directory) as directory:
            with os_errors(f"cannot read {self.directory}", self.directory):
                names = sorted(each.name for each in self.directory.iterdir())
            for name in names:
                if name.startswith(f"{region}-") and name.endswith(".json"):
                    yield _read(directory, name)


def _read(directory: Directory, name: str) -> JournalEntry:
    path = directory.path / name
    with os_errors(f"cannot read {path}", path):
        found = read_file(directory, name, limit=_SIZE_LIMIT)
    distrust = None
    if found and not ownership.is_ours(found.owner):
        distrust = f"belongs to {ownership.name_of(found.owner)}"
    elif found and found.mode & OTHERS_WRITE:
        distrust = f"can be written by others (mode {found.mode:04o})"
    if distrust:
        raise RefusedError(
            f"{path} {distrust}", hint="lskeys would rely on it to delete a key pair: remove it"
        )
    try:
        return _entry(json.loads(found.content.reveal() if found else b""))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise LocalError(
            f"{path} is not what this version of lskeys writes",
            hint="it records a rotation in progress; if there is none, remove it",
        ) from None


def _raw(entry: JournalEntry) -> dict[str, Any]:
    created_at = entry.old_created_at
    return {
        "version": VERSION,
        **{member: str(getattr(entry, name)) for member, name in _TEXTS.items()},
        "oldCreatedAt": created_at.isoformat() if created_at else None,
        "begunAt": entry.begun_at.isoformat(),
    }


def _entry(raw: Any) -> JournalEntry:  # noqa: ANN401  what JSON gives
    """The entry of a file's JSON; raises all kinds of errors for what is none."""
    created_at = raw["oldCreatedAt"]
    texts: dict[str, Any] = {name: raw[member] for member, name in _TEXTS.items()}
    if raw["version"] != VERSION or not all(isinstance(each, str) for each in texts.values()):
        raise ValueError
    entry = JournalEntry(
        **(texts | {"path": Path(texts["path"]), "step": Step(texts["step"])}),
        old_created_at=datetime.fromisoformat(created_at) if created_at else None,
        begun_at=datetime.fromisoformat(raw["begunAt"]),
    )
    moments = (entry.begun_at, entry.old_created_at or entry.begun_at)
    if not entry.path.is_absolute() or any(each.tzinfo is None for each in moments):
        raise ValueError
    return entry
