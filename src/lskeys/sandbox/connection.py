"""A client's connection: requests are read within limits, responses sent in one write.

Touches: a socket.
"""

from __future__ import annotations

import io
import re
import socket
import struct
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, NoReturn

from lskeys.sandbox.responses import Ending, RefusedError, Response, refusal

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from lskeys.sandbox.server import Server

_IDLE = 120.0
_LINGER = 0.5
_MAX_LINE = 64 * 1024
_MAX_BODY = 1024 * 1024
_MAX_DIGITS = 16
_READ_SIZE = 64 * 1024
_BLANK = (b"\r\n", b"\n")
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: close() sends RST
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")


class Incoming(io.RawIOBase):
    """The bytes a client sends, up to a deadline."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._deadline = 0.0

    def allow(self, seconds: float) -> None:
        """Set the deadline, from now."""
        self._deadline = time.monotonic() + seconds

    def readable(self) -> bool:
        """True, which io checks before it reads."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Receive what has come; RefusedError at the deadline."""
        try:
            self._connection.settimeout(max(self._deadline - time.monotonic(), 1e-6))
            return self._connection.recv_into(buffer)
        except TimeoutError:
            reason = "the request took too long"
            raise RefusedError(HTTPStatus.REQUEST_TIMEOUT, reason) from None


class Connection(BaseHTTPRequestHandler):
    """Reads one request after another and sends the server's responses.

    A request may take `_IDLE` seconds to begin, then the server's `patience` to its end.
    """

    server: Server
    protocol_version = "HTTP/1.1"
    request_version = default_request_version = "HTTP/1.0"  # to version 0.9 no status is sent
    command = requestline = ""
    server_version = "lskeys-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 1024 * 1024  # head and body in one write: two may wait 40 ms for a delayed ACK

    def setup(self) -> None:
        """Read by a deadline."""
        super().setup()
        self.rfile.close()
        self._incoming = Incoming(self.connection)
        self.rfile = self._reader = io.BufferedReader(self._incoming, _READ_SIZE)

    def handle_one_request(self) -> None:
        """Read a request and respond; a refusal closes the connection, read to its end or not."""
        self.close_connection = True
        try:
            self._incoming.allow(_IDLE)
            if not self._reader.peek(1):
                return
            self._incoming.allow(self.server.patience)
            body = self._read_request()
            self._check()
            headers = {name.lower(): value for name, value in reversed(self.headers.items())}
            self._send(self.server.respond(headers, body))
        except RefusedError as refused:
            self.close_connection = True
            self._send(refusal(refused))
            self._swallow()

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> NoReturn:
        """Refuse what the library cannot parse; the parameters are the library's."""
        raise RefusedError(HTTPStatus(code), message or explain or "no HTTP")

    def handle_expect_100(self) -> bool:
        """Let a client go on that waits before it sends its body."""
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: requests hold credentials."""

    def _read_request(self) -> bytes:
        self.raw_requestline = self._read_line()
        if self.raw_requestline in _BLANK:  # RFC 9112, section 2.2: ignore one before a request
            self.raw_requestline = self._read_line()
        if not self.parse_request():
            _bad("there is no request line")
        if self.headers.defects:
            _bad("a header line is malformed")
        options = _words(self.headers.get_all("connection", []))
        persists = self.request_version == "HTTP/1.1" or "keep-alive" in options
        self.close_connection = "close" in options or not persists
        return self._read_body()

    def _read_body(self) -> bytes:
        lengths = self.headers.get_all("content-length", [])
        codings = _words(self.headers.get_all("transfer-encoding", []))
        if len(lengths) + bool(codings) > 1:  # two readers might disagree where it ends
            _bad("the body has several lengths")
        if codings == {"chunked"}:
            return self._read_chunks()
        if codings:
            reason = "only chunked is supported as Transfer-Encoding"
            raise RefusedError(HTTPStatus.NOT_IMPLEMENTED, reason)
        length = lengths[0] if lengths else "0"
        if not (length.isascii() and length.isdigit()):
            _bad("Content-Length is not a number")
        # int() refuses thousands of digits.
        return self._read_exactly(_checked(int(length.lstrip("0")[:_MAX_DIGITS] or 0)))

    def _read_chunks(self) -> bytes:
        body = bytearray()
        while size := self._read_chunk_size():
            _checked(len(body) + size)
            body += self._read_exactly(size)
            if self._read_line() not in _BLANK:
                _bad("a chunk is longer than its size")
        while self._read_line() not in _BLANK:
            pass  # trailers mean nothing here
        return bytes(body)

    def _read_chunk_size(self) -> int:
        size = _CHUNK.fullmatch(self._read_line())
        if size is None:
            _bad("the size of a chunk is not a number")
        return int(size[1], 16)

    def _read_line(self) -> bytes:
        line = self._reader.readline(_MAX_LINE + 1)
        if len(line) > _MAX_LINE:
            raise RefusedError(HTTPStatus.REQUEST_URI_TOO_LONG, "a line is too long")
        if not line.endswith(b"\n"):
            raise ConnectionAbortedError
        return line

    def _read_exactly(self, length: int) -> bytes:
        content = self._reader.read(length)
        if len(content) < length:
            raise ConnectionAbortedError
        return content

    def _check(self) -> None:
        """No web page may talk to the sandbox: not by another name, not from a browser."""
        here = self.server.hosts
        named = ", ".join(self.headers.get_all("host", []))
        if named.lower() not in here:
            reason = f"it is {' or '.join(here)}, not {named!r} (forward the same port number)"
            raise RefusedError(HTTPStatus.FORBIDDEN, reason)
        if "origin" in self.headers:
            raise RefusedError(
                HTTPStatus.FORBIDDEN, "requests with an Origin, a web page, are refused"
            )
        if self.command != "POST":
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "every operation is a POST")

    def _send(self, response: Response) -> None:
        self.connection.settimeout(self.server.patience)
        self.close_connection |= response.ending is not Ending.KEEP
        match response.ending:
            case Ending.HOLD:
                self.connection.settimeout(None)
                while self.connection.recv(_READ_SIZE):
                    pass  # until the client disconnects
            case Ending.RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                self.connection.close()
            case Ending.TRUNCATE:
                self._write(response, response.body[: len(response.body) // 2])
            case Ending.KEEP:
                self._write(response, response.body)

    def _write(self, response: Response, body: bytes) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.send_header("Connection", "close" if self.close_connection else "keep-alive")
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)
        self.wfile.flush()

    def _swallow(self) -> None:
        """Read a little of what a refused client still sends: a reset would lose the refusal."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(_LINGER)
        for _ in range(64):
            if not self.connection.recv(_READ_SIZE):
                return


def _bad(reason: str) -> NoReturn:
    raise RefusedError(HTTPStatus.BAD_REQUEST, reason)


def _checked(length: int) -> int:
    if length > _MAX_BODY:
        reason = f"the body is longer than {_MAX_BODY} bytes"
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)
    return length


def _words(values: list[str]) -> set[str]:
    """The items of a header that is a list, in lower case; it may come several times."""
    return {word.strip().lower() for value in values for word in value.split(",")}
