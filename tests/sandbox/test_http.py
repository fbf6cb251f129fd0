"""HTTP as clients expect it: limits, methods, persistence, chunks; a refusal says why."""

import socket

import pytest

from tests.sandbox.test_server import SIGNED, TARGET, request, status, still_serves
from tests.support.aws_clients import Running, Start, exchange

POST = b"POST / HTTP/1.1\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "expected", "why"),
    [
        (b"\r\n\r\n", 400, b"no request line"),
        (b"nonsense\r\n\r\n", 400, b"nonsense"),
        (b"GET / HTTP/9.9\r\n\r\n", 505, b"9.9"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, b"syntax"),
        (POST + b"no colon\r\n\r\n", 400, b"malformed"),
        (POST + b"A : b\r\n\r\n", 400, b"malformed"),
        (POST + b"Host: a\r\nHost: b\r\n\r\n", 403, b"not 'a, b'"),
        (POST + b"Content-Length: -1\r\n\r\n", 400, b"not a number"),
        (POST + b"Content-Length: 1e3\r\n\r\n", 400, b"not a number"),
        (POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400, b"several lengths"),
        (POST + b"Content-Length: 1048577\r\n\r\n", 413, b"longer than 1048576"),
        (POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 413, b"longer"),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501, b"only chunked"),
        (POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, b"lengths"),
        (CHUNKED + b"-1\r\n", 400, b"size of a chunk"),
        (CHUNKED + b"1\r\nab\r\n", 400, b"longer than its size"),
        (CHUNKED + b"100001\r\n", 413, b"longer than 1048576"),
        (POST + b"A: " + b"a" * 200_000, 431, b"too long"),
        (POST + b"A: b\r\n" * 101 + b"\r\n", 431, b"headers"),
        (b"POST /" + b"a" * 200_000, 414, b"too long"),
    ],
)
def test_garbage_is_refused(running: Running, sent: bytes, expected: int, why: bytes) -> None:
    """Garbage and oversized requests get their status and a reason; the next client is served."""
    response = exchange(running.server, sent)
    assert (status(response), why in response) == (expected, True)
    assert b"Connection: close\r\n" in response
    assert still_serves(running)


def test_an_oversized_body_is_not_read(running: Running) -> None:
    """A client that sends 8 MB gets its refusal instead of a reset."""
    sent = b"POST / HTTP/1.1\r\nContent-Length: 8000000\r\n\r\n"
    assert status(exchange(running.server, sent, b"a" * 1_000_000)) == 413


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "SHOUT"])
def test_only_post(running: Running, method: str) -> None:
    """Other methods are refused with the one allowed; a HEAD's response has no body."""
    spoilt = request(running.server, body=b"").replace(b"POST", method.encode(), 1)
    response = exchange(running.server, spoilt)
    assert status(response) == 405
    assert b"\r\nAllow: POST\r\n" in response
    assert response.endswith(b"\r\n\r\n") == (method == "HEAD")


@pytest.mark.parametrize("sent", [b"POST / HT", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\na"])
def test_a_slow_client(start: Start, sent: bytes) -> None:
    """A request that does not come to its end gets 408, and others do not wait for it."""
    running = start(patience=0.2)
    with socket.create_connection(("127.0.0.1", running.server.port), timeout=20) as connection:
        connection.sendall(sent)
        assert still_serves(running)
        assert status(connection.recv(65536)) == 408


def test_keep_alive(running: Running) -> None:
    """Several requests, sent together, get their responses in order on one connection."""
    first = request(running.server, SIGNED, TARGET).replace(b"Connection: close\r\n", b"")
    last = request(running.server, SIGNED, TARGET)
    response = exchange(running.server, first + b"\r\n" + first + last)
    assert response.count(b"HTTP/1.1 200 OK") == 3


@pytest.mark.parametrize(
    ("version", "connection", "persists"),
    [
        (b"1.1", b"", True),
        (b"1.1", b"Connection: TE\r\n", True),
        (b"1.1", b"Connection: TE, Close\r\n", False),
        (b"1.1", b"Connection: TE\r\nConnection: close\r\n", False),
        (b"1.0", b"", False),
        (b"1.0", b"Connection: TE, Keep-Alive\r\n", True),
    ],
)
def test_connection_lists(
    running: Running, version: bytes, connection: bytes, *, persists: bool
) -> None:
    """The version and the list in Connection decide whether a connection persists."""
    sent = request(running.server, SIGNED, TARGET).replace(b"Connection: close\r\n", connection)
    sent = sent.replace(b"HTTP/1.1", b"HTTP/" + version)
    response = exchange(running.server, sent + request(running.server, SIGNED, TARGET))
    assert response.count(b"HTTP/1.1 200 OK") == (2 if persists else 1)
    assert (b"Connection: keep-alive" in response) == persists
    assert b"\r\nDate: " in response


def test_chunked_request(running: Running) -> None:
    """A body may come in chunks, with extensions and trailers."""
    sent = request(running.server, SIGNED, TARGET, b"Transfer-Encoding: chunked\r\n", body=b"")
    sent = sent.replace(b"Content-Length: 0\r\n", b"")
    chunks = (
        b'1\r\n{\r\n1c;a="b"\r\n"includeAvailabilityZones": \r\n5\r\ntrue}\r\n0\r\nA: b\r\n\r\n'
    )
    assert b'"zoneName"' in exchange(running.server, sent + chunks)


def test_expect_continue(running: Running) -> None:
    """A client that waits before it sends its body gets 100 Continue."""
    head = request(running.server, SIGNED, TARGET, b"Expect: 100-continue\r\n", body=b"")
    assert exchange(running.server, head).startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")
