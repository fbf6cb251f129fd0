"""AWS JSON 1.1: from an HTTP request to the account and back. Touches: the store."""

import functools
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lskeys.sandbox import shapes
from lskeys.sandbox.credentials import region_of
from lskeys.sandbox.errors import SandboxError, ServiceError
from lskeys.sandbox.faults import EFFECTS, Faults
from lskeys.sandbox.key_pair_operations import spell_material
from lskeys.sandbox.keys import make_rsa
from lskeys.sandbox.members import read_body
from lskeys.sandbox.operation_names import UNSUPPORTED
from lskeys.sandbox.operations import OPERATIONS, perform
from lskeys.sandbox.responses import Ending, Response, from_bytes, from_json
from lskeys.sandbox.service import Service
from lskeys.sandbox.shapes import Raw

_API = "Lightsail_20161128"
_REMEMBERED = 100_000
_HTML = b"<!doctype html><title>Not AWS</title><p>This came from something else.</p>\n"
_STATUSES = {
    "InternalFailure": 500,
    "ServiceException": 500,
    "ServiceUnavailable": 503,
    "UnknownOperationException": 404,
}
_MESSAGES = {
    "AccessDeniedException": "User: arn:aws:iam::123456789012:user/sandbox is not authorized to "
    "perform: lightsail:{operation} on resource: {resource}",
    "ExpiredTokenException": "The security token included in the request is expired",
    "RegionSetupInProgressException": "The AWS Region is still being set up for your account.",
    "ThrottlingException": "Rate exceeded",
    "UnrecognizedClientException": "The security token included in the request is invalid.",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was understood: no credentials, no headers, no response."""

    operation: str
    region: str
    body: Raw


class Wire:
    """Responds to requests from one account, and records them for whoever asserts on them."""

    def __init__(
        self, service: Service, renewed: Callable[[Service], Service] = lambda same: same
    ) -> None:
        """Begin with a service; `renewed` gives the one to go on with, after a reset another."""
        self.requests: deque[Request] = deque(maxlen=_REMEMBERED)
        self.faults = Faults(service.switches.faults)
        self._service = service
        self._renewed = renewed
        self._foreign_key = functools.cache(make_rsa)

    @property
    def latency(self) -> float:
        """Seconds every response waits."""
        return self._service.switches.latency

    def response(self, headers: Mapping[str, str], body: bytes) -> Response:
        """Respond to one request: `headers` have lower-case names.

        Whatever is wrong with it, or with the store, is a response too.
        """
        try:
            return self._perform(headers, body)
        except ServiceError as refusal:
            return self._refuse(refusal)
        except SandboxError as broken:
            return self._refuse(ServiceError("ServiceException", str(broken), status=500))

    def _perform(self, headers: Mapping[str, str], body: bytes) -> Response:
        self._renew()
        region = region_of(headers)
        name = operation_name(headers)
        raw = read_body(body)
        self.requests.append(Request(name, region, raw))
        effect = self.faults.strike(name, region)
        instead = self._instead_of_responding(effect, name, region)
        if instead is not None:
            return instead
        return self._garbled(effect, perform(self._service, name, region, raw))

    def _renew(self) -> None:
        """Go on with the switches of the last reset, and with its faults."""
        service = self._renewed(self._service)
        if service is not self._service:
            self._service = service
            self.faults = Faults(service.switches.faults)

    def _instead_of_responding(
        self, effect: str | None, operation: str, region: str
    ) -> Response | None:
        """The faults in which nothing is done; an AWS error is one of them."""
        instead = {
            "reset": Response(200, ending=Ending.RESET),
            "hang": Response(200, ending=Ending.HOLD),
            "html": Response(200, _HTML, "text/html"),
            "http-503": Response(503, _HTML, "text/html"),
        }
        if effect is None or effect in EFFECTS:
            return instead.get(effect or "")
        message = _MESSAGES.get(effect, "This fault was ordered with --set.")
        message = message.format(operation=operation, resource=shapes.arn(region, "*", "*"))
        raise ServiceError(effect, message, status=_STATUSES.get(effect, 400))

    def _garbled(self, effect: str | None, raw: Raw) -> Response:
        """The faults in which the operation is done, and its response suffers."""
        if effect == "lost-answer":
            return Response(200, ending=Ending.RESET)
        if effect == "half-body":
            return replace(from_json(raw), ending=Ending.TRUNCATE)
        if effect == "empty":
            return from_bytes(b"")
        if effect == "bad-json":
            return from_bytes(json.dumps(raw)[:-1].encode())
        return from_json(raw | self._foreign(effect))

    def _foreign(self, effect: str | None) -> Raw:
        if effect not in ("wrong-key", "mismatched-halves"):
            return {}
        raw = spell_material(self._foreign_key(), self._service.switches)
        if effect == "mismatched-halves":
            del raw["publicKeyBase64"]
        return raw

    def _refuse(self, refusal: ServiceError) -> Response:
        raw = shapes.error(refusal, namespaced=self._service.switches.namespaced_type)
        return from_json(raw, status=refusal.status)


def operation_name(headers: Mapping[str, str]) -> str:
    """The operation that a request is for.

    Raises:
        ServiceError: It is for none, or for one that this sandbox does not support.
    """
    prefix, _, name = headers.get("x-amz-target", "").partition(".")
    if prefix == _API and name in OPERATIONS:
        return name
    if prefix == _API and name in UNSUPPORTED:
        message = f"The lskeys sandbox does not support {name}."
        raise ServiceError("UnsupportedOperationException", message, status=501)
    raise ServiceError("UnknownOperationException", "", status=404)
