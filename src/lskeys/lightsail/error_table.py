"""What AWS, the network and credentials can answer instead, as this program's errors. Pure.

One table for the codes a service answers with, one for botocore's own exceptions. A new AWS
error is one row.
"""

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from lskeys.errors import (
    SANDBOX_HINT,
    LostAnswerError,
    LskeysError,
    MissingError,
    RefusedError,
    RemoteError,
    SetupError,
)
from lskeys.text import did_you_mean, one_line


class ErrorKind(NamedTuple):
    """A kind of error, and the way out."""

    kind: type[LskeysError]
    hint: str | None


_CREDENTIALS = "check the access key, or log in again (for SSO: aws sso login)"
_EXPIRED = "get new credentials (for SSO: aws sso login), then run the same command again"
_CLOCK = "set this machine's clock; AWS refuses requests that are minutes off"
_LATER = "wait a little, then run the same command again"
_LOGIN = f"run aws sso login, then the same command again; {SANDBOX_HINT}"
_NEVER_USED = (
    "open https://lightsail.aws.amazon.com in a browser once, which activates Lightsail for this "
    f"account; {SANDBOX_HINT}"
)

_BY_CODE: Mapping[str, ErrorKind] = {
    "AccessDeniedException": ErrorKind(
        SetupError, "allow these credentials the lightsail action, or enable the region"
    ),
    "AccessDenied": ErrorKind(SetupError, "allow these credentials the lightsail action"),
    "UnauthenticatedException": ErrorKind(SetupError, _CREDENTIALS),
    "UnrecognizedClientException": ErrorKind(SetupError, _CREDENTIALS),
    "InvalidClientTokenId": ErrorKind(SetupError, _CREDENTIALS),
    "MissingAuthenticationTokenException": ErrorKind(SetupError, _CREDENTIALS),
    "IncompleteSignatureException": ErrorKind(SetupError, _CREDENTIALS),
    "OptInRequired": ErrorKind(SetupError, _NEVER_USED),
    "SubscriptionRequiredException": ErrorKind(SetupError, _NEVER_USED),
    "ExpiredTokenException": ErrorKind(SetupError, _EXPIRED),
    "ExpiredToken": ErrorKind(SetupError, _EXPIRED),
    "InvalidSignatureException": ErrorKind(
        SetupError, "check the secret access key and this machine's clock"
    ),
    "RequestExpired": ErrorKind(SetupError, _CLOCK),
    "RequestTimeTooSkewed": ErrorKind(SetupError, _CLOCK),
    "AccountSetupInProgressException": ErrorKind(RemoteError, f"{_LATER}; {SANDBOX_HINT}"),
    "RegionSetupInProgressException": ErrorKind(RemoteError, _LATER),
    "NotFoundException": ErrorKind(MissingError, "lskeys list shows what there is"),
    "ThrottlingException": ErrorKind(RemoteError, _LATER),
    "TooManyRequestsException": ErrorKind(RemoteError, _LATER),
    "ServiceException": ErrorKind(RemoteError, _LATER),
    "ServiceUnavailable": ErrorKind(RemoteError, _LATER),
    "InternalFailure": ErrorKind(RemoteError, _LATER),
}
_OTHER_CODE = ErrorKind(RemoteError, None)
_NAME_TAKEN = "names are already in use"
_TAKEN_HINT = (
    "a name is shared by all Lightsail resources of a region, not only key pairs: choose another"
)

NO_CREDENTIALS_HINT = f"run aws configure, or set AWS_PROFILE or AWS_ACCESS_KEY_ID; {SANDBOX_HINT}"
_CONFIG = "fix ~/.aws/config or ~/.aws/credentials, or name another file or profile"
_REACH = "check the network, the region's name and HTTPS_PROXY"
_SLOW = "check the network, or allow more with --timeout SECONDS"

_BY_EXCEPTION: tuple[tuple[type[Exception], ErrorKind], ...] = (
    (exceptions.NoCredentialsError, ErrorKind(SetupError, NO_CREDENTIALS_HINT)),
    (exceptions.PartialCredentialsError, ErrorKind(SetupError, _CONFIG)),
    (exceptions.ConfigParseError, ErrorKind(SetupError, _CONFIG)),
    (exceptions.ConfigNotFound, ErrorKind(SetupError, _CONFIG)),
    (exceptions.InvalidRegionError, ErrorKind(SetupError, "a region looks like eu-west-1")),
    (exceptions.SSOError, ErrorKind(SetupError, _LOGIN)),
    (exceptions.LoginError, ErrorKind(SetupError, _LOGIN.replace("aws sso login", "aws login"))),
    (exceptions.TokenRetrievalError, ErrorKind(SetupError, _LOGIN)),
    (
        exceptions.MissingDependencyException,  # such as aws login's
        ErrorKind(SetupError, "for pipx: pipx inject lskeys 'botocore[crt]'"),
    ),
    (exceptions.CredentialRetrievalError, ErrorKind(SetupError, _CREDENTIALS)),
    (exceptions.MetadataRetrievalError, ErrorKind(SetupError, NO_CREDENTIALS_HINT)),
    (exceptions.ProxyConnectionError, ErrorKind(RemoteError, "check HTTPS_PROXY and NO_PROXY")),
    (
        exceptions.SSLError,
        ErrorKind(
            RemoteError, "the certificate is not trusted here; AWS_CA_BUNDLE names another CA"
        ),
    ),
    (exceptions.EndpointConnectionError, ErrorKind(RemoteError, _REACH)),
    (exceptions.ConnectTimeoutError, ErrorKind(RemoteError, _SLOW)),
    (exceptions.ReadTimeoutError, ErrorKind(RemoteError, _SLOW)),
    (exceptions.HTTPClientError, ErrorKind(RemoteError, _LATER)),
    (exceptions.ValidationError, ErrorKind(SetupError, _CONFIG)),
)
_OTHER_EXCEPTION = ErrorKind(
    SetupError, "check the AWS configuration in ~/.aws and the AWS_* variables"
)

