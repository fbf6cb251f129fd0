"""One finding: a stable code, its severity, a sentence, and the command that fixes it. Pure."""

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


FIXABLE = frozenset({Code.LOOSE_PERMISSIONS, Code.MISSING_PUBLIC})
"""What lskeys fixes itself: where no key can be lost by it."""

_SEVERITIES = {
    Code.LOOSE_PERMISSIONS: Severity.ERROR,
    Code.NO_FINGERPRINT: Severity.INFO,
    Code.HIDDEN_KEY: Severity.INFO,
    Code.SHARED_KEY: Severity.INFO,
    Code.UNUSED_PAIR: Severity.INFO,
}
"""What is not here is a warning, unless the rule says otherwise."""

_ORDER = (*Severity, *Code)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        code: Its kind.
        message: A sentence about the subject, which it does not name.
        command: A line for a shell, which fixes it or is the first step to that; None where
            nothing has to be done.
        region: The region of the pair it is about.
        name: The name of that pair.
        file: The file or directory it is about; None where it is about the pair alone.
        profile: Whose account that pair is in, where several are asked.
        is_info: Whether it only informs, though its code can be a warning.
    """

    code: Code
    message: str
    command: str | None
    region: str | None = None
    name: str | None = None
    file: Path | None = None
    profile: str | None = None
    is_info: bool = False

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return Severity.INFO if self.is_info else _SEVERITIES.get(self.code, Severity.WARNING)

    @property
    def subject(self) -> str:
        """What it is about: the file where there is one, else the pair's name."""
        return str(self.file) if self.file else self.name or ""

    def __lt__(self, other: "Finding") -> bool:
        return self._order < other._order

    @property
    def _order(self) -> tuple[Any, ...]:
        return (
            _ORDER.index(self.severity),
            _ORDER.index(self.code),
            self.region or "",
            self.subject,
            self.name or "",
            self.message,
            self.command or "",
        )
