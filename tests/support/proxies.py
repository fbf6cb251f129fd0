"""Proxies on localhost: one that takes notes and says one thing, one that breaks a tunnel."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: close() sends RST
_RECORD = b"\x17\x03\x03\x00\x40" + b"\xa5" * 64
"""A TLS record of application data whose authentication code is wrong."""


class Proxy:
    """Takes connections, keeps the first bytes that come, and says one thing.

    Attributes:
        heard: What came first, of each connection.
        address: Host and port.
    """

    def __init__(self, response: bytes) -> None:
        self.heard: list[bytes] = []
        self._response = response
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, contextlib.suppress(OSError):
                    self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        self.heard.append(connection.recv(65536))
        connection.sendall(self._response)

    def close(self) -> None:
        """Take no more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class Tunnel(Proxy):
    """A CONNECT proxy that breaks one tunnel once it is armed and a response comes back.

    Attributes:
        fault: What the client gets instead of the next response: a wrong record ("record"), a reset
            ("reset"), the end ("close"), or nothing ("silence"); None passes everything on.
    """

    def __init__(self, port: int) -> None:
        self.fault: str | None = None
        self._port = port
        super().__init__(b"HTTP/1.1 200 Connection established\r\n\r\n")

    def _serve(self, connection: socket.socket) -> None:
        super()._serve(connection)
        threading.Thread(target=self._tunnel, args=(connection.dup(),), daemon=True).start()

    def _tunnel(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._port)) as server:
            back = threading.Thread(target=self._back, args=(server, client), daemon=True)
            back.start()
            with contextlib.suppress(OSError):
                while received := client.recv(65536):
                    server.sendall(received)
            back.join()

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while received := server.recv(65536):
                fault, self.fault = self.fault, None
                if fault is None:
                    client.sendall(received)
                    continue
                if fault == "record":
                    client.sendall(_RECORD)
                elif fault == "reset":
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                elif fault == "silence":
                    client.recv(1)  # nothing comes until the client gives up
                break
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


Proxies = Callable[[bytes], Proxy]


@pytest.fixture
def proxies() -> Iterator[Proxies]:
    """Makes proxies that say such a thing."""
    with contextlib.ExitStack() as stack:

        def make(response: bytes) -> Proxy:
            made = Proxy(response)
            stack.callback(made.close)
            return made

        yield make
