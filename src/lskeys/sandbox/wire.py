"""AWS JSON 1.1: from an HTTP request to the account and back. Touches: the store."""

import json
import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from lskeys.sandbox import shapes
from lskeys.sandbox.credentials import region_of
from lskeys.sandbox.errors import SandboxError, ServiceError
from lskeys.sandbox.faults import EFFECTS, Faults
from lskeys.sandbox.keys import KeyMaterial, make_rsa
from lskeys.sandbox.members import check_members, read_body
from lskeys.sandbox.messages import HttpRequest, HttpResponse
from lskeys.sandbox.operations import OPERATIONS, Service, spell_material
from lskeys.sandbox.shapes import Raw

_TARGET_PREFIX = "Lightsail_20161128."
_REMEMBERED = 100_000
_HTML = b"<!doctype html><title>Not AWS</title><p>Something else answered.</p>\n"
_STATUSES = {
    "InternalFailure": 500,
    "ServiceException": 500,
    "ServiceUnavailable": 503,
    "UnknownOperationException": 404,
}
_MESSAGES = {
    "AccessDeniedException": "User is not authorized to perform this operation.",
    "ExpiredTokenException": "The security token included in the request is expired",
    "RegionSetupInProgressException": "The AWS Region is still being set up for your account.",
    "ThrottlingException": "Rate exceeded",
    "UnrecognizedClientException": "The security token included in the request is invalid.",
}


class Ending(Enum):
    """What becomes of the connection: kept, held, cut unanswered, or cut half-way."""

    KEEP = auto()
    HOLD = auto()
    CUT = auto()
    HALF = auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """A response, and what becomes of the connection with it."""

    response: HttpResponse
    ending: Ending = Ending.KEEP


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was understood: no credentials, no headers, no answer."""

    operation: str
    region: str
    body: Raw


class Wire:
    """Answers requests from one account, and remembers them for whoever asserts on them."""

    def __init__(self, service: Service) -> None:
        self.requests: deque[Request] = deque(maxlen=_REMEMBERED)
        self.faults = Faults(service.switches.faults)
        self._service = service
        self._foreign_key = _once(make_rsa)

    def response(self, request: HttpRequest) -> Reply:
        """Answer one request; whatever is wrong with it or with the store is an answer too."""
        try:
            return self._perform(request)
        except ServiceError as refusal:
            return Reply(self._refuse(refusal))
        except SandboxError as broken:
            return Reply(self._refuse(ServiceError("ServiceException", str(broken), status=500)))

    def _perform(self, request: HttpRequest) -> Reply:
        region = region_of(request.headers)
        name = request.headers.get("x-amz-target", "").removeprefix(_TARGET_PREFIX)
        operation = OPERATIONS.get(name)
        if operation is None:
            raise ServiceError("UnknownOperationException", "", status=404)
        raw = read_body(request.body)
        self.requests.append(Request(name, region, raw))
        effect = self.faults.strike(name, region)
        instead = self._instead_of_responding(effect)
        if instead is not None:
            return instead
        given = check_members(raw, operation.members)
        raw = operation.response(self._service, region, given)
        return self._garbled(effect, raw)

    def _instead_of_responding(self, effect: str | None) -> Reply | None:
        """The faults in which nothing is done; an AWS error is one of them."""
        if effect == "reset":
            return Reply(_json({}), Ending.CUT)
        if effect == "hang":
            return Reply(_json({}), Ending.HOLD)
        if effect == "html":
            return Reply(HttpResponse(200, _HTML, "text/html"))
        if effect == "http-503":
            return Reply(HttpResponse(503, _HTML, "text/html"))
        if effect is None or effect in EFFECTS:
            return None
        message = _MESSAGES.get(effect, "This is a fault the sandbox was told to have.")
        raise ServiceError(effect, message, status=_STATUSES.get(effect, 400))

    def _garbled(self, effect: str | None, raw: Raw) -> Reply:
        """The faults in which the operation is done, and its answer suffers."""
        if effect == "lost-answer":
            return Reply(_json({}), Ending.CUT)
        if effect == "half-body":
            return Reply(_json(raw), Ending.HALF)
        if effect == "empty":
            return Reply(HttpResponse(200, b"", headers=_request_id()))
        if effect == "bad-json":
            cut = json.dumps(raw)[:-1].encode()
            return Reply(HttpResponse(200, cut, headers=_request_id()))
        return Reply(_json(raw | self._foreign(effect)))

    def _foreign(self, effect: str | None) -> Raw:
        if effect not in ("wrong-key", "mismatched-halves"):
            return {}
        raw = spell_material(self._foreign_key(), self._service.switches)
        if effect == "mismatched-halves":
            del raw["publicKeyBase64"]
        return raw

    def _refuse(self, refusal: ServiceError) -> HttpResponse:
        raw = shapes.error(refusal, namespaced=self._service.switches.namespaced_type)
        return _json(raw, status=refusal.status)


def _json(raw: Raw, *, status: int = 200) -> HttpResponse:
    return HttpResponse(status, json.dumps(raw).encode(), headers=_request_id())


def _request_id() -> dict[str, str]:
    return {"x-amzn-RequestId": str(uuid.uuid4())}


def _once(make: Callable[[], KeyMaterial]) -> Callable[[], KeyMaterial]:
    """The same key every time, made when it is first wanted."""
    lock = threading.Lock()
    made: list[KeyMaterial] = []

    def get() -> KeyMaterial:
        with lock:
            if not made:
                made.append(make())
        return made[0]

    return get
