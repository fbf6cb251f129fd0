"""Errors of credentials: what STS, SSO, the metadata services and the disk said. Pure.

Only the output of a `credential_process` is never quoted (`credential_process`).
"""

import configparser
import errno
import os
import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import LocationParseError

from lskeys.concurrency import Limit
from lskeys.errors import (
    PROXY_HINT,
    SANDBOX_HINT,
    LocalError,
    LskeysError,
    RemoteError,
    SetupError,
)
from lskeys.lightsail import error_table
from lskeys.lightsail.credential_process import CredentialProcessError
from lskeys.lightsail.credential_providers import MfaCodeNeededError
from lskeys.lightsail.credential_source import Source
from lskeys.lightsail.plain_http import PlainHttpError
from lskeys.lightsail.redaction import redacted
from lskeys.text import did_you_mean, one_line, printable, profiles_hint, visible_name
from lskeys.values import replace

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
    exceptions.ConfigParseError,
    exceptions.ConfigNotFound,
    exceptions.InvalidRegionError,
    exceptions.UnknownCredentialError,
)
"""Their messages name what is wrong; who wanted to know does not matter."""

_NO_SECTIONS = frozenset({"profiles", "services", "sso_sessions"})
"""What botocore puts among the sections of the configuration file."""

_LOGGED_OUT = (exceptions.SSOError, exceptions.LoginError, exceptions.TokenRetrievalError)
_EXHAUSTED = frozenset({errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE})
"""No process, memory or file is left: the fault of no program or file that is in the message."""

_OF_A_PROVIDER = (exceptions.CredentialRetrievalError, exceptions.PartialCredentialsError)
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "UnauthorizedException"})
_VALUE = re.compile(r"value: .*?, (?=type|valid)")
"""What botocore quotes of a parameter, which may be a token."""

_Explained = tuple[type[LskeysError], str | None, str]
"""The class of an error, its hint, and the reason."""


def no_profile(
    profile: str, known: Iterable[str], sections: Mapping[str, object], passed_over: Iterable[str]
) -> SetupError:
    """The error for a profile that AWS's configuration does not have.

    `sections` are all that the configuration file has, profiles or not. `passed_over` says what
    botocore did not use, as clauses.
    """
    hint = did_you_mean(profile, known) or profiles_hint(known)
    if profile not in _NO_SECTIONS and isinstance(sections.get(profile), Mapping):
        name = visible_name(profile)
        hint = f"in AWS's config file, write [profile {name}], not [{name}]"
    return SetupError(
        "; ".join(
            [f"the config profile ({visible_name(profile)}) could not be found", *passed_over]
        ),
        hint=hint,
        code=exceptions.ProfileNotFound.__name__,
    )


def credentials_timed_out(seconds: float) -> SetupError:
    """The error for credentials that took too long."""
    return SetupError(
        f"no credentials within {seconds:g} seconds",
        hint="check credential_process, SSO and the metadata service of this machine",
        code="Timeout",
    )


def credentials_limit(seconds: float) -> Limit:
    """The limit of getting credentials, which a program of the user's may do."""
    return Limit(
        seconds,
        late=lambda: credentials_timed_out(seconds),
        large=lambda: SetupError(
            "credential_process did not finish", hint="check credential_process in ~/.aws/config"
        ),
    )


def none_found(
    metadata_said: str | None,
    passed_over: Iterable[str],
    source: Source,
    incomplete: tuple[str, str] | None,
) -> SetupError:
    """The error where no provider has credentials.

    `metadata_said` is what the instance metadata service responded: a status and its words.
    `incomplete` is the provider that ignored the profile, and why.
    """
    heard = (
        [f"the instance metadata service responded with {metadata_said}"] if metadata_said else []
    )
    hint = error_table.NO_CREDENTIALS_HINT
    if incomplete:
        provider, reason = incomplete
        hint = replace(source, provider=provider).check()
        heard.append(f"in profile {visible_name(source.profile)}, {reason}")
    return SetupError(
        "; ".join(["no AWS credentials found", *heard, *passed_over]),
        hint=hint,
        code=exceptions.NoCredentialsError.__name__,
    )


def no_mfa_code(source: Source, serial: str, reason: str) -> SetupError:
    """The error for a role that needs an MFA code that cannot be prompted for, or was not typed."""
    option = "" if source.profile == "default" else f" --profile {shlex.quote(source.profile)}"
    return SetupError(
        f"profile {visible_name(source.profile)} needs an MFA code of {one_line(serial)}: {reason}",
        hint=f"run lskeys regions{option} in a terminal first; the role's credentials are cached",
        code="MfaRequired",
    )


def invalid_character(part: str, value: object, source: Source) -> SetupError:
    """The error for credentials that could end a header; what they are is not quoted."""
    problem = "is empty" if value == "" else "contains an invalid character"
    return SetupError(f"the {part} {problem}", hint=source.check())


def from_credentials(error: Exception, source: Source, doing: str | None = None) -> LskeysError:
    """The error for credentials that cannot be had, or used; the cause is one of `FAILURES`.

    `doing` is what does not work, if it is not getting them.
    """
    if isinstance(error, MfaCodeNeededError):
        return no_mfa_code(source, error.serial, "its credentials expired meanwhile")
    kind, hint, reason = _explained(error, source)
    if not isinstance(error, (*_CONFIGURATION, PlainHttpError)):
        reason = f"{doing or f'cannot get {source}'}: {reason}"
    code = type(error).__name__
    if isinstance(error, ClientError):
        code = one_line(str((error.response.get("Error") or {}).get("Code") or code), limit=100)
    return kind(reason, hint=hint, code=code)


