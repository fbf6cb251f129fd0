"""The sandbox's wire: any bytes on a connection, any body of a request, any switch and fault."""

import contextlib
import json
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys.sandbox import Sandbox, Switches, parse_fault
from lskeys.sandbox.faults import OPERATIONS
from lskeys.sandbox.messages import HttpRequest, RefusedError, RequestReader
from lskeys.sandbox.wire import Wire
from tests.tools.fuzz.budget import fuzz
from tests.tools.fuzz.edits import Edit, edited, edits
from tests.tools.fuzz.test_raw_answers import JSON_VALUES

REQUEST = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1:1\r\nX-Amz-Target: Lightsail_20161128.GetRegions\r\n"
    b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"
)
CREDENTIAL = (
    "AWS4-HMAC-SHA256 Credential=AKID/20260301/us-east-1/lightsail/aws4_request, Signature=0"
)
_HEADERS = st.dictionaries(
    st.sampled_from(["host", "x-amz-target", "authorization", "x-amz-date", "origin"]),
    st.text(max_size=30) | st.sampled_from([CREDENTIAL, "Lightsail_20161128.CreateKeyPair"]),
)
_MEMBERS = ("keyPairName", "pageToken", "tags", "tagKeys", "resourceName", "publicKeyBase64")


@given(sent=st.binary(max_size=300) | st.builds(edited, st.just(REQUEST * 2), edits))
@fuzz
def test_any_bytes_on_a_connection(sent: bytes) -> None:
    """They are requests, a refusal with its status, or the end of the connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(sent)
        theirs.shutdown(socket.SHUT_WR)
        reader = RequestReader(ours, idle=60, patience=60)
        with contextlib.suppress(RefusedError):
            while (request := reader.read()) is not None:
                assert all(name == name.lower() for name in request.headers)


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Wire:
    """An account that answers without a server."""
    path = tmp_path_factory.mktemp("account") / "sandbox.sqlite3"
    return Wire(Sandbox(Path(path), seed=False).service())


@given(
    operation=st.sampled_from(
        [each for each in OPERATIONS if not each.startswith(("Create", "Do"))]
    ),
    raw=JSON_VALUES | st.dictionaries(st.sampled_from(_MEMBERS), JSON_VALUES, max_size=3),
    headers=_HEADERS,
    changes=st.just([]) | edits,
)
@fuzz
def test_any_body_of_a_request(
    wire: Wire, operation: str, raw: object, headers: dict[str, str], changes: list[Edit]
) -> None:
    """It is answered: with what was asked for, or with one of AWS's errors, never with a crash."""
    body = edited(json.dumps(raw).encode(), changes)
    named = {"authorization": CREDENTIAL, "x-amz-target": f"Lightsail_20161128.{operation}"}
    request = HttpRequest("POST", keep_alive=True, headers=named | headers, body=body)
    reply = wire.response(request)
    responded = json.loads(reply.response.body)
    assert isinstance(responded, dict)
    assert reply.response.status == 200 or responded["__type"]


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