_NEVER_SENT = (
    exceptions.EndpointConnectionError,
    exceptions.ConnectTimeoutError,
    exceptions.ProxyConnectionError,
    exceptions.SSLError,
)
_SERVER_ERROR = 500
_USER_OF_A_URL = re.compile(r"//\S*@")


def from_code(error: ClientError, doing: str, region: str, *, is_write: bool) -> LskeysError:
    """The error for what AWS answered; its own message, tip and docs come along."""
    # A body may carry anything: the stubs promise strings, the wire does not.
    raw: Mapping[str, Any] = error.response
    details = raw.get("Error") or {}
    metadata = raw.get("ResponseMetadata") or {}
    code = str(details.get("Code") or "Unknown")
    message = one_line(str(details.get("Message") or f"AWS answered {code}"))
    kind, hint = _BY_CODE.get(code, _OTHER_CODE)
    if _NAME_TAKEN in message:
        kind, hint = RefusedError, _TAKEN_HINT
    if is_write and kind is RemoteError and metadata.get("HTTPStatusCode", 0) >= _SERVER_ERROR:
        kind = LostAnswerError
    return kind(
        f"{doing} in {region}: {message.rstrip('.')}",
        hint=hint,
        code=one_line(code, limit=100),
        tip=_text(raw, "tip"),
        docs=_text(raw, "docs"),
        request_id=_text(metadata, "RequestId"),
        region=region,
    )


def from_botocore(error: BotoCoreError, doing: str, region: str, *, is_write: bool) -> LskeysError:
    """The error for what botocore raised before or instead of an answer."""
    kind, hint = next(
        (row for exception, row in _BY_EXCEPTION if isinstance(error, exception)), _OTHER_EXCEPTION
    )
    if is_write and kind is RemoteError and not isinstance(error, _NEVER_SENT):
        kind = LostAnswerError
    return kind(
        f"{doing} in {region}: {_plainly(error)}",
        hint=hint,
        code=type(error).__name__,
        region=region,
    )


def no_profile(profile: str, known: Iterable[str]) -> SetupError:
    """The error for a profile that AWS's configuration does not have."""
    return SetupError(
        f"the config profile ({one_line(profile)}) could not be found",
        hint=did_you_mean(profile, known) or "aws configure list-profiles names them",
        code=exceptions.ProfileNotFound.__name__,
    )


def from_credentials(error: Exception, profile: str | None = None) -> LskeysError:
    """The error for credentials that could not be had; the cause is named, never quoted.

    A failing `credential_process` raises whatever its output made of the parser, so the text of
    the exception may hold a secret. A profile that was named is logged in to by its name.
    """
    if isinstance(error, BotoCoreError):
        kind, hint = next(
            (row for exception, row in _BY_EXCEPTION if isinstance(error, exception)),
            _OTHER_EXCEPTION,
        )
        secret = isinstance(error, exceptions.CredentialRetrievalError)
        reason = "credentials could not be retrieved" if secret else _plainly(error)
        return kind(reason, hint=_with_profile(hint, profile), code=type(error).__name__)
    return SetupError(
        f"credentials could not be read ({type(error).__name__})",
        hint="check credential_process and the files in ~/.aws",
        code=type(error).__name__,
    )


def _with_profile(hint: str | None, profile: str | None) -> str | None:
    if not hint or not profile or profile == "default":
        return hint
    return hint.replace(" login,", f" login --profile {shlex.quote(profile)},")


def no_time(doing: str, region: str, seconds: float, *, is_write: bool) -> LskeysError:
    """The error for a question whose time ran out."""
    kind = LostAnswerError if is_write else RemoteError
    return kind(
        f"{doing} in {region}: no answer within {seconds:g} seconds",
        hint=_SLOW,
        code="Timeout",
        region=region,
    )


def from_invalid_response(
    error: RemoteError, doing: str, region: str, *, is_write: bool
) -> LskeysError:
    """The error for an answer that says success and cannot be used."""
    kind = LostAnswerError if is_write else RemoteError
    return kind(
        f"{doing} in {region}: {error.message}", hint=error.hint, code=error.code, region=region
    )


def _plainly(error: Exception) -> str:
    """What an exception says, as a clause; no header, and no proxy's password, is repeated."""
    if type(error) is exceptions.HTTPClientError:
        # Whatever broke in there, a header it would not take among it, is quoted: a token's, too.
        cause = type(error.kwargs.get("error", error)).__name__
        return f"the HTTP client could not do it ({cause})"
    message = one_line(_USER_OF_A_URL.sub("//", str(error))).rstrip(".")
    return message if message[:2].isupper() else message[:1].lower() + message[1:]


def _text(raw: Mapping[str, Any], member: str) -> str | None:
    value = raw.get(member)
    return one_line(value) if isinstance(value, str) and value else None
