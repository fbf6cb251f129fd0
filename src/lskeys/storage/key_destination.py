"""One private key and its `.pub`: where they go, and what may be replaced. Touches: the disk."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from lskeys.errors import RefusedError
from lskeys.keys import PrivateKey
from lskeys.keys.material import public_key_file
from lskeys.model import Secret
from lskeys.storage import replacing, writing
from lskeys.storage.directory import Directory
from lskeys.storage.existing_file import ExistingFile, read_existing
from lskeys.storage.os_errors import os_errors
from lskeys.storage.temporary import Draft, drafted
from lskeys.storage.writing import PRIVATE, PUBLIC, PUBLIC_SIZE
from lskeys.values import replace

SaveOutcome = Literal["saved", "unchanged", "replaced"]

_SUFFIX = ".pub"
_PRIVATE_SIZE = 16 * 1024  # an RSA key of 16,384 bits takes 13 KB
_USUAL_NAME_LIMIT = 255  # bytes


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a key.

    Attributes:
        outcome: "saved" where nothing was, "unchanged" where the same key was, or "replaced".
        kept: Where the private key file that was replaced is now.
        obstacle: Why ssh could not load the file that was replaced, though its key is the same.
        public_kept: Where the `.pub` that was replaced is now.
    """

    path: Path
    outcome: SaveOutcome
    kept: Path | None = None
    public_kept: Path | None = None
    encrypted: bool = False
    obstacle: str | None = None

    @property
    def public_path(self) -> Path:
        """The public key next to it."""
        return public_key_file(self.path)


@dataclass(frozen=True, slots=True)
class _File:
    """One of the two files of a key: what is written, and what counts as the same key."""

    name: str
    text: Secret
    mode: int
    is_same: Callable[[ExistingFile], bool]

    def repaired(self, existing: ExistingFile) -> Secret | None:
        """The text for the same key where ssh cannot load the file; None where it can.

        What is encrypted stays so.

        Raises:
            PathTakenError: That cannot be done.
        """
        material = existing.material
        if material is None or material.obstacle is None:
            return None
        if material.encrypted and material.clean is None:
            raise existing.path_taken()
        return material.clean if material.encrypted else self.text


