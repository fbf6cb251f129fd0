"""HTTP/1.1 messages: requests read with limits, responses in one piece. Touches: a socket."""

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

_MAX_HEAD = 64 * 1024
_MAX_BODY = 1024 * 1024
_READ_SIZE = 64 * 1024
_REQUEST_LINE_PARTS = 3
_ONCE = ("host", "content-length")  # two of them mean two readers may disagree


class RefusedError(Exception):
    """A request that is not read to its end: too big, or no HTTP/1.1."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request; the names of headers are in lower case, a repeated one keeps its first value."""

    method: str
    keep_alive: bool
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response: status, body, content type and further headers."""

    status: int
    body: bytes
    content_type: str = "application/x-amz-json-1.1"
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_bytes(self, *, keep_alive: bool) -> bytes:
        """Head and body in one piece: two writes would wait 40 ms for a delayed ACK."""
        lines = [
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            f"Connection: {'keep-alive' if keep_alive else 'close'}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


class RequestReader:
    """Reads one request after another from a connection.

    Attributes:
        idle: seconds to wait for a request to begin.
        patience: seconds a request may take from its first byte to its last.
    """

    def __init__(self, connection: socket.socket, *, idle: float, patience: float) -> None:
        self.idle = idle
        self.patience = patience
        self._connection = connection
        self._received = b""

    def read(self) -> HttpRequest | None:
        """The next request, or None when the client has none.

        Raises:
            RefusedError: with the status to answer before closing.
            OSError: the connection broke.
        """
        if not self._received and not self._receive(self.idle):
            return None
        deadline = time.monotonic() + self.patience
        head = self._read_head(deadline)
        if head is None:
            return None
        method, version, headers = _parse_head(head)
        length = _body_length(headers)
        if headers.get("expect", "").lower() == "100-continue":
            self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        while len(self._received) < length:
            if not self._receive_until(deadline):
                return None
        body, self._received = self._received[:length], self._received[length:]
        connection = headers.get("connection", "").lower()
        keep_alive = version == "HTTP/1.1" and connection != "close"
        return HttpRequest(method, keep_alive, headers, body)

    def _read_head(self, deadline: float) -> bytes | None:
        while b"\r\n\r\n" not in self._received:
            if len(self._received) > _MAX_HEAD:
                raise RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            if not self._receive_until(deadline):
                return None
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        return head

    def _receive_until(self, deadline: float) -> bool:
        left = deadline - time.monotonic()
        if left <= 0:
            raise RefusedError(HTTPStatus.REQUEST_TIMEOUT)
        try:
            return self._receive(left)
        except TimeoutError:
            raise RefusedError(HTTPStatus.REQUEST_TIMEOUT) from None

    def _receive(self, seconds: float) -> bool:
        self._connection.settimeout(seconds)
        received = self._connection.recv(_READ_SIZE)
        self._received += received
        return bool(received)


def _parse_head(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != _REQUEST_LINE_PARTS or parts[2] not in ("HTTP/1.1", "HTTP/1.0"):
        raise RefusedError(HTTPStatus.BAD_REQUEST)
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        if name.lower() in _ONCE and name.lower() in headers:
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        headers.setdefault(name.lower(), value.strip())
    return parts[0], parts[2], headers


def _body_length(headers: Mapping[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise RefusedError(HTTPStatus.LENGTH_REQUIRED)
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise RefusedError(HTTPStatus.BAD_REQUEST)
    if len(length) > len(str(_MAX_BODY)) or int(length) > _MAX_BODY:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return int(length)
