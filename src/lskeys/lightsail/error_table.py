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
    LOOK_AROUND,
    LostAnswerError,
    LskeysError,
    MissingError,
    RefusedError,
    RemoteError,
    SetupError,
)
from lskeys.text import did_you_mean, one_line


class Trouble(NamedTuple):
    """A kind of error, and the way out."""

    kind: type[LskeysError]
    hint: str | None


_CREDENTIALS = "check the access key, or log in again (for SSO: aws sso login)"
_EXPIRED = "get new credentials (for SSO: aws sso login), then run the same command again"
_CLOCK = "set this machine's clock; AWS refuses requests that are minutes off"
_LATER = "wait a little, then run the same command again"
_LOGIN = f"run aws sso login, then the same command again; {LOOK_AROUND}"
_NEVER_USED = (
    "open https://lightsail.aws.amazon.com in a browser once, which activates Lightsail for this "
    f"account; {LOOK_AROUND}"
)

_BY_CODE: Mapping[str, Trouble] = {
    "AccessDeniedException": Trouble(
        SetupError, "allow these credentials the lightsail action, or enable the region"
    ),
    "AccessDenied": Trouble(SetupError, "allow these credentials the lightsail action"),
    "UnauthenticatedException": Trouble(SetupError, _CREDENTIALS),
    "UnrecognizedClientException": Trouble(SetupError, _CREDENTIALS),
    "InvalidClientTokenId": Trouble(SetupError, _CREDENTIALS),
    "MissingAuthenticationTokenException": Trouble(SetupError, _CREDENTIALS),
    "IncompleteSignatureException": Trouble(SetupError, _CREDENTIALS),
    "OptInRequired": Trouble(SetupError, _NEVER_USED),
    "SubscriptionRequiredException": Trouble(SetupError, _NEVER_USED),
    "ExpiredTokenException": Trouble(SetupError, _EXPIRED),
    "ExpiredToken": Trouble(SetupError, _EXPIRED),
    "InvalidSignatureException": Trouble(
        SetupError, "check the secret access key and this machine's clock"
    ),
    "RequestExpired": Trouble(SetupError, _CLOCK),
    "RequestTimeTooSkewed": Trouble(SetupError, _CLOCK),
    "AccountSetupInProgressException": Trouble(RemoteError, f"{_LATER}; {LOOK_AROUND}"),
    "RegionSetupInProgressException": Trouble(RemoteError, _LATER),
    "NotFoundException": Trouble(MissingError, "lskeys list shows what there is"),
    "ThrottlingException": Trouble(RemoteError, _LATER),
    "TooManyRequestsException": Trouble(RemoteError, _LATER),
    "ServiceException": Trouble(RemoteError, _LATER),
    "ServiceUnavailable": Trouble(RemoteError, _LATER),
    "InternalFailure": Trouble(RemoteError, _LATER),
}
_OTHER_CODE = Trouble(RemoteError, None)
_NAME_TAKEN = "names are already in use"
_TAKEN_HINT = (
    "a name is shared by all Lightsail resources of a region, not only key pairs: choose another"
)

NO_CREDENTIALS_HINT = f"run aws configure, or set AWS_PROFILE or AWS_ACCESS_KEY_ID; {LOOK_AROUND}"
_CONFIG = "mend ~/.aws/config or ~/.aws/credentials, or name another file or profile"
_REACH = "check the network, the region's name and HTTPS_PROXY"
_SLOW = "check the network, or allow more with --timeout SECONDS"

_BY_EXCEPTION: tuple[tuple[type[Exception], Trouble], ...] = (
    (exceptions.NoCredentialsError, Trouble(SetupError, NO_CREDENTIALS_HINT)),
    (exceptions.PartialCredentialsError, Trouble(SetupError, _CONFIG)),
    (exceptions.ConfigParseError, Trouble(SetupError, _CONFIG)),
    (exceptions.ConfigNotFound, Trouble(SetupError, _CONFIG)),
    (exceptions.InvalidRegionError, Trouble(SetupError, "a region looks like eu-west-1")),
    (exceptions.SSOError, Trouble(SetupError, _LOGIN)),
    (exceptions.LoginError, Trouble(SetupError, _LOGIN.replace("aws sso login", "aws login"))),
    (exceptions.TokenRetrievalError, Trouble(SetupError, _LOGIN)),
    (
        exceptions.MissingDependencyException,  # such as aws login's
        Trouble(SetupError, "for pipx: pipx inject lskeys 'botocore[crt]'"),
    ),
    (exceptions.CredentialRetrievalError, Trouble(SetupError, _CREDENTIALS)),
    (exceptions.MetadataRetrievalError, Trouble(SetupError, NO_CREDENTIALS_HINT)),
    (exceptions.ProxyConnectionError, Trouble(RemoteError, "check HTTPS_PROXY and NO_PROXY")),
    (
        exceptions.SSLError,
        Trouble(RemoteError, "the certificate is not trusted here; AWS_CA_BUNDLE names another CA"),
    ),
    (exceptions.EndpointConnectionError, Trouble(RemoteError, _REACH)),
    (exceptions.ConnectTimeoutError, Trouble(RemoteError, _SLOW)),
    (exceptions.ReadTimeoutError, Trouble(RemoteError, _SLOW)),
    (exceptions.HTTPClientError, Trouble(RemoteError, _LATER)),
    (exceptions.ValidationError, Trouble(SetupError, _CONFIG)),
)
_OTHER_EXCEPTION = Trouble(
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
    """The error for what the service answered; its own message, tip and docs come along."""
    # A body may carry anything: the stubs promise strings, the wire does not.
    raw: Mapping[str, Any] = error.response
    details = raw.get("Error") or {}
    metadata = raw.get("ResponseMetadata") or {}
    code = str(details.get("Code") or "Unknown")
    message = one_line(str(details.get("Message") or f"the service answered {code}"))
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


def from_unusable(error: RemoteError, doing: str, region: str, *, is_write: bool) -> LskeysError:
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
