"""HTTP responses: JSON, refusals that say why, and what becomes of the connection. Pure."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from http import HTTPStatus
from typing import Any

_JSON = "application/x-amz-json-1.1"
_MAX_REASON = 300


class Ending(Enum):
    """What becomes of the connection: kept, held, reset without a response, or cut within it."""

    KEEP = auto()
    HOLD = auto()
    RESET = auto()
    TRUNCATE = auto()


@dataclass(frozen=True, slots=True)
class Response:
    """A response: status, body, further headers, and what becomes of the connection."""

    status: int
    body: bytes = b""
    content_type: str = _JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: Ending = Ending.KEEP


class RefusedError(Exception):
    """A request that is not understood as HTTP, or is too big, too slow or not from here."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def from_json(raw: Mapping[str, Any], *, status: int = 200) -> Response:
    """A response with this JSON object as its body."""
    return from_bytes(json.dumps(raw).encode(), status=status)


def from_bytes(body: bytes, *, status: int = 200) -> Response:
    """A response with these bytes as its body, declared as JSON; it has a request ID."""
    return Response(status, body, headers={"x-amzn-RequestId": str(uuid.uuid4())})


def refusal(refused: RefusedError) -> Response:
    """A refusal in the shape of AWS's errors, so that every client shows its reason."""
    code = refused.status.phrase.title().replace(" ", "")
    message = f"the local sandbox, not AWS: {refused.reason[:_MAX_REASON]}"
    raw = {"__type": code, "code": code, "message": message}
    allowed = {"Allow": "POST"} if refused.status is HTTPStatus.METHOD_NOT_ALLOWED else {}
    return replace(from_json(raw, status=refused.status), headers=allowed)
