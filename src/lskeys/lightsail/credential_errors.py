"""Errors of credentials: what STS, SSO, the metadata services and the disk said. Pure.

Only the output of a `credential_process` is never quoted (`credential_providers`).
"""

import errno
import os
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from lskeys.concurrency import Limit
from lskeys.errors import LskeysError, RemoteError, SetupError
from lskeys.lightsail import error_table
from lskeys.lightsail.credential_providers import CredentialProcessError, MfaCodeNeededError
from lskeys.lightsail.plain_http import PlainHttpError
from lskeys.lightsail.redaction import redacted
from lskeys.text import did_you_mean, one_line, printable
from lskeys.values import value

# Responses, token files and outputs of the wrong shape make botocore fail in all these ways.
FAILURES = (
    BotoCoreError,
    ClientError,
    ResponseParserError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
)
_CONFIGURATION = (
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.ConfigParseError,
    exceptions.ConfigNotFound,
    exceptions.InvalidRegionError,
    exceptions.UnknownCredentialError,
)
"""Their messages name what is wrong; who wanted to know does not matter."""

_PROVIDERS = {
    "assume-role": "role",
    "assume-role-with-web-identity": "web identity",
    "sso": "SSO",
    "login": "aws login",
    "custom-process": "credential_process",
    "container-role": "container metadata service",
    "iam-role": "instance metadata service",
}
_FILES = "check credential_process and the files in ~/.aws"
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "UnauthorizedException"})
_LONGEST_NAME = 200


@value
class Source:
    """Where credentials come from.

    Attributes:
        profile: The profile in use.
        login_profile: The one that can be logged in to: the source profile of a role.
        login_command: `aws sso login` or `aws login`.
        provider: botocore's word for the provider, where one was tried.
        host: The host that was asked last; None where none was.
    """

    profile: str = "default"
    login_profile: str = "default"
    login_command: str = "aws sso login"
    provider: str = ""
    host: str | None = None

    @property
    def login(self) -> str:
        """The command that logs in."""
        if self.login_profile == "default":
            return self.login_command
        return f"{self.login_command} --profile {shlex.quote(self.login_profile)}"


def no_profile(profile: str, known: Iterable[str]) -> SetupError:
    """The error for a profile that AWS's configuration does not have."""
    return SetupError(
        f"the config profile ({shown(profile)}) could not be found",
        hint=did_you_mean(profile, known) or "aws configure list-profiles names them",
        code=exceptions.ProfileNotFound.__name__,
    )


def no_time(seconds: float) -> SetupError:
    """The error for credentials that took too long."""
    return SetupError(
        f"no credentials within {seconds:g} seconds",
        hint="check credential_process, SSO and the metadata service of this machine",
        code="Timeout",
    )


def limit(seconds: float) -> Limit:
    """The limit of getting credentials, which a program of the user's may do."""
    return Limit(
        seconds,
        late=lambda: no_time(seconds),
        large=lambda: SetupError(
            "credential_process did not finish", hint="check credential_process in ~/.aws/config"
        ),
    )


def none_found(said: str | None) -> SetupError:
    """The error where no provider has credentials; `said` is what the metadata service answered."""
    heard = f"; the instance metadata service answered {said}" if said else ""
    return SetupError(
        f"no AWS credentials found{heard}",
        hint=error_table.NO_CREDENTIALS_HINT,
        code=exceptions.NoCredentialsError.__name__,
    )


def no_mfa_code(source: Source, serial: str, reason: str) -> SetupError:
    """The error for a role that needs an MFA code which nobody can be prompted for, or typed."""
    option = "" if source.profile == "default" else f" --profile {shlex.quote(source.profile)}"
    return SetupError(
        f"profile {shown(source.profile)} needs an MFA code of {one_line(serial)}: {reason}",
        hint=f"run lskeys regions{option} in a terminal first; the role's credentials are cached",
        code="MfaRequired",
    )


