"""Knows whether a request left this computer. Touches: nothing of its own.

botocore's exceptions do not say: a broken TLS record after the request, and a certificate that was
refused before it, are of one class. So the body of a change is watched: a connection reads it only
after the TCP and TLS handshakes and after the head, and without its body no request is complete.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

from botocore.awsrequest import AWSPreparedRequest


class CallCancelledError(Exception):
    """The request was called off before anything of its body was sent."""


class SendState:
    """Whether one request was sent; several threads may read it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._is_called_off = False
        self.has_begun = False
        """Whether a connection took the body, all of it or a part."""

    def begin(self) -> None:
        """Note that a connection takes the body now.

        Raises:
            CallCancelledError: Too late: another thread relies on it not being sent.
        """
        with self._lock:
            if self._is_called_off:
                raise CallCancelledError
            self.has_begun = True

    def call_off(self) -> bool:
        """Keep the request from being sent; whether that was still possible."""
        with self._lock:
            self._is_called_off = not self.has_begun
            return self._is_called_off


class _WatchedBody(io.BytesIO):
    def __init__(self, body: bytes, sending: SendState) -> None:
        super().__init__(body)
        self._sending = sending

    def read(self, size: int | None = -1, /) -> bytes:
        self._sending.begin()
        return super().read(size)


_current: ContextVar[SendState | None] = ContextVar("sending", default=None)


@contextmanager
def watched(sending: SendState | None) -> Iterator[None]:
    """Watch the request that this thread sends in the block; None watches nothing."""
    token = _current.set(sending)
    try:
        yield
    finally:
        _current.reset(token)


def watch(request: AWSPreparedRequest) -> None:
    """Watch the body of a request, if this thread sends one that is to be watched."""
    sending = _current.get()
    if sending is not None and isinstance(request.body, bytes | bytearray):
        request.body = _WatchedBody(bytes(request.body), sending)
