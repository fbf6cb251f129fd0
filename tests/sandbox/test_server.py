"""The server: localhost only, no pages of the web, and no bad request stops it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lskeys.sandbox import Sandbox, Server, serve
from tests.support.aws_clients import Running, Start, exchange, refusal

SIGNED = (
    b"Authorization: AWS4-HMAC-SHA256 Credential=AKID/20260301/us-east-1/lightsail/aws4_request, "
    b"SignedHeaders=host, Signature=00\r\n"
)
TARGET = b"X-Amz-Target: Lightsail_20161128.GetRegions\r\n"


def request(server: Server, *headers: bytes, host: bytes = b"", body: bytes = b"{}") -> bytes:
    """A whole POST that closes, with these headers."""
    named = host or f"127.0.0.1:{server.port}".encode()
    length = b"Content-Length: %d\r\n" % len(body)
    head = b"POST / HTTP/1.1\r\nHost: " + named + b"\r\nConnection: close\r\n" + length
    return head + b"".join(headers) + b"\r\n" + body


def status(response: bytes) -> int:
    """The status of a response."""
    return int(response.split(b" ", 2)[1])


def still_serves(running: Running) -> bool:
    """Whether an ordinary client is served."""
    return bool(running.client().get_regions()["regions"])


HERE = "127.0.0.1:PORT"


@pytest.mark.parametrize("method", [b"POST", b"OPTIONS"])
@pytest.mark.parametrize(
    ("host", "headers", "expected", "why"),
    [
        (HERE, [], 200, b'"regions"'),
        ("localhost:PORT", [], 200, b'"regions"'),
        ("[::1]:PORT", [], 200, b'"regions"'),
        ("LOCALHOST:PORT", [], 200, b'"regions"'),
        ("example.com", [], 403, b"example.com"),
        ("example.com:PORT", [], 403, b"example.com"),
        ("127.0.0.1", [], 403, b"not '127.0.0.1'"),
        ("127.0.0.1:1", [], 403, b"same port"),
        ("127.0.0.1.example.com:PORT", [], 403, b"example.com"),
        (HERE, [b"Origin: https://example.com\r\n"], 403, b"Origin"),
        (HERE, [b"Origin: null\r\n"], 403, b"Origin"),
        (HERE, [b"Origin: http://localhost\r\n"], 403, b"Origin"),
    ],
)
def test_only_local_programs(  # noqa: PLR0913, PLR0917  fixtures and cases
    running: Running, method: bytes, host: str, headers: list[bytes], expected: int, why: bytes
) -> None:
    """Another host's requests (DNS rebinding) and web pages' are refused, with the reason.

    No header admits a web page, with a preflight or without.
    """
    named = host.replace("PORT", str(running.server.port)).encode()
    sent = request(running.server, SIGNED, TARGET, *headers, host=named)
    response = exchange(running.server, sent.replace(b"POST", method, 1))
    is_served = expected == 200 and method == b"POST"
    assert status(response) == (expected if is_served or expected == 403 else 405)
    assert why in response or (expected == 200 and not is_served)
    assert b"access-control" not in response.lower()
    assert len(running.server.requests) == is_served


def test_two_in_parallel(start: Start) -> None:
    """One client's waiting does not make another wait."""
    running = start("fault=GetInstances=hang")
    with socket.create_connection(("127.0.0.1", running.server.port)) as waiting:
        target = TARGET.replace(b"GetRegions", b"GetInstances")
        waiting.sendall(request(running.server, SIGNED, target))
        assert still_serves(running)


def test_unsigned_request(running: Running) -> None:
    """Without Authorization the request is refused."""
    response = exchange(running.server, request(running.server, TARGET))
    assert status(response) == 403
    assert b'"MissingAuthenticationTokenException"' in response


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (b"Basic YTpi", b"IncompleteSignatureException"),
        (b"AWS4-HMAC-SHA256 Credential=AKID/20260301", b"IncompleteSignatureException"),
        (
            b"AWS4-HMAC-SHA256 Credential=AKID/20260301/us-east-1/ec2/aws4_request, Signature=00",
            b"InvalidSignatureException",
        ),
    ],
)
def test_wrongly_signed_request(running: Running, authorization: bytes, code: bytes) -> None:
    """A scope that cannot be read, or is of another service, is refused."""
    header = b"Authorization: " + authorization + b"\r\n"
    response = exchange(running.server, request(running.server, header, TARGET))
    assert code in response
    assert b"AKID" not in response