def from_credentials(error: Exception, source: Source) -> LskeysError:
    """The error for credentials that cannot be had.

    Args:
        error: One of `FAILURES`.
        source: Where they come from.
    """
    if isinstance(error, MfaCodeNeededError):
        return no_mfa_code(source, error.serial, "its credentials expired meanwhile")
    kind, hint, reason = _explained(error, source)
    if not isinstance(error, (*_CONFIGURATION, PlainHttpError)):
        reason = f"cannot get credentials of profile {shown(source.profile)}{_by(source)}: {reason}"
    code = type(error).__name__
    if isinstance(error, ClientError):
        code = one_line(str((error.response.get("Error") or {}).get("Code") or code), limit=100)
    return kind(reason, hint=hint, code=code)


def shown(name: str) -> str:
    """A name with every invisible character spelled out, blanks at its ends included."""
    cut = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return printable(cut) if cut.strip() == cut != "" else f"'{printable(cut)}'"


def _by(source: Source) -> str:
    word = _PROVIDERS.get(source.provider)
    return f" ({word})" if word else ""


def _explained(error: Exception, source: Source) -> tuple[type[LskeysError], str | None, str]:
    """The class, the hint and the reason."""
    if isinstance(error, ClientError):
        return _of_service(error, source)
    if isinstance(error, CredentialProcessError):
        return SetupError, _FILES, str(error)
    if isinstance(error, BotoCoreError):
        kind, hint = error_table.kind_of(error)
        return kind, _with_login(hint, source), error_table.plainly(error)
    return _of_python(error, source)


def _of_python(error: Exception, source: Source) -> tuple[type[LskeysError], str | None, str]:
    """What an exception of Python's own means, which botocore let pass."""
    if isinstance(error, OSError) and error.filename is not None:
        reason = os.strerror(error.errno or errno.EIO).lower()
        return SetupError, _FILES, f"{printable(str(error.filename))}: {reason}"
    if isinstance(error, RuntimeError):  # botocore's, about refreshed credentials
        hint = _with_login(error_table.LOGIN_HINT, source) if source.provider == "sso" else _FILES
        return SetupError, hint, error_table.plainly(error)
    if source.host is not None:
        reason = f"invalid response of {one_line(source.host)} ({type(error).__name__})"
        return RemoteError, "check the network, its proxies and HTTPS_PROXY", reason
    return SetupError, _FILES, f"a file in ~/.aws is invalid ({type(error).__name__})"


def _of_service(error: ClientError, source: Source) -> tuple[type[LskeysError], str | None, str]:
    """What STS, SSO or the sign-in service refused."""
    raw: Mapping[str, Any] = error.response
    details = raw.get("Error") or {}
    code, message = str(details.get("Code") or "Unknown"), str(details.get("Message") or "")
    said = one_line(redacted(message)).rstrip(".") or f"answered {code}"
    reason = f"{error.operation_name}: {one_line(redacted(code), limit=100)}: {said}"
    status = (raw.get("ResponseMetadata") or {}).get("HTTPStatusCode", 0)
    kind, hint = error_table.kind_of_code(error)
    if code in _EXPIRED:
        return SetupError, _with_login(error_table.LOGIN_HINT, source), reason
    if code in error_table.THROTTLED or status >= 500:  # noqa: PLR2004  a server's error
        return RemoteError, error_table.LATER_HINT, reason
    if code.isdigit():  # a page of something in between
        return RemoteError, "check the network, its proxies and HTTPS_PROXY", reason
    if kind is not SetupError:
        hint = f"check the profile in ~/.aws/config, or log in again: {source.login}"
    return SetupError, hint, reason


def _with_login(hint: str | None, source: Source) -> str | None:
    """The hint with the login command of the profile that can be logged in to."""
    if hint is None:
        return None
    for command in ("aws sso login", "aws login"):
        hint = hint.replace(f"{command},", f"{source.login},")
    return hint
