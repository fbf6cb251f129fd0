"""One private key and its `.pub`: where they go, and what may be replaced. Touches: the disk."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from lskeys import keys
from lskeys.errors import RefusedError
from lskeys.keys import KeyFileContent, PrivateKey, PublicKey
from lskeys.model import Secret
from lskeys.storage import writing
from lskeys.storage.directory import Directory, FileContent, read_file
from lskeys.storage.os_errors import os_errors
from lskeys.storage.temporary import Draft, drafted
from lskeys.storage.writing import PRIVATE, PUBLIC, PUBLIC_SIZE

SaveOutcome = Literal["saved", "unchanged", "replaced"]

_SUFFIX = ".pub"
_PRIVATE_SIZE = 16 * 1024  # an RSA key of 16,384 bits takes 13 KB
_USUAL_NAME_LIMIT = 255  # bytes


@dataclass(frozen=True, slots=True)
class ExistingFile:
    """A regular file that lies at a destination already; `material` is None if it is no key."""

    path: Path
    mode: int
    material: KeyFileContent | None


class PathTakenError(RefusedError):
    """Another file has the name; whoever cannot replace it gives another hint."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a key.

    Attributes:
        path: The private key.
        public_path: Its public key.
        outcome: "saved" where nothing was, "unchanged" where the same key was, or "replaced".
        kept: Where the private key file that was replaced is now.
        public_kept: Where the `.pub` that was replaced is now.
    """

    path: Path
    public_path: Path
    outcome: SaveOutcome
    kept: Path | None = None
    public_kept: Path | None = None


@dataclass(frozen=True, slots=True)
class _File:
    """One of the two files of a key, and what counts as the same key in it."""

    name: str
    text: Secret
    mode: int
    is_same: Callable[[KeyFileContent | None], bool]


@dataclass(frozen=True, slots=True)
class Reservation:
    """A destination that was checked, with its space reserved.

    Attributes:
        path: Where the private key goes.
        present: What lay there when the place was reserved.
        beside: What lay where its public key goes.
        force: Whether a file that holds something else is replaced; it is kept beside.
    """

    path: Path
    present: ExistingFile | None
    beside: ExistingFile | None
    force: bool
    _directory: Directory
    _private: Draft
    _public: Draft
    _now: Callable[[], datetime]

    def save(self, key: PrivateKey, *, comment: str = "") -> Saved:
        """Write the key and its `.pub` and read both back; the same key is left as it is.

        Raises:
            RefusedError: Something else is there, and no `force`; nothing was changed.
            LocalError: The disk failed; the message tells what is saved and what is not.
        """
        with self._directory.turn():
            return self._save(key, comment)

    def _save(self, key: PrivateKey, comment: str) -> Saved:
        private, public = _files(self.path.name, key, comment)
        public_path = self.path.with_name(public.name)
        with os_errors(f"cannot write {self.path}"):
            self._refuse_other(public)
            outcome, kept = self._settle(self._private, private)
        with os_errors(f"{self.path} is saved, but its public key {public_path} is not"):
            _, public_kept = self._settle(self._public, public)
        return Saved(self.path, public_path, outcome, kept, public_kept)

    def withdraw(self, saved: Saved) -> None:
        """Undo a save of this run: the new files go, and what they replaced has its name back.

        Raises:
            LocalError: The disk failed; the message tells that the key is still there.
        """
        failed = f"{saved.path} cannot be removed again, and holds a key of no key pair"
        with self._directory.turn(), os_errors(failed):
            self._take_back(saved.path.name, saved.kept)
            self._take_back(saved.public_path.name, saved.public_kept)
            self._directory.flush()

    def _take_back(self, name: str, kept: Path | None) -> None:
        directory = self._directory.descriptor
        if kept is None:
            os.unlink(name, dir_fd=directory)
            return
        os.rename(kept.name, name, src_dir_fd=directory, dst_dir_fd=directory)

    def _refuse_other(self, file: _File) -> None:
        found = read_file(self._directory, file.name)
        if found and not self.force and not file.is_same(_material(found)):
            raise _path_taken(self._directory.path / file.name, _material(found))

    def _settle(self, draft: Draft, file: _File) -> tuple[SaveOutcome, Path | None]:
        found = read_file(self._directory, file.name)
        if found is None:
            if draft.place(file.name, file.text, file.mode):
                return "saved", None
            found = read_file(self._directory, file.name)  # somebody was quicker
        material = _material(found)
        if file.is_same(material):
            writing.tighten_mode(self._directory, file.name, file.mode)
            self._directory.flush()
            return "unchanged", None
        if not self.force:
            raise _path_taken(self._directory.path / file.name, material)
        if found and found.links == 1:  # else another name of the file would change too
            mode = PUBLIC if _public_key(material) else PRIVATE
            writing.tighten_mode(self._directory, file.name, mode)
        kept = writing.keep_backup(
            self._directory, file.name, stamp=f"{self._now():%Y%m%dT%H%M%SZ}"
        )
        draft.replace(file.name, file.text, file.mode)
        return "replaced", self._directory.path / kept


@contextmanager
def reserved(
    directory: Directory, name: str, *, force: bool, fresh: bool, now: Callable[[], datetime]
) -> Iterator[Reservation]:
    """Check a destination and reserve its space; without a save, nothing stays behind."""
    there = check_destination(directory, name, force=force, fresh=fresh)
    with (
        drafted(directory, size=_PRIVATE_SIZE) as private,
        drafted(directory, size=PUBLIC_SIZE) as public,
    ):
        yield Reservation(directory.path / name, *there, force, directory, private, public, now)


def check_destination(
    directory: Directory, name: str, *, force: bool, fresh: bool
) -> tuple[ExistingFile | None, ExistingFile | None]:
    """What lies at a destination and next to it; refused where no key could be saved there.

    A `fresh` key is not made yet, so no file can hold it already.
    """
    path = directory.path / name
    check_name(name)
    _check_length(directory, name, len(_SUFFIX))
    with os_errors(f"cannot read {path}"):
        found = read_file(directory, name)
        beside = read_file(directory, name + _SUFFIX)
    if force and (found or beside):
        _check_length(directory, name, len(_SUFFIX) + writing.MAX_SUFFIX)
    material, public = _material(found), _material(beside)
    private = material.private if material else None
    if found and not force and (fresh or private is None):
        raise _path_taken(path, material)
    public_path = directory.path / (name + _SUFFIX)
    if beside and not force and (fresh or not _fits(private, _public_key(public))):
        raise _path_taken(public_path, public)
    return (
        ExistingFile(path, found.mode, material) if found else None,
        ExistingFile(public_path, beside.mode, public) if beside else None,
    )


def check_name(name: str) -> None:
    """Refuse what is no plain file name: names choose no path and hide nothing."""
    if not name.isprintable() or "/" in name or name in ("", ".", ".."):
        raise RefusedError(f"{name!r} is no file name", hint="choose one with --file")


def _check_length(directory: Directory, name: str, behind: int) -> None:
    if len(os.fsencode(name)) + behind > _longest_name(directory):
        raise RefusedError(
            f"the file name {name} is too long for the disk of {directory.path}",
            hint="choose a shorter one with --file",
        )


def _longest_name(directory: Directory) -> int:
    """In bytes: what the disk says, or where it says nothing of use, what most of them take."""
    with suppress(OSError):
        os_errors = os.fpathconf(directory.descriptor, "PC_NAME_MAX")
        if os_errors > 0:  # some FUSE disks say 0
            return os_errors
    return _USUAL_NAME_LIMIT


def _files(name: str, key: PrivateKey, comment: str) -> tuple[_File, _File]:
    def is_same(material: KeyFileContent | None) -> bool:
        private = material.private if material else None
        return private is not None and private.public.blob == key.public.blob

    def is_its_public(material: KeyFileContent | None) -> bool:
        public = _public_key(material)
        return public is not None and public.blob == key.public.blob

    line = Secret(key.public.line(comment).encode() + b"\n")
    return (
        _File(name, key.pem, PRIVATE, is_same),
        _File(name + _SUFFIX, line, PUBLIC, is_its_public),
    )


def _material(found: FileContent | None) -> KeyFileContent | None:
    return keys.read_local(found.content.reveal()) if found else None


def _public_key(material: KeyFileContent | None) -> PublicKey | None:
    """The public key of a file that holds no private one."""
    return material.public if material and not material.has_private else None


def _fits(private: PrivateKey | None, public: PublicKey | None) -> bool:
    """Whether a `.pub` is one, and not of another key than the private one that is there."""
    return public is not None and (private is None or private.public.blob == public.blob)


def _path_taken(path: Path, material: KeyFileContent | None) -> RefusedError:
    holds = "another key"
    if material is None:
        holds = "something that is no key"
    elif material.encrypted:
        holds = "an encrypted key, which cannot be compared"
    return PathTakenError(
        f"{path} holds {holds}", hint="use --force to replace it; the old file is kept next to it"
    )