def from_client(error: BotoCoreError) -> LskeysError:
    """The error for settings with which no client can be made."""
    kind, hint = error_table.kind_of(error)
    return kind(error_table.plain_message(error), hint=hint, code=type(error).__name__)


def _explained(error: Exception, source: Source) -> _Explained:
    if isinstance(error, ClientError):
        return _of_service(error, source)
    if isinstance(error, exceptions.ConfigParseError):
        path = visible_name(str(error.kwargs["path"]))
        reason = f"unable to parse config file: {path} ({_where(error)})"
        return SetupError, f"fix {path}", reason
    if isinstance(error, BotoCoreError):
        return _of_botocore(error, source)
    return _of_python(error, source)


def _of_botocore(error: BotoCoreError, source: Source) -> _Explained:
    """What an exception of botocore means."""
    if isinstance(error, CredentialProcessError):
        return SetupError, source.check(), str(error)
    if isinstance(error, exceptions.ParamValidationError):
        next_step = _renewal(source) if _uses_login(source) else source.check()
        return SetupError, next_step, _VALUE.sub("", error_table.plain_message(error))
    if isinstance(error, _LOGGED_OUT):
        return SetupError, _renewal(source), error_table.plain_message(error)
    kind, hint = error_table.kind_of(error)
    cause = dict(error.kwargs).get("error")
    if isinstance(cause, ValueError) and not isinstance(cause, LocationParseError):
        # No URL, but a token that is no header.
        return _of_python(cause, replace(source, host=None))
    if isinstance(error, _OF_A_PROVIDER) or hint == error_table.OTHER_HINT:
        hint = source.check(str(error.kwargs.get("provider")))
    return kind, hint, error_table.plain_message(error)


def _where(error: exceptions.ConfigParseError) -> str:
    """What is wrong in a file, without a word of it: it may hold keys."""
    cause = dict(error.kwargs).get("error")
    if isinstance(cause, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(cause, configparser.DuplicateSectionError | configparser.DuplicateOptionError):
        noun = "setting" if isinstance(cause, configparser.DuplicateOptionError) else "section"
        return f"line {cause.lineno}: a {noun} is there twice"
    if isinstance(cause, configparser.MissingSectionHeaderError):
        if str(cause.line).startswith("\ufeff"):
            return "it begins with a byte order mark"
        return f"line {cause.lineno}: no section begins before it"
    if isinstance(cause, configparser.ParsingError):
        return f"line {cause.errors[0][0]} is no setting"
    return "a nested setting has no value"


def _of_python(error: Exception, source: Source) -> _Explained:
    """What an exception of Python's own means, which botocore let pass."""
    if isinstance(error, OSError) and error.filename is not None and error.errno not in _EXHAUSTED:
        reason = os.strerror(error.errno or errno.EIO).lower()
        return SetupError, source.check(), f"{printable(str(error.filename))}: {reason}"
    if isinstance(error, OSError) and error.errno in _EXHAUSTED and source.host is None:
        reason = os.strerror(error.errno).lower()
        return LocalError, "raise the limits of this machine, or end other programs", reason
    if isinstance(error, RuntimeError):  # botocore's, about refreshed credentials
        hint = _renewal(source) if _uses_login(source) else source.check()
        return SetupError, hint, error_table.plain_message(error)
    if source.host is not None:
        reason = f"invalid response of {one_line(source.host)} ({type(error).__name__})"
        return RemoteError, PROXY_HINT, reason
    if _uses_login(source):
        return SetupError, _renewal(source), f"the cached login is invalid ({type(error).__name__})"
    return SetupError, source.check(), f"a value is invalid ({type(error).__name__})"


def _of_service(error: ClientError, source: Source) -> _Explained:
    """What STS, SSO or the sign-in service refused."""
    raw: Mapping[str, Any] = error.response
    details = raw.get("Error") or {}
    code, message = str(details.get("Code") or "Unknown"), str(details.get("Message") or "")
    said = one_line(redacted(message, source.secrets)).rstrip(".") or f"response {code}"
    reason = (
        f"{error.operation_name}: {one_line(redacted(code, source.secrets), limit=100)}: {said}"
    )
    status = (raw.get("ResponseMetadata") or {}).get("HTTPStatusCode", 0)
    kind, hint = error_table.kind_of_code(error)
    if code in _EXPIRED:
        return SetupError, _renewal(source), reason
    if code in error_table.THROTTLED or status >= 500:  # noqa: PLR2004  a server's error
        return RemoteError, error_table.LATER_HINT, reason
    if code.isdigit():  # a page of something in between
        return RemoteError, PROXY_HINT, reason
    if kind is not SetupError:
        hint = source.check() + (f", or log in again: {source.login}" if source.login else "")
    return SetupError, hint, reason


def _uses_login(source: Source) -> bool:
    return bool(source.login) and source.provider in {"sso", "login", "assume-role"}


def _renewal(source: Source) -> str:
    return f"{source.renewal}; {SANDBOX_HINT}"