def test_unknown_region(running: Running) -> None:
    """A region Lightsail does not have is refused."""
    refused = refusal(running.client("us-nowhere-1").get_key_pairs)
    assert refused.code == "InvalidSignatureException"
    assert "us-nowhere-1" in refused.message


@pytest.mark.parametrize(
    ("target", "expected", "why"),
    [
        ("Lightsail_20161128.GetBuckets", 501, b"lskeys sandbox does not support GetBuckets"),
        ("Lightsail_20161128.GetLoadBalancers", 501, b"does not support GetLoadBalancers"),
        ("Lightsail_20161128.GetRegion", 404, b'"UnknownOperationException"'),
        ("Lightsail_20161128.", 404, b'"UnknownOperationException"'),
        ("GetRegions", 404, b'"UnknownOperationException"'),
        ("Lightsail_20991231.GetRegions", 404, b'"UnknownOperationException"'),
        ("EC2.GetBuckets", 404, b'"UnknownOperationException"'),
    ],
)
def test_other_operations(running: Running, target: str, expected: int, why: bytes) -> None:
    """What only Lightsail supports says so; what AWS does not know is unknown."""
    header = f"X-Amz-Target: {target}\r\n".encode()
    response = exchange(running.server, request(running.server, SIGNED, header))
    assert (status(response), why in response) == (expected, True)


def test_credentials_are_kept_nowhere(running: Running, capfd: pytest.CaptureFixture[str]) -> None:
    """Key identifier, token and signature are in no response, recorded request, output or file."""
    canaries = (b"AKIDCANARY", b"TOKENCANARY", b"516CANARY")
    signed = SIGNED.replace(b"AKID", canaries[0]).replace(b"Signature=00", b"Signature=516CANARY")
    token = b"X-Amz-Security-Token: TOKENCANARY\r\n"
    response = exchange(running.server, request(running.server, signed, token, TARGET))
    written = capfd.readouterr()
    seen = response + repr(running.server.requests).encode() + running.sandbox.path.read_bytes()
    seen += (written.out + written.err).encode()
    assert [canary for canary in canaries if canary in seen] == []


def test_closing_cuts_every_client(start: Start) -> None:
    """A client that waits is cut, and one that sends nothing; no thread of the server stays."""
    before = {*threading.enumerate()}
    running = start("fault=GetRegions=hang")
    sent = request(running.server, SIGNED, TARGET)
    with socket.create_connection(("127.0.0.1", running.server.port), timeout=20) as waiting:
        waiting.sendall(sent)
        with socket.create_connection(("127.0.0.1", running.server.port), timeout=20) as silent:
            running.server.close()
            assert cut(silent)
        assert cut(waiting)
    for thread in {*threading.enumerate()} - before:
        thread.join(10)
        assert not thread.is_alive()
    running.server.close()


def cut(connection: socket.socket) -> bool:
    """Whether the other side has closed or reset the connection."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_run_forever_ends_with_close(start: Start, running: Running) -> None:
    """A server that serves for ever serves until it is closed from elsewhere."""
    del start
    server = serve(running.sandbox)
    thread = threading.Thread(target=server.run_forever)
    thread.start()
    assert still_serves(Running(running.sandbox, server, running.session))
    server.close()
    thread.join(5)
    assert not thread.is_alive()


def test_a_server_never_started(running: Running) -> None:
    """A server that was bound and not used closes silently."""
    serve(running.sandbox).close()


@contextmanager
def broken(sandbox: Sandbox) -> Iterator[None]:
    """The sandbox's file is away."""
    away = sandbox.path.rename(sandbox.path.with_suffix(".away"))
    yield
    away.rename(sandbox.path)


def test_a_broken_store_is_reported(running: Running) -> None:
    """When the file is gone, clients get ServiceException, and no new file is made."""
    with broken(running.sandbox):
        refused = refusal(running.client().get_key_pairs)
        assert not running.sandbox.path.exists()
    assert (refused.code, refused.status) == ("ServiceException", 500)
    assert running.names() == []
