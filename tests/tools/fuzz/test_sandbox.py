"""The sandbox's wire: any bytes on a connection, any body of a request, any switch and fault."""

import contextlib
import io
import json
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys.sandbox import Sandbox, Server, Switches, parse_fault, serve
from lskeys.sandbox.operation_names import SUPPORTED
from lskeys.sandbox.wire import Wire
from tests.tools.fuzz.budget import fuzz
from tests.tools.fuzz.edits import Edit, edited, edits
from tests.tools.fuzz.test_raw_responses import JSON_VALUES

REQUEST = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1:1\r\nX-Amz-Target: Lightsail_20161128.GetRegions\r\n"
    b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"
)
CHUNKED = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1:1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"1\r\n{\r\n1;a=b\r\n}\r\n0\r\nA: b\r\n\r\n"
)
CREDENTIAL = (
    "AWS4-HMAC-SHA256 Credential=AKID/20260301/us-east-1/lightsail/aws4_request, Signature=0"
)
_HEADERS = st.dictionaries(
    st.sampled_from(["host", "x-amz-target", "authorization", "x-amz-date", "origin"]),
    st.text(max_size=30) | st.sampled_from([CREDENTIAL, "Lightsail_20161128.CreateKeyPair"]),
)
_MEMBERS = ("keyPairName", "pageToken", "tags", "tagKeys", "resourceName", "publicKeyBase64")


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """An empty account."""
    return Sandbox(tmp_path_factory.mktemp("account") / "sandbox.sqlite3", seed=False)


@pytest.fixture(scope="module")
def wire(account: Sandbox) -> Wire:
    """The account without a server."""
    return Wire(account.service())


@pytest.fixture(scope="module")
def server(account: Sandbox) -> Iterator[Server]:
    """The account with one, which meets no mistake of its own."""
    with contextlib.redirect_stderr(io.StringIO()) as written, serve(account) as running:
        yield running
    assert written.getvalue() == ""


@given(
    sent=st.binary(max_size=300)
    | st.builds(edited, st.just(REQUEST * 2), edits)
    | st.builds(edited, st.just(CHUNKED), edits)
)
@fuzz
def test_any_bytes_on_a_connection(server: Server, sent: bytes) -> None:
    """They get responses with a status and a reason, or the end of the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65536):
            received += part
    assert not received or received.startswith(b"HTTP/1.1 ")


@given(
    operation=st.sampled_from(
        [each for each in SUPPORTED if not each.startswith(("Create", "Do"))]
    ),
    raw=JSON_VALUES | st.dictionaries(st.sampled_from(_MEMBERS), JSON_VALUES, max_size=3),
    headers=_HEADERS,
    changes=st.just([]) | edits,
)
@fuzz
def test_any_body_of_a_request(
    wire: Wire, operation: str, raw: object, headers: dict[str, str], changes: list[Edit]
) -> None:
    """The response is a result or one of AWS's errors, never a crash."""
    body = edited(json.dumps(raw).encode(), changes)
    named = {"authorization": CREDENTIAL, "x-amz-target": f"Lightsail_20161128.{operation}"}
    response = wire.response(named | headers, body)
    responded = json.loads(response.body)
    assert isinstance(responded, dict)
    assert response.status == 200 or responded["__type"]


@given(
    st.text(max_size=30)
    | st.builds(
        "{}={}".format,
        st.sampled_from(["page-size", "latency", "fault", "key-text", "fingerprint-default"]),
        st.text(max_size=12)
        | st.sampled_from(["nan", "-1", "1e999", "\u0661", "GetKeyPairs=reset*0"]),
    )
)
@fuzz
def test_any_switch(setting: str) -> None:
    """It is a switch that is spelled back as itself, or a ValueError that says what is possible."""
    with contextlib.suppress(ValueError):
        switches = Switches().changed([setting])
        for fault in switches.faults:
            assert parse_fault(str(fault)) == fault
