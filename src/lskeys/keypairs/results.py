"""What changes: the key pair to make, and what a verb did to keys, pairs and files. Pure."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from lskeys.keys.material import KeySpec
from lskeys.model import KeyPair, Tag


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """A key pair to make.

    Attributes:
        name: Its name.
        key_spec: The key to make here; None leaves it to AWS (CreateKeyPair).
        tags: Its tags.
        force: Whether a file in the way is replaced; it is kept beside.
    """

    name: str
    key_spec: KeySpec | None = None
    tags: tuple[Tag, ...] = ()
    force: bool = False


@dataclass(frozen=True, slots=True)
class SavedKey:
    """A private key file, as `download-default` or `create` left it or would leave it.

    Attributes:
        pair_name: The key pair's name.
        region: Its region.
        path: The private key file.
        outcome: What became of the file.
        fingerprint: What AWS reports; None if it reports none.
        fingerprint_type: The form in which the key has that fingerprint; None means "unverified".
        created_at: When the pair was created.
        kept: Where the file that was replaced is now.
    """

    pair_name: str
    region: str
    path: Path
    outcome: Literal["saved", "unchanged", "replaced", "would save"]
    fingerprint: str | None = None
    fingerprint_type: str | None = None
    created_at: datetime | None = None
    kept: Path | None = None

    @property
    def public_path(self) -> Path:
        """The public key next to it."""
        return self.path.with_name(self.path.name + ".pub")


@dataclass(frozen=True, slots=True)
class ImportedKey:
    """What `import` did in one region, or would do.

    Attributes:
        pair: The key pair as AWS reports it after that.
        outcome: What became of it; "unchanged" where it was there with the same key.
        fingerprint_type: The type of fingerprint that matched; None means "unverified".
    """

    pair: KeyPair
    outcome: Literal["imported", "unchanged", "would import"]
    fingerprint_type: str | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """What `delete` did to one key pair, or would do.

    Attributes:
        pair_name: The key pair's name.
        region: Its region.
        outcome: Whether it is gone, was not there, or would go.
        expected: The `expectedFingerprint` that was sent, as AWS spells it.
        local_file: The local key that has it.
        fingerprint_type: The form in which it has it.
        backup: Where the default key was saved before.
    """

    pair_name: str
    region: str
    outcome: Literal["deleted", "absent", "would delete"]
    expected: str | None = None
    local_file: Path | None = None
    fingerprint_type: str | None = None
    backup: Path | None = None
