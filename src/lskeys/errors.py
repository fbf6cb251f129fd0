"""What can go wrong, as a tree: one class for each thing a user does next. Pure.

::

    LskeysError                  exit
    ├── UsageError                  2   retype the command
    ├── MissingError                3   there is no such key pair, file or default pair
    ├── SetupError                  4   fix credentials, profile, region or configuration
    ├── RefusedError                5   lskeys would not do it: read the reason, decide
    ├── FindingsError               6   fix what was found, or say that it may stay
    ├── PartialError                7   some regions or names failed: see each, try those again
    ├── RemoteError                 8   AWS or the network: wait, try again
    │   └── LostAnswerError         8   it may have happened: look before trying again
    ├── LocalError                  9   fix this machine's disk or pipe
    ├── DeclinedError              10   you said no
    └── InterruptedByUserError    130   Ctrl-C, or 143 for SIGTERM
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import ClassVar, Self

SANDBOX_HINT = "to look around without an account: lskeys --sandbox list"
"""What a hint says to people who have no account at hand."""


class ExitCode(IntEnum):
    """Every exit code of the program; a versioned contract."""

    DONE = 0
    BUG = 1
    USAGE = 2
    MISSING = 3
    SETUP = 4
    REFUSED = 5
    FINDINGS = 6
    PARTIAL = 7
    REMOTE = 8
    LOCAL = 9
    DECLINED = 10
    INTERRUPTED = 130
    TERMINATED = 143


class LskeysError(Exception):
    """Something a user can act on: a message, and where there is one, the way out.

    Args:
        message: One line, lower case, no full stop; names the thing.
        hint: What to do next, where lskeys knows.
        code: A stable word for programs: AWS's own error code, else the class's.
        tip: AWS's own advice.
        docs: AWS's own link.
        request_id: AWS's request id, for a support case.
        region: The region whose answer this is.

    Attributes:
        failures: The errors this one sums up.
        was_sent: False only where it is known that a change never left this computer.
    """

    was_sent: bool = True
    exit_code: ExitCode = ExitCode.BUG
    default_code: ClassVar[str] = "Bug"

    def __init__(  # noqa: PLR0913  the fields are the machine-readable error, all of it
        self,
        message: str,
        *,
        hint: str | None = None,
        code: str | None = None,
        tip: str | None = None,
        docs: str | None = None,
        request_id: str | None = None,
        region: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or self.default_code
        self.tip = tip
        self.docs = docs
        self.request_id = request_id
        self.region = region
        self.failures: Sequence[LskeysError] = ()

    def of(self, profile: str | None) -> Self:
        """The error, which says whose account it is about, where several are asked."""
        whose = f"profile {profile}: "
        if profile and not self.message.startswith(whose):  # regions may share an error
            self.message = whose + self.message
        return self


class UsageError(LskeysError):
    """The command line cannot be understood."""

    exit_code = ExitCode.USAGE
    default_code = "Usage"


class MissingError(LskeysError):
    """There is no such key pair, file or default pair."""

    exit_code = ExitCode.MISSING
    default_code = "Missing"


class SetupError(LskeysError):
    """Credentials, profile, region or configuration do not work."""

    exit_code = ExitCode.SETUP
    default_code = "Setup"


class RefusedError(LskeysError):
    """Refused for safety; nothing was changed."""

    exit_code = ExitCode.REFUSED
    default_code = "Refused"


class FindingsError(LskeysError):
    """Something is not as it should be; all of it was shown."""

    exit_code = ExitCode.FINDINGS
    default_code = "Findings"


class PartialError(LskeysError):
    """Some regions or names failed, the rest is done."""

    exit_code = ExitCode.PARTIAL
    default_code = "Partial"


class RemoteError(LskeysError):
    """AWS or the network failed, or gave an answer that cannot be used."""

    exit_code = ExitCode.REMOTE
    default_code = "Remote"


class LostAnswerError(RemoteError):
    """A change was sent and no answer came back: it may or may not have happened."""

    default_code = "LostAnswer"


class LocalError(LskeysError):
    """This machine failed: disk full, read-only, no permission, output gone."""

    exit_code = ExitCode.LOCAL
    default_code = "Local"


class DeclinedError(LskeysError):
    """You were asked and said no."""

    exit_code = ExitCode.DECLINED
    default_code = "Declined"


class InterruptedByUserError(LskeysError):
    """Stopped by a signal."""

    exit_code = ExitCode.INTERRUPTED
    default_code = "Interrupted"

    def __init__(self, message: str, *, exit_code: ExitCode = ExitCode.INTERRUPTED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def several(failures: Sequence[LskeysError], succeeded: int, noun: str) -> LskeysError:
    """The one error that sums up many: 7 where something succeeded or the failures differ.

    Args:
        failures: At least one; each was already shown or is in the document.
        succeeded: How many did not fail.
        noun: What was tried, in the plural: regions, key pairs.
    """
    total = len(failures) + succeeded
    summary = PartialError(f"{len(failures)} of {total} {noun} failed")
    summary.failures = failures
    codes = {failure.exit_code for failure in failures}
    if not succeeded and len(codes) == 1:
        summary.exit_code = codes.pop()
        summary.code = failures[0].code
    return summary
