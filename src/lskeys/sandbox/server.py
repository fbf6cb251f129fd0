"""The local Lightsail emulator on a port of this machine. Touches: localhost."""

import contextlib
import selectors
import socket
import struct
import threading
from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Self

from lskeys.sandbox.faults import parse_fault
from lskeys.sandbox.messages import HttpRequest, HttpResponse, RefusedError, RequestReader
from lskeys.sandbox.wire import Ending, Reply, Request, Wire

_LOCALHOST = "127.0.0.1"
_BACKLOG = 512
_IDLE = 120.0
_CLOSING = 0.5
_BREATH = 0.02
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: close() sends RST


class Server:
    """A server on 127.0.0.1 and a port; a context manager, or `run_forever`.

    One daemon thread a connection. Closing wakes everything that waits, so it is immediate.
    """

    def __init__(self, wire: Wire, *, port: int, latency: float, patience: float) -> None:
        self._wire = wire
        self._latency = latency
        self._patience = patience
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._acceptor: threading.Thread | None = None
        self._listener = _listen(port)
        self._wake_sender, self._wake_receiver = socket.socketpair()
        self.port: int = self._listener.getsockname()[1]
        self._hosts = {f"{name}:{self.port}" for name in (_LOCALHOST, "localhost", "[::1]")}

    @property
    def endpoint(self) -> str:
        """Its address, such as `http://127.0.0.1:49152`."""
        return f"http://{_LOCALHOST}:{self.port}"

    @property
    def requests(self) -> list[Request]:
        """What was asked so far, in order: operation, region and body, nothing secret."""
        return list(self._wire.requests)

    def add_fault(self, text: str) -> None:
        """Order one more fault, spelled as in the switches; ValueError if it is none."""
        self._wire.faults.add(parse_fault(text))

    def __enter__(self) -> Self:
        self._acceptor = threading.Thread(target=self._accept, name="sandbox", daemon=True)
        self._acceptor.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
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
        self._wake_sender.close()
        if self._acceptor is not None:
            self._acceptor.join()
        self._listener.close()
        self._wake_receiver.close()
        with self._lock:
            open_now = dict(self._connections)
        for connection in open_now:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in open_now.values():
            thread.join(_CLOSING)

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._wake_receiver, selectors.EVENT_READ)
            while not self._closing.is_set():
                selector.select()
                try:
                    self._begin(self._listener.accept()[0])
                except OSError:  # a client that is gone already, or too many open files
                    self._closing.wait(_BREATH)

    def _begin(self, connection: socket.socket) -> None:
        thread = threading.Thread(target=self._converse, args=(connection,), daemon=True)
        with self._lock:
            self._connections[connection] = thread
        thread.start()

    def _converse(self, connection: socket.socket) -> None:
        try:
            with connection, contextlib.suppress(OSError):
                connection.settimeout(None)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._respond_all(connection)
        finally:
            with self._lock:
                del self._connections[connection]

    def _respond_all(self, connection: socket.socket) -> None:
        reader = RequestReader(connection, idle=_IDLE, patience=self._patience)
        while not self._closing.is_set():
            try:
                request = reader.read()
            except RefusedError as refused:
                _refuse(connection, refused.status)
                return
            if request is None:
                return
            reply = self._respond(request)
            connection.settimeout(self._patience)
            if not _send(connection, reply, keep_alive=request.keep_alive):
                return

    def _respond(self, request: HttpRequest) -> Reply:
        if not self._is_local(request.headers):
            return Reply(_plain(HTTPStatus.FORBIDDEN))
        if request.method != "POST":
            return Reply(_plain(HTTPStatus.METHOD_NOT_ALLOWED))
        self._closing.wait(self._latency)
        return self._wire.response(request)

    def _is_local(self, headers: Mapping[str, str]) -> bool:
        """No web page may talk to the sandbox: not by another name, not from a browser."""
        return headers.get("host", "").lower() in self._hosts and "origin" not in headers


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_LOCALHOST, port))
        listener.listen(_BACKLOG)
        listener.settimeout(0)
    except BaseException:
        listener.close()
        raise
    return listener


def _send(connection: socket.socket, reply: Reply, *, keep_alive: bool) -> bool:
    """Send a reply as its ending says; whether the connection can go on."""
    sent = reply.response.to_bytes(keep_alive=keep_alive)
    if reply.ending is Ending.HOLD:
        connection.settimeout(None)
        while connection.recv(1):
            pass
        return False
    if reply.ending is Ending.CUT:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        return False
    if reply.ending is Ending.HALF:
        connection.sendall(sent[: len(sent) - len(reply.response.body) // 2])
        return False
    connection.sendall(sent)
    return keep_alive


def _refuse(connection: socket.socket, status: HTTPStatus) -> None:
    """Answer what is not read to its end, then swallow a little so the answer is not reset."""
    connection.sendall(_plain(status).to_bytes(keep_alive=False))
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(_CLOSING)
    for _ in range(64):
        if not connection.recv(64 * 1024):
            return


def _plain(status: HTTPStatus) -> HttpResponse:
    return HttpResponse(status, f"{status.phrase}\n".encode(), "text/plain")
