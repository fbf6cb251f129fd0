"""What lies where a key file would go, and whether that is the same key. Touches: the disk."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from lskeys import keys
from lskeys.errors import RefusedError
from lskeys.keys import KeyFileContent, KeyMaterialError, PublicKey
from lskeys.keys.ciphers import outdated
from lskeys.keys.ssh_loading import OUTDATED_CIPHER, PUTTY
from lskeys.model import Secret
from lskeys.regular_files import free_name
from lskeys.storage import ownership
from lskeys.storage.directory import Directory, read_file


class PathTakenError(RefusedError):
    """Another file has the name; whoever cannot replace it gives another hint."""


@dataclass(frozen=True, slots=True)
class ExistingFile:
    """A regular file that lies at a destination already.

    Attributes:
        material: What key it holds; None if it is no key, or another user's file.
        is_link: Whether the name is a symbolic link's, through which nothing is written.
        owner: Whose file it is, where it is neither the user's own nor root's.
        reason: Why it is no key, if it is none.
        unopened: Why the passphrase, if one was given, or any other does not open it.
    """

    path: Path
    mode: int
    links: int
    material: KeyFileContent | None
    is_link: bool
    owner: str | None
    reason: str | None
    unopened: KeyMaterialError | None

    @property
    def public_of_private(self) -> PublicKey | None:
        """The public key of the private key in it, where that shows."""
        return self.material.public if self.material and self.material.has_private else None

    @property
    def public_key(self) -> PublicKey | None:
        """The public key of a file that holds no private one."""
        return self.material.public if self.material and not self.material.has_private else None

    def is_private_of(self, public: PublicKey) -> bool:
        """Whether it shows that the private key in it is the one of this public key.

        An encrypted PEM does not. OpenSSH's format does, encrypted or not.
        """
        found = self.public_of_private
        return found is not None and found.blob == public.blob

    def path_taken(self) -> PathTakenError:
        """The error that says what it holds, and how to go on."""
        hint = "use --force to replace it; the old file is kept next to it"
        holds = "another key"
        if self.is_link:
            return PathTakenError(
                f"{self.path} is a symbolic link, and nothing is written through one",
                hint="remove it, or choose another path",
            )
        if self.owner is not None:
            return PathTakenError(f"{self.path} belongs to {self.owner}", hint=hint)
        if self.material is None:
            return PathTakenError(f"{self.path} is there already: {self.reason}", hint=hint)
        if self.material.obstacle == PUTTY and self.material.encrypted:
            holds = "an encrypted PuTTY key (.ppk)"
            words = (str(self.path), "-O", "private-openssh", "-o", free_name(f"{self.path}.copy"))
            hint = f"convert it: puttygen {shlex.join(words)}"
        elif self.unopened is not None:
            hint = self.unopened.hint_for(self.path) or "try again with its passphrase"
            return PathTakenError(f"{self.path}: {self.unopened.message}", hint=hint)
        elif self.material.public is None:
            holds = "an encrypted key, which does not show whether it is the same"
            hint = "prove it with --passphrase-file FILE, or choose another file with --file"
        return PathTakenError(f"{self.path} holds {holds}", hint=hint)


def read_existing(
    directory: Directory, name: str, passphrase: Secret | None = None
) -> ExistingFile | None:
    """The file of that name, or None where nothing is.

    A passphrase opens an encrypted private key.

    Raises:
        RefusedError: It is a directory, a pipe, a device, or a link to no file that can be trusted.
        OSError: It cannot be read.
    """
    found = read_file(directory, name, limit=keys.SIZE_LIMIT, follow=True)
    if found is None:
        return None
    owner = None if ownership.is_ours(found.owner) else ownership.name_of(found.owner)
    material = reason = unopened = None
    if owner is None:
        text = found.content.reveal()
        try:
            material = keys.read_file(text)
        except KeyMaterialError as error:
            reason = error.message
        if material and material.encrypted and passphrase:
            try:
                material = keys.read_file(text, passphrase=passphrase.reveal())
            except KeyMaterialError as error:
                unopened = error
        elif material and material.obstacle == OUTDATED_CIPHER:
            unopened = outdated()
    path = directory.path / name
    is_link = found.is_link
    return ExistingFile(path, found.mode, found.links, material, is_link, owner, reason, unopened)
