"""A finding: its stable code, severity, message, and the command that fixes it. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class Severity(StrEnum):
    """How much a finding matters; `audit` ends with exit code 6 for errors and warnings."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Code(StrEnum):
    """Every kind of finding, the most urgent first; the words are a versioned contract."""

    LOOSE_PERMISSIONS = "loose-permissions"
    UNUSABLE_FILE = "unusable-file"
    UNREADABLE_FILE = "unreadable-file"
    MISMATCHED_KEY = "mismatched-key"
    WRONG_PUBLIC = "wrong-public"
    MISSING_PRIVATE = "missing-private"
    STALE_DEFAULT = "stale-default"
    NO_FINGERPRINT = "no-fingerprint"
    HIDDEN_KEY = "hidden-key"
    ORPHANED_KEY = "orphaned-key"
    DUPLICATE_KEY = "duplicate-key"
    SHARED_KEY = "shared-key"
    OLD_PAIR = "old-pair"
    UNUSED_PAIR = "unused-pair"
    MISSING_PUBLIC = "missing-public"


FIXABLE = frozenset({Code.LOOSE_PERMISSIONS, Code.UNUSABLE_FILE, Code.MISSING_PUBLIC})
"""What `audit --fix` fixes itself, because no key can be lost by it."""

_SEVERITIES = {
    Code.LOOSE_PERMISSIONS: Severity.ERROR,
    Code.UNUSABLE_FILE: Severity.ERROR,
    Code.UNREADABLE_FILE: Severity.ERROR,
    Code.NO_FINGERPRINT: Severity.INFO,
    Code.HIDDEN_KEY: Severity.INFO,
    Code.SHARED_KEY: Severity.INFO,
    Code.UNUSED_PAIR: Severity.INFO,
}
"""Codes that are not listed are warnings, unless the rule says otherwise."""

_ORDER = (*Severity, *Code)


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference between local keys and the account, or a risk.

    Attributes:
        message: A sentence about the subject, which it does not name.
        command: A shell command that fixes it or is the first step; None if nothing has to be
            done.
        file: The file or directory concerned; None if only the key pair is.
        profile: The profile of its account, if several are queried.
        is_info: Whether this one is only informative, although its code can be a warning.
        by_hand: Whether `--fix` leaves it, though it fixes others of its kind.
    """

    code: Code
    message: str
    command: str | None
    region: str | None = None
    name: str | None = None
    file: Path | None = None
    profile: str | None = None
    is_info: bool = False
    by_hand: bool = False

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return Severity.INFO if self.is_info else _SEVERITIES.get(self.code, Severity.WARNING)

    @property
    def is_fixable(self) -> bool:
        """Whether `audit --fix` fixes it; what only another user can fix has no command."""
        return self.code in FIXABLE and self.command is not None and not self.by_hand

    @property
    def subject(self) -> str:
        """The file concerned, else the name of the key pair."""
        return str(self.file) if self.file else self.name or ""

    def __lt__(self, other: "Finding") -> bool:
        return self._order < other._order

    @property
    def _order(self) -> tuple[Any, ...]:
        return (
            _ORDER.index(self.severity),
            _ORDER.index(self.code),
            self.region or "",
            self.profile or "",
            self.subject,
            self.name or "",
            self.message,
            self.command or "",
        )
