"""Remembers a rotation while it is under way, so that the next run can finish it.

Touches: the disk (the user's state directory). Paths, fingerprints and times; never a key.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from lskeys.errors import LocalError, RefusedError
from lskeys.keypairs.rotation.plan import Entry, Step

VERSION = 1
"""Of the files; another version's are refused."""

_SIZE_LIMIT = 64 * 1024
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Journal:
    """One file for each rotation under way, 0600 in a 0700 directory, replaced in one step.

    Every method may raise LocalError.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path_of(self, entry: Entry) -> Path:
        """The file of a rotation: one for each endpoint, account and region."""
        whose = "\0".join((entry.endpoint, entry.account or "", entry.region))
        digest = hashlib.sha256(whose.encode()).hexdigest()[:16]
        return self.directory / f"{entry.region}-{digest}.json"

    def find(self, endpoint: str, region: str, account: str | None) -> Entry | None:
        """The rotation under way there, if there is one.

        Where the account is not known, which happens when nothing is left in a region, the only
        one it can be is it.

        Raises:
            RefusedError: There are several, and nothing tells which of them is meant.
        """
        every = [
            entry
            for entry in self._entries(region)
            if (entry.endpoint, entry.region) == (endpoint, region)
            and (None in (account, entry.account) or entry.account == account)
        ]
        exact = [entry for entry in every if entry.account == account]
        fitting = exact or every
        if len(fitting) > 1:
            accounts = " and ".join(sorted(entry.account or "one unknown" for entry in fitting))
            raise RefusedError(
                f"rotations in {region} are under way in the accounts {accounts},"
                " and nothing tells whose credentials these are",
                hint=f"remove the file of the one that is given up, in {self.directory}",
                region=region,
            )
        return fitting[0] if fitting else None

    def write(self, entry: Entry) -> None:
        """Remember how far a rotation is; returns when the disk has it."""
        path = self.path_of(entry)
        draft = _draft_of(path)
        with _told(f"cannot remember the rotation in {path}"):
            _make(self.directory)
            draft.unlink(missing_ok=True)  # of a run that was killed
            descriptor = os.open(draft, _CREATE, 0o600)
            try:
                os.fchmod(descriptor, 0o600)
                _write(descriptor, json.dumps(_raw(entry), indent=2).encode() + b"\n")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            draft.replace(path)
            _flush(self.directory)

    def close(self, entry: Entry) -> None:
        """Forget a rotation that is complete; one that was never remembered is no error."""
        path = self.path_of(entry)
        with _told(f"the rotation is complete, but {path} cannot be removed"):
            _draft_of(path).unlink(missing_ok=True)
            if path.exists():
                path.unlink()
                _flush(self.directory)

    def _entries(self, region: str) -> Iterator[Entry]:
        with _told(f"cannot read {self.directory}"):
            names = sorted(each.name for each in _files(self.directory))
        for name in names:
            if name.startswith(f"{region}-") and name.endswith(".json"):
                yield _read(self.directory / name)


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _draft_of(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _read(path: Path) -> Entry:
    with _told(f"cannot read {path}"):
        descriptor = os.open(path, _READ)
        try:
            content = os.read(descriptor, _SIZE_LIMIT)
        finally:
            os.close(descriptor)
    try:
        return _entry(json.loads(content))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise LocalError(
            f"{path} is not what this version of lskeys writes",
            hint="it remembers a rotation under way; if there is none, remove it",
        ) from None


def _raw(entry: Entry) -> dict[str, Any]:
    created_at = entry.old_created_at
    return {
        "version": VERSION,
        "endpoint": entry.endpoint,
        "region": entry.region,
        "account": entry.account,
        "step": entry.step,
        "privateKeyFile": str(entry.path),
        "oldFingerprint": entry.old_fingerprint,
        "oldCreatedAt": created_at.isoformat() if created_at else None,
        "begunAt": entry.begun_at.isoformat(),
    }


def _entry(raw: Any) -> Entry:  # noqa: ANN401  what JSON gives
    """The entry of a file's JSON; raises all kinds of errors for what is none."""
    account, created_at = raw["account"], raw["oldCreatedAt"]
    texts = [raw[member] for member in ("endpoint", "region", "privateKeyFile", "oldFingerprint")]
    if raw["version"] != VERSION or not all(isinstance(each, str) for each in texts):
        raise ValueError
    endpoint, region, path, old_fingerprint = texts
    entry = Entry(
        endpoint=endpoint,
        region=region,
        account=str(account) if account is not None else None,
        path=Path(path),
        old_fingerprint=old_fingerprint,
        old_created_at=datetime.fromisoformat(created_at) if created_at else None,
        begun_at=datetime.fromisoformat(raw["begunAt"]),
        step=Step(raw["step"]),
    )
    moments = (entry.begun_at, entry.old_created_at or entry.begun_at)
    if not entry.path.is_absolute() or any(each.tzinfo is None for each in moments):
        raise ValueError
    return entry


def _files(directory: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        yield from directory.iterdir()


def _make(directory: Path) -> None:
    """The directory and its missing parents, each 0700 whatever the umask, and lasting."""
    for each in reversed((directory, *directory.parents)):
        with suppress(FileExistsError):
            if not each.exists():
                each.mkdir(0o700)
                each.chmod(0o700)
                _flush(each.parent)


def _flush(directory: Path) -> None:
    with suppress(PermissionError):  # a parent like /home may be closed for reading
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _told(failed: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        reason = (exc.strerror or type(exc).__name__).lower()
        hint = "fix that directory, then run the same command again to go on"
        raise LocalError(f"{failed}: {reason}", hint=hint) from exc
