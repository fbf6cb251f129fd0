"""What can go wrong: one exception class for each next step of the user. Pure.

::

    LskeysError                  exit
    ├── UsageError                  2   retype the command
    ├── MissingError                3   there is no such key pair, file or default key pair
    ├── SetupError                  4   fix credentials, profile, region or configuration
    ├── RefusedError                5   lskeys would not do it: read the reason, decide
    ├── FindingsError               6   fix what was found, or say that it may stay
    ├── PartialError                7   some regions or names failed: see each, try those again
    ├── RemoteError                 8   AWS or the network: wait, try again
    │   └── LostAnswerError         8   it may have happened: look before trying again
    ├── LocalError                  9   fix this machine's disk or pipe
    │   └── ReaderGoneError       141   nothing: whoever read the output has enough
    ├── DeclinedError              10   declined at a prompt
    └── InterruptedByUserError    130   Ctrl-C, or 143 for SIGTERM
"""

import shlex
from collections.abc import Sequence
from copy import copy
from enum import IntEnum
from pathlib import Path
from typing import Any, ClassVar, Final, Self

SANDBOX_HINT = "to try lskeys without an account: lskeys --sandbox list"
"""What a hint says to people who have no account at hand."""


PROXY_HINT = "check the network, its proxies and HTTPS_PROXY"
"""What a hint says where something between here and AWS has responded."""


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
    READER_GONE = 141
    INTERRUPTED = 130
    TERMINATED = 143


class LskeysError(Exception):
    """An error that a user can act on: a message, and a hint if there is one.

    An error is a value that is never changed: `with_` returns a copy. Errors with the same code and
    message for the same region and account are equal.

    Args:
        message: One line, lower case, no full stop; names the thing.
        hint: What to do next, if known.
        code: A stable code for programs: AWS's error code, else that of the class.
        tip: AWS's advice.
        docs: AWS's link.
        request_id: AWS's request id, for a support case.
        region: The region concerned; None if it is none or all.
        profile: The profile of the account concerned, if several are queried.
        exit_code: The exit code, if it is not that of the class.
        failures: The errors summed up by this one.
        was_sent: False only if it is known that a change never left this computer.
    """

    usual_exit_code: ClassVar[ExitCode] = ExitCode.BUG
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
        profile: str | None = None,
        exit_code: ExitCode | None = None,
        failures: Sequence["LskeysError"] = (),
        was_sent: bool = True,
    ) -> None:
        super().__init__(message)
        self.message: Final = message
        self.hint: Final = hint
        self.code: Final = code or self.default_code
        self.tip: Final = tip
        self.docs: Final = docs
        self.request_id: Final = request_id
        self.region: Final = region
        self.profile: Final = profile
        self.exit_code: Final = self.usual_exit_code if exit_code is None else exit_code
        self.failures: Final = failures
        self.was_sent: Final = was_sent

    def __init_subclass__(
        cls, *, code: str | None = None, exit_code: ExitCode | None = None
    ) -> None:
        super().__init_subclass__()
        cls.default_code = code or cls.default_code
        cls.usual_exit_code = cls.usual_exit_code if exit_code is None else exit_code

    def with_(self, **fields: Any) -> Self:  # noqa: ANN401  any of the arguments above
        """A copy of the error with other fields."""
        copied = copy(self)
        vars(copied).update(fields)
        copied.args = (copied.message,)
        return copied

    @property
    def whole_message(self) -> str:
        """The message, with the profile in front if several are queried."""
        return f"profile {self.profile}: {self.message}" if self.profile else self.message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LskeysError) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[str | None, ...]:
        return self.code, self.message, self.region, self.profile


class UsageError(LskeysError, code="Usage", exit_code=ExitCode.USAGE):
    """The command line cannot be understood."""


class MissingError(LskeysError, code="Missing", exit_code=ExitCode.MISSING):
    """There is no such key pair, file or default key pair."""


class SetupError(LskeysError, code="Setup", exit_code=ExitCode.SETUP):
    """Credentials, profile, region or configuration do not work."""


class RefusedError(LskeysError, code="Refused", exit_code=ExitCode.REFUSED):
    """Refused for safety; nothing was changed."""


class FindingsError(LskeysError, code="Findings", exit_code=ExitCode.FINDINGS):
    """`audit` found errors or warnings, which were shown."""


class PartialError(LskeysError, code="Partial", exit_code=ExitCode.PARTIAL):
    """Some regions or names failed, the rest is done."""


class RemoteError(LskeysError, code="Remote", exit_code=ExitCode.REMOTE):
    """AWS or the network failed, or the response is invalid."""


class LostAnswerError(RemoteError, code="LostAnswer"):
    """A change was sent and no response came back: it may or may not have happened."""


class LocalError(LskeysError, code="Local", exit_code=ExitCode.LOCAL):
    """Local I/O failed: disk full, read-only, no permission, output closed."""


class ReaderGoneError(LocalError, code="ReaderGone", exit_code=ExitCode.READER_GONE):
    """Whoever read stdout closed it, as `head` does; the result is not complete."""


class DeclinedError(LskeysError, code="Declined", exit_code=ExitCode.DECLINED):
    """The user declined."""


class InterruptedByUserError(LskeysError, code="Interrupted", exit_code=ExitCode.INTERRUPTED):
    """Stopped by a signal."""


def no_file(path: Path) -> MissingError:
    """A file that was named, or just seen, is not there."""
    where = shlex.quote(str(path.parent))
    return MissingError(f"there is no file {path}", hint=f"to see what there is: ls -a {where}")


def os_reason(error: OSError) -> str:
    """What the operating system says, in lower case."""
    return (error.strerror or type(error).__name__).lower()


def unreadable_file(path: Path, error: OSError) -> LocalError:
    """A file that was named cannot be read."""
    hint = f"ls -l {shlex.quote(str(path))}"
    return LocalError(f"cannot read {path}: {os_reason(error)}", hint=hint)


def several(failures: Sequence[LskeysError], succeeded: int, noun: str) -> LskeysError:
    """One error that sums up several: exit code 7 if something succeeded or the codes differ.

    Args:
        failures: At least one; each was shown or is in the JSON document.
        succeeded: The number that did not fail.
        noun: What is counted, in the plural: regions, key pairs.
    """
    total = len(failures) + succeeded
    codes = {failure.exit_code for failure in failures}
    alike = not succeeded and len(codes) == 1
    return PartialError(
        f"{len(failures)} of {total} {noun} failed",
        code=failures[0].code if alike else None,
        exit_code=codes.pop() if alike else None,
        failures=tuple(dict.fromkeys(failures)),
    )
