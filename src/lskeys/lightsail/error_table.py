"""Errors of AWS, the network and botocore as this program's errors. Pure.

One table for the error codes of AWS, one for botocore's own exceptions. A new AWS error is one row.
Text of others passes `redacted` here, before it becomes part of an error.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from lskeys.errors import (
    PROXY_HINT,
    SANDBOX_HINT,
    LostAnswerError,
    LskeysError,
    MissingError,
    RefusedError,
    RemoteError,
    SetupError,
)
from lskeys.lightsail import ca_bundle
from lskeys.lightsail.plain_http import PlainHttpError, UnusableUrlError
from lskeys.lightsail.redaction import redacted
from lskeys.lightsail.sent_requests import SendState
from lskeys.text import one_line
from lskeys.values import value


class ErrorKind(NamedTuple):
    """The class of an error, and what to do next."""

    kind: type[LskeysError]
    hint: str | None


@value
class Request:
    """What an error of a request says of it.

    Attributes:
        doing: What did not work: "cannot delete web".
        sending: For a change, whether it was sent; None for a read.
    """

    doing: str
    region: str
    sending: SendState | None = None

    @property
    def is_change(self) -> bool:
        """Whether it is sent at most once."""
        return self.sending is not None

    @property
    def may_have_happened(self) -> bool:
        """Whether it is a change that was sent; one that was not will not be sent any more."""
        return self.sending is not None and not self.sending.call_off()


CREDENTIALS_HINT = "check the access key, or log in again (for SSO: aws sso login)"
_EXPIRED = "get new credentials (for SSO: aws sso login), then run the same command again"
_CLOCK = "set this machine's clock; AWS refuses requests whose time is minutes off"
LATER_HINT = "wait a little, then run the same command again"
_NEVER_USED = (
    "open https://lightsail.aws.amazon.com in a browser once, which activates Lightsail for this "
    f"account; {SANDBOX_HINT}"
)

THROTTLED = (
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
)
"""Codes of refusals that a later attempt need not meet (botocore: throttling codes)."""

_BY_CODE: Mapping[str, ErrorKind] = {
    "AccessDeniedException": ErrorKind(SetupError, "allow {action}, or enable the region"),
    "AccessDenied": ErrorKind(SetupError, "allow {action}"),
    "UnauthenticatedException": ErrorKind(SetupError, CREDENTIALS_HINT),
    "UnrecognizedClientException": ErrorKind(SetupError, CREDENTIALS_HINT),
    "InvalidClientTokenId": ErrorKind(SetupError, CREDENTIALS_HINT),
    "MissingAuthenticationTokenException": ErrorKind(SetupError, CREDENTIALS_HINT),
    "IncompleteSignatureException": ErrorKind(SetupError, CREDENTIALS_HINT),
    "OptInRequired": ErrorKind(SetupError, _NEVER_USED),
    "SubscriptionRequiredException": ErrorKind(SetupError, _NEVER_USED),
    "ExpiredTokenException": ErrorKind(SetupError, _EXPIRED),
    "ExpiredToken": ErrorKind(SetupError, _EXPIRED),
    "InvalidSignatureException": ErrorKind(
        SetupError, "check the secret access key and this machine's clock"
    ),
    "RequestExpired": ErrorKind(SetupError, _CLOCK),
    "RequestTimeTooSkewed": ErrorKind(SetupError, _CLOCK),
    "AccountSetupInProgressException": ErrorKind(RemoteError, f"{LATER_HINT}; {SANDBOX_HINT}"),
    "RegionSetupInProgressException": ErrorKind(RemoteError, LATER_HINT),
    "NotFoundException": ErrorKind(MissingError, "to list key pairs: lskeys list"),
    **dict.fromkeys(THROTTLED, ErrorKind(RemoteError, LATER_HINT)),
    "ServiceException": ErrorKind(RemoteError, LATER_HINT),
    "ServiceUnavailable": ErrorKind(RemoteError, LATER_HINT),
    "InternalFailure": ErrorKind(RemoteError, LATER_HINT),
}
_OTHER_CODE = ErrorKind(RemoteError, None)
_DENIED = re.compile(r"perform: (?P<action>[\w-]+:\w+)(?: on resource: (?P<resource>\S+))?")
_NAME_TAKEN = "names are already in use"
_TAKEN_HINT = (
    "a name is shared by all Lightsail resources of a region, not only key pairs: choose another"
)

URL_HINT = "an endpoint looks like https://lightsail.eu-west-1.amazonaws.com"
NO_CREDENTIALS_HINT = f"run aws configure, or set AWS_PROFILE or AWS_ACCESS_KEY_ID; {SANDBOX_HINT}"
_CONFIG = "fix ~/.aws/config or ~/.aws/credentials, or name another file or profile"
_REACH = "check the network, --endpoint-url, the region's name and HTTPS_PROXY"
_LOOK = "check what exists before you run the same command again"
_SLOW = "check the network, or allow more with --timeout SECONDS"
_PROXY = ErrorKind(RemoteError, "check HTTPS_PROXY and NO_PROXY")

_BY_EXCEPTION: tuple[tuple[type[Exception], ErrorKind], ...] = (
    (exceptions.NoCredentialsError, ErrorKind(SetupError, NO_CREDENTIALS_HINT)),
    (exceptions.PartialCredentialsError, ErrorKind(SetupError, _CONFIG)),
    (exceptions.ConfigParseError, ErrorKind(SetupError, _CONFIG)),
    (exceptions.ConfigNotFound, ErrorKind(SetupError, _CONFIG)),
    (exceptions.InvalidRegionError, ErrorKind(SetupError, "a region looks like eu-west-1")),
    (
        exceptions.MissingDependencyException,  # such as aws login's
        ErrorKind(SetupError, "for pipx: pipx inject lskeys 'botocore[crt]'"),
    ),
    (
        PlainHttpError,
        ErrorKind(
            SetupError, "keys and credentials are sent over TLS only; plain http is for localhost"
        ),
    ),
    (UnusableUrlError, ErrorKind(SetupError, URL_HINT)),
    (exceptions.CredentialRetrievalError, ErrorKind(SetupError, CREDENTIALS_HINT)),
    (exceptions.MetadataRetrievalError, ErrorKind(SetupError, NO_CREDENTIALS_HINT)),
    (exceptions.ProxyConnectionError, _PROXY),
    (
        exceptions.SSLError,
        ErrorKind(
            RemoteError, "the certificate is not trusted here; AWS_CA_BUNDLE names another CA"
        ),
    ),
    (exceptions.EndpointConnectionError, ErrorKind(RemoteError, _REACH)),
    (exceptions.ConnectTimeoutError, ErrorKind(RemoteError, _SLOW)),
    (exceptions.ReadTimeoutError, ErrorKind(RemoteError, _SLOW)),
    (exceptions.HTTPClientError, ErrorKind(RemoteError, LATER_HINT)),
    (exceptions.ValidationError, ErrorKind(SetupError, _CONFIG)),
)
OTHER_HINT = "check the AWS configuration in ~/.aws and the AWS_* variables"
_OTHER_EXCEPTION = ErrorKind(SetupError, OTHER_HINT)

_SERVER_ERROR = 500


def from_botocore(
    error: ClientError | BotoCoreError, request: Request, secrets: Iterable[str]
) -> LskeysError:
    """The error for an error of AWS, or for what botocore raised instead of a response.

    AWS's own message, tip and docs are kept; no secret is quoted.
    """
    if isinstance(error, ClientError):
        return _from_code(error, request, tuple(secrets))
    kind, hint = kind_of(error)
    return _failed(request, kind, plain_message(error, secrets), hint, type(error).__name__)


def timed_out(request: Request, seconds: float) -> LskeysError:
    """The error for a request whose time is over."""
    reason = f"no response within {seconds:g} seconds"
    return _failed(request, RemoteError, reason, _SLOW, "Timeout")


def from_invalid_response(error: RemoteError, request: Request) -> LskeysError:
    """The error for a response of success that is invalid."""
    return _failed(request, RemoteError, error.message, error.hint, error.code)


def endless_pages(request: Request) -> RemoteError:
    """The error for a list whose pages do not end."""
    return RemoteError(
        f"{request.doing} in {request.region}: pagination did not end",
        hint="the list would not be complete, so none is given; try again later",
        code="EndlessPages",
        region=request.region,
    )


def kind_of(error: Exception) -> ErrorKind:
    """The row of an exception of botocore."""
    cause = error.kwargs.get("error") if isinstance(error, BotoCoreError) else None
    # A URL that is none, for urllib3 2 and 1.26; lskeys checked its own before.
    if isinstance(cause, ValueError | AttributeError):
        return _PROXY
    if ca_bundle.unreadable(error):
        return ErrorKind(SetupError, ca_bundle.HINT)
    return next(
        (row for exception, row in _BY_EXCEPTION if isinstance(error, exception)), _OTHER_EXCEPTION
    )


def kind_of_code(error: ClientError) -> ErrorKind:
    """The row of an error code, its hint naming the action that was denied."""
    details: Mapping[str, Any] = error.response.get("Error") or {}
    kind, hint = _BY_CODE.get(str(details.get("Code")), _OTHER_CODE)
    if hint and "{action}" in hint:
        denied = _DENIED.search(str(details.get("Message")))
        action = denied["action"] if denied else f"lightsail:{error.operation_name}"
        resource = f" on {denied['resource'].rstrip('.')}" if denied and denied["resource"] else ""
        hint = hint.format(action=one_line(redacted(f"{action}{resource}")))
    return ErrorKind(kind, hint)


def plain_message(error: Exception, secrets: Iterable[str] = ()) -> str:
    """What an exception says, as a clause, without secrets."""
    if type(error) is exceptions.HTTPClientError:
        # It quotes what broke in the HTTP client, such as a header with a token.
        cause = type(error.kwargs.get("error", error)).__name__
        return f"the HTTP client failed ({cause})"
    if unreadable := ca_bundle.unreadable(error):
        return unreadable
    message = one_line(redacted(str(error), secrets)).rstrip(".")
    if isinstance(error, exceptions.ProxyConnectionError):  # whose words are the proxy's
        refused = re.search(r"Tunnel connection failed: (\d{3})", str(error.kwargs.get("error")))
        message += f", which responded with status {refused[1]}" if refused else ""
    return message if message[:2].isupper() else message[:1].lower() + message[1:]


def _without_message(code: str) -> str:
    if code.isdigit():
        return f"HTTP status {code} without an error of AWS"
    return f"AWS responded {code}"


def _from_code(error: ClientError, request: Request, secrets: tuple[str, ...]) -> LskeysError:
    # A body may carry anything: the stubs promise strings, the wire does not.
    raw: Mapping[str, Any] = error.response
    details = raw.get("Error") or {}
    metadata = raw.get("ResponseMetadata") or {}
    code = str(details.get("Code") or "Unknown")
    message = str(details.get("Message") or _without_message(code))
    kind, hint = kind_of_code(error)
    if code.isdigit() and hint is None:
        hint = PROXY_HINT
    if _NAME_TAKEN in message:
        kind, hint = RefusedError, _TAKEN_HINT
    # A number in place of a code: no error of AWS, but a page of something in between, which may
    # have passed the request on.
    is_known = not code.isdigit() and metadata.get("HTTPStatusCode", 0) < _SERVER_ERROR
    failed = _failed(
        request,
        kind,
        _safe(message, secrets).rstrip("."),
        hint,
        one_line(redacted(code, secrets), limit=100),
        is_known=is_known,
    )
    return failed.with_(
        tip=_text(raw, "tip", secrets),
        docs=_text(raw, "docs", secrets),
        request_id=_text(metadata, "RequestId", secrets),
    )


def _failed(  # noqa: PLR0913  what an error consists of
    request: Request,
    kind: type[LskeysError],
    reason: str,
    hint: str | None,
    code: str,
    *,
    is_known: bool = False,
) -> LskeysError:
    """The error of a request; `is_known`: AWS itself refused it."""
    message = f"{request.doing} in {request.region}: {reason}"
    was_sent = is_known or not request.is_change or request.may_have_happened
    if was_sent and not is_known and request.is_change:
        message, kind, hint = f"{message}; it may have happened", LostAnswerError, _LOOK
    return kind(message, hint=hint, code=code, region=request.region, was_sent=was_sent)


def _safe(text: str, secrets: Iterable[str]) -> str:
    return one_line(redacted(text, secrets))


def _text(raw: Mapping[str, Any], member: str, secrets: Iterable[str]) -> str | None:
    value = raw.get(member)
    return _safe(value, secrets) if isinstance(value, str) and value else None
