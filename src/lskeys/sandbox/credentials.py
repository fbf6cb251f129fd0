"""The credential scope of a signed request: whose region it is. Pure.

Signatures are not verified, and neither key identifiers nor signatures leave this module.
"""

import re
from collections.abc import Mapping

from lskeys.sandbox.errors import ServiceError
from lskeys.sandbox.regions import REGION_NAMES

ACCESS_KEY_ID = "sandbox"
SECRET_ACCESS_KEY = "sandbox"  # noqa: S105  no secret: any value is accepted
"""Obviously no real credentials; the sandbox accepts any."""

_FORBIDDEN = 403
# AWS General Reference, "Create a signed AWS API request": Credential=ID/DATE/REGION/SERVICE/…
_SCOPE = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=[^/\s]+/\d{8}/([^/\s]+)/([^/\s]+)/aws4_request\b.*"
)


def region_of(headers: Mapping[str, str]) -> str:
    """The region a request was signed for.

    Raises:
        ServiceError: it is not signed, or for no region or service there is.
    """
    authorization = headers.get("authorization")
    if not authorization:
        raise ServiceError(
            "MissingAuthenticationTokenException", "Missing Authentication Token", status=_FORBIDDEN
        )
    scope = _SCOPE.fullmatch(authorization)
    if scope is None:
        raise ServiceError(
            "IncompleteSignatureException",
            "The Authorization header has no credential scope of signature version 4.",
        )
    region, service = scope.groups()
    if service != "lightsail":
        raise _wrong_scope("Credential should be scoped to correct service: 'lightsail'.")
    if region not in REGION_NAMES:
        raise _wrong_scope(f"Credential should be scoped to a valid region, not '{region}'.")
    return region


def _wrong_scope(message: str) -> ServiceError:
    return ServiceError("InvalidSignatureException", message, status=_FORBIDDEN)
