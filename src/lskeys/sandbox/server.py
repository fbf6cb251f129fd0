"""The local Lightsail emulator on a port of this computer. Touches: localhost."""

import contextlib
import socket
import sys
import threading
from collections.abc import Mapping
from socketserver import ThreadingTCPServer
from typing import Any, Self

from lskeys.sandbox.connection import Connection
from lskeys.sandbox.faults import parse_fault
from lskeys.sandbox.responses import Response
from lskeys.sandbox.wire import Request, Wire

_LOCALHOST = "127.0.0.1"
_CLOSING = 0.5
_BREATH = 0.02


class Server(ThreadingTCPServer):
    """A server on 127.0.0.1 and a port; a context manager, or `run_forever`.

    One daemon thread a connection. Closing wakes everything that waits, so it is immediate.

    Attributes:
        hosts: The values of Host that mean it.
        patience: Seconds a client may take to send a request or to receive a response.
    """

    allow_reuse_address = True
    block_on_close = False
    daemon_threads = True
    request_queue_size = 512
    timeout = 1.0  # the longest that closing takes when nothing else wakes the acceptor

    def __init__(self, wire: Wire, *, port: int, patience: float) -> None:
        self.patience = patience
        self._wire = wire
        self._closing = threading.Event()
        self._changed = threading.Condition()
        self._open: set[Any] = set()
        self._acceptor = threading.Thread(target=self._accept, name="sandbox", daemon=True)
        super().__init__((_LOCALHOST, port), Connection)
        self.port: int = self.socket.getsockname()[1]
        self.hosts = tuple(f"{name}:{self.port}" for name in (_LOCALHOST, "localhost", "[::1]"))

    @property
    def endpoint(self) -> str:
        """Its address, such as `http://127.0.0.1:49152`."""
        return f"http://{_LOCALHOST}:{self.port}"

    @property
    def requests(self) -> list[Request]:
        """The requests so far, in order: operation, region and body, nothing secret."""
        return list(self._wire.requests)

    def add_fault(self, text: str) -> None:
        """Order one more fault, spelled as in the switches; ValueError if it is none."""
        self._wire.faults.add(parse_fault(text))

    def respond(self, headers: Mapping[str, str], body: bytes) -> Response:
        """The account's response to a request, after the latency."""
        response = self._wire.response(headers, body)
        self._closing.wait(self._wire.latency)
        return response

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run_forever(self) -> None:
        """Serve until another thread calls `close`, or KeyboardInterrupt comes through."""
        with self:
            self._closing.wait()

    def close(self) -> None:
        """Stop: no new connections, those there are cut. Closing twice is no error."""
        if self._closing.is_set():
            return
        self._closing.set()
        if self._acceptor.is_alive():
            with contextlib.suppress(OSError), socket.create_connection((_LOCALHOST, self.port)):
                self._acceptor.join()
        self.server_close()
        with self._changed:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._open, _CLOSING)

    def _accept(self) -> None:
        while not self._closing.is_set():
            self.handle_request()

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection; one that fails, as with too many open files, is waited for."""
        try:
            return super().get_request()
        except OSError:
            self._closing.wait(_BREATH)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  the library's
        """Handle a connection in a thread of its own."""
        with self._changed:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401  the library's
        """Close a connection."""
        super().shutdown_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  the library's
        """Report what is a mistake here; clients that are gone are none."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