class KeyDestination:
    """Where a private key and its `.pub` go; what lies there is read once, when it is made.

    `check`, then `reserve`, and within that `save`, which `withdraw` undoes.

    Attributes:
        now: The time in UTC.
        passphrase: What an encrypted file is opened with that lies there.
        existing: What lies there.
        existing_public: What lies where its public key is saved.
    """

    def __init__(
        self,
        directory: Directory,
        name: str,
        now: Callable[[], datetime],
        passphrase: Secret | None = None,
    ) -> None:
        """Read what lies there; a passphrase opens it where it is encrypted.

        Raises:
            RefusedError: The name is none or too long; a link, directory, pipe or device is there.
            LocalError: What lies there cannot be read.
        """
        check_name(name)
        self._longest = _longest_name(directory)
        self.path = directory.path / name
        self._directory = directory
        self.now = now
        self.passphrase = passphrase
        self._drafts: tuple[Draft, Draft] | None = None
        self._force = False
        self._check_length(len(_SUFFIX))
        with os_errors(f"cannot read {self.path}", self.path):
            self.existing = read_existing(directory, name, passphrase)
            self.existing_public = read_existing(directory, name + _SUFFIX)

    def check(self, *, force: bool, fresh: bool) -> None:
        """Refuse a destination where no key could be saved, as far as that shows without the key.

        Args:
            force: Whether a file that holds something else is replaced; it is kept next to it.
            fresh: Whether the key is not made yet, so that no file can hold it already.

        Raises:
            RefusedError: Without `force`, a file lies there that cannot be compared with the key;
                with it, a link that holds no key, or for a `fresh` key any link.
        """
        private, public = self.existing, self.existing_public
        for existing in (private, public):
            if existing and existing.is_link and (fresh or existing.material is None):
                raise existing.path_taken()
        if private and private.material and private.material.obstacle:
            self._check_length(len(writing.UNUSABLE) + writing.MAX_SUFFIX)
        if force:
            if private or public:
                self._check_length(len(_SUFFIX) + writing.MAX_SUFFIX)
            return
        if private and (fresh or private.public_of_private is None):
            raise private.path_taken()
        if public and (fresh or not _belongs(public, private)):
            raise public.path_taken()

    @contextmanager
    def reserve(self, *, force: bool, fresh: bool) -> Iterator["KeyDestination"]:
        """Check it and take the space of both files; without a save, nothing stays behind.

        Raises:
            RefusedError: As `check`.
            LocalError: The disk is full, read-only, or closed to you.
        """
        self.check(force=force, fresh=fresh)
        with (
            drafted(self._directory, size=_PRIVATE_SIZE) as private,
            drafted(self._directory, size=PUBLIC_SIZE) as public,
        ):
            self._drafts, self._force = (private, public), force
            yield self

    def save(self, key: PrivateKey, *, comment: str = "") -> Saved:
        """Write the key and its `.pub` and read both back; the same key is left as it is.

        Raises:
            RefusedError: Something else is there, and no `force`; nothing was changed.
            LocalError: The disk failed; the message says what is saved and what is not.
        """
        assert self._drafts is not None, "reserved before"
        private_draft, public_draft = self._drafts
        private, public = _files(self.path.name, key, comment)
        with os_errors(f"cannot write {self.path}", self.path.parent):
            self._refuse_other(public)
            outcome, kept = self._settle(private_draft, private)
        with os_errors(
            f"{self.path} is saved, but its public key {public_key_file(self.path)} is not",
            self.path.parent,
        ):
            _, public_kept = self._settle(public_draft, public)
        saved = Saved(self.path, outcome, kept, public_kept, key.encrypted)
        same = self.existing if self.existing and private.is_same(self.existing) else None
        if same is None or same.material is None:
            return saved
        is_encrypted = same.material.encrypted or (outcome != "unchanged" and key.encrypted)
        return replace(saved, encrypted=is_encrypted, obstacle=same.material.obstacle)

    def withdraw(self, saved: Saved) -> None:
        """Undo a save of this run: the new files go, and what they replaced has its name back.

        Raises:
            LocalError: The disk failed; the message says that the key is still there.
        """
        failed = f"{saved.path} cannot be removed again, and holds a key of no key pair"
        with os_errors(failed, self.path.parent):
            self._take_back(saved.path.name, saved.kept)
            self._take_back(saved.public_path.name, saved.public_kept)
            self._directory.flush()

    def _check_length(self, more: int) -> None:
        if len(os.fsencode(self.path.name)) + more > self._longest:
            raise RefusedError(
                f"the file name {self.path.name} is too long for the disk of {self.path.parent}",
                hint="choose a shorter one with --file",
            )

    def _take_back(self, name: str, kept: Path | None) -> None:
        directory = self._directory.descriptor
        if kept is None:
            os.unlink(name, dir_fd=directory)
            return
        os.rename(kept.name, name, src_dir_fd=directory, dst_dir_fd=directory)

    def _refuse_other(self, file: _File) -> None:
        existing = read_existing(self._directory, file.name)
        if existing and not file.is_same(existing) and (existing.is_link or not self._force):
            raise existing.path_taken()

    def _settle(self, draft: Draft, file: _File) -> tuple[SaveOutcome, Path | None]:
        """Give one of the two its name, unless it is there."""
        existing = read_existing(self._directory, file.name, self.passphrase)
        if existing is None:
            if draft.create(file.name, file.text, file.mode):
                return "saved", None
            # another process was quicker
            existing = read_existing(self._directory, file.name, self.passphrase)
        same = existing if existing and file.is_same(existing) else None
        repaired = file.repaired(same) if same else None
        if same and repaired is None:
            writing.tighten_mode(self._directory, file.name, file.mode, follow=same.is_link)
            self._directory.flush()
            return "unchanged", None
        if existing and (existing.is_link or not (self._force or same)):
            raise existing.path_taken()
        if existing and existing.links == 1 and existing.owner is None:
            # else another name of the file would change too, or it is not ours to change
            mode = PUBLIC if existing.public_key else PRIVATE
            writing.tighten_mode(self._directory, file.name, mode)
        stamp = f"{self.now():%Y%m%dT%H%M%SZ}" + (writing.UNUSABLE if repaired else "")
        text = repaired or file.text
        kept = replacing.replace(self._directory, draft, file.name, text, file.mode, stamp)
        return "replaced", self._directory.path / kept


def check_name(name: str) -> None:
    """Refuse what is no plain file name: names choose no path and hide nothing."""
    if not name.isprintable() or "/" in name or name in ("", ".", ".."):
        raise RefusedError(f"{name!r} is no file name", hint="choose one with --file")


def _longest_name(directory: Directory) -> int:
    """In bytes: what the disk says, or where it says nothing of use, what most of them take."""
    with suppress(OSError):
        longest = os.fpathconf(directory.descriptor, "PC_NAME_MAX")
        if longest > 0:  # some FUSE disks say 0
            return longest
    return _USUAL_NAME_LIMIT


def _files(name: str, key: PrivateKey, comment: str) -> tuple[_File, _File]:
    def is_same(existing: ExistingFile) -> bool:
        return existing.unopened is None and existing.is_private_of(key.public)

    def is_its_public(existing: ExistingFile) -> bool:
        public = existing.public_key
        return public is not None and public.blob == key.public.blob

    line = Secret(key.public.line(comment).encode() + b"\n")
    return (
        _File(name, key.pem, PRIVATE, is_same),
        _File(name + _SUFFIX, line, PUBLIC, is_its_public),
    )


def _belongs(public: ExistingFile, private: ExistingFile | None) -> bool:
    """Whether a `.pub` is one, and not of another key than the private one that is there."""
    key = private.public_of_private if private else None
    return public.public_key is not None and (key is None or key.blob == public.public_key.blob)
