"""Results of commands that change something: files saved, key pairs created or deleted. Pure."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from lskeys.keys.material import KeySpec, public_key_file
from lskeys.model import KeyPair, Tag
from lskeys.storage.key_destination import Saved


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """A key pair to create.

    Attributes:
        key_spec: The key to create locally; None lets AWS create it (CreateKeyPair).
        force: Whether an existing file is replaced; it is kept as a backup.
    """

    name: str
    key_spec: KeySpec | None = None
    tags: tuple[Tag, ...] = ()
    force: bool = False


@dataclass(frozen=True, slots=True)
class SavedKey:
    """A private key file that `download-default` or `create` saved or would save.

    Attributes:
        fingerprint: The fingerprint that AWS reports, if any.
        fingerprint_type: The type of that fingerprint; None means "unverified".
        kept: The backup of the replaced file.
        obstacle: Why ssh could not load the replaced file, if it held the same key.
    """

    pair_name: str
    region: str
    path: Path
    outcome: Literal["saved", "unchanged", "replaced", "would save"]
    fingerprint: str | None = None
    fingerprint_type: str | None = None
    created_at: datetime | None = None
    kept: Path | None = None
    encrypted: bool = False
    obstacle: str | None = None

    @property
    def public_path(self) -> Path:
        """The public key next to it."""
        return public_key_file(self.path)


def proof(fingerprint_type: str | None) -> str:
    """Whether a key is verified, in words."""
    return f"verified ({fingerprint_type})" if fingerprint_type else "unverified"


def saved_key(pair: KeyPair, fingerprint_type: str | None, saved: Saved) -> SavedKey:
    """A key pair whose private key was saved, and what became of the files."""
    return SavedKey(
        pair_name=pair.name,
        region=pair.region,
        path=saved.path,
        outcome=saved.outcome,
        fingerprint=pair.fingerprint,
        fingerprint_type=fingerprint_type,
        created_at=pair.created_at,
        kept=saved.kept,
        encrypted=saved.encrypted,
        obstacle=saved.obstacle,
    )


@dataclass(frozen=True, slots=True)
class ImportedKey:
    """What `import` did or would do in one region.

    Attributes:
        pair: The key pair as AWS reports it after that.
        outcome: What was done; "unchanged" if it existed with the same key.
        fingerprint_type: The type of fingerprint that matched; None means "unverified".
        other_names: Other key pairs of the region with the same key.
    """

    pair: KeyPair
    outcome: Literal["imported", "unchanged", "would import"]
    fingerprint_type: str | None = None
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deletion:
    """What `delete` did or would do with one key pair.

    Attributes:
        outcome: Whether it was deleted, is missing, or would be deleted.
        expected: The `expectedFingerprint` sent, in AWS's spelling.
        local_file: The local key with this fingerprint.
        backup: Where the default private key was saved.
    """

    pair_name: str
    region: str
    outcome: Literal["deleted", "absent", "would delete"]
    expected: str | None = None
    local_file: Path | None = None
    fingerprint_type: str | None = None
    backup: Path | None = None
