"""A server on localhost that sends whatever bytes a test wants: no rules, no manners.

The sandbox responds as Lightsail does; this server lies, breaks off, hangs and sends what no
service would. It is scripted per operation, region and call, and records the requests. In front
of a sandbox it forwards every request without a script, so that a single thing is wrong.
"""

import contextlib
import json
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from lskeys import sandbox
from lskeys.sandbox import Sandbox
from lskeys.sandbox.wire import Wire
from lskeys.values import replace

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: close() sends RST
_REGION = re.compile(r"Credential=[^/]+/\d+/([^/]+)/")
_DRIP = 0.02
_FLOOD = b" " * 2**20
MOMENT = 1_793_620_800.123
"""2026-11-02 12:00:00.123 UTC, as AWS spells it."""


class Ending(Enum):
    """How a response and its connection end.

    Sent and closed in order; reset or held without a response; sent and then held; or sent by the
    byte, a few of them a second, each of which keeps a socket's own patience alive; or with a
    body that lasts as long as it is read.
    """

    CLOSE = auto()
    RESET = auto()
    HOLD = auto()
    STALL = auto()
    DRIP = auto()
    FLOOD = auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """Any response: a body of any bytes, a length that need not be true, any ending.

    `wire` is sent instead of all that, HTTP or not.
    """

    body: bytes = b""
    status: int = 200
    length: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    ending: Ending = Ending.CLOSE
    wire: bytes | None = None

    def to_bytes(self) -> bytes:
        """The head and body as sent."""
        if self.wire is not None:
            return self.wire
        length = len(self.body) if self.length is None else self.length
        lines = [f"HTTP/1.1 {self.status} Reply", f"Content-Length: {length}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


@dataclass(frozen=True, slots=True)
class Call:
    """A request: the operation, where, the members, and which call of its operation it is.

    `turn` counts the calls of the operation in that region alone.
    """

    operation: str
    region: str
    members: dict[str, Any]
    number: int
    turn: int


Script = Callable[[Call], Reply | None]
"""The response; None leaves it to the account behind, if there is one."""

RESET = Reply(ending=Ending.RESET)
HOLD = Reply(ending=Ending.HOLD)


def said(raw: object, *, status: int = 200) -> Reply:
    """Any JSON value as a response; lone surrogates and control characters stay escapes."""
    return Reply(json.dumps(raw).encode(), status)


def refused(code: str, message: object = "no", *, status: int = 400, **members: object) -> Reply:
    """An error as AWS spells one, with a message of any kind."""
    return said({"__type": code, "message": message} | members, status=status)


def pairs(*raw: object, token: object = None) -> Reply:
    """A response of GetKeyPairs: these pairs, and the token of the next page."""
    return said({"keyPairs": list(raw)} | ({"nextPageToken": token} if token is not None else {}))


def pair(name: object = "web", **members: object) -> dict[str, object]:
    """A key pair as it is on the wire, with other members than usual."""
    usual: dict[str, object] = {
        "name": name,
        "arn": "arn:aws:lightsail:us-east-1:123456789012:KeyPair/00000000",
        "supportCode": f"123456789012/{name}",
        "createdAt": MOMENT,
        "location": {"availabilityZone": "all", "regionName": "us-east-1"},
        "resourceType": "KeyPair",
        "tags": [],
        "fingerprint": "11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00",
    }
    return usual | members


def reworded(response: Reply, word: Callable[[str, str], str]) -> Reply:
    """The response with each text in it changed: `word` gets the member's name and the text."""

    def changed(member: str, raw: object) -> object:
        if isinstance(raw, dict):
            return {name: changed(name, each) for name, each in raw.items()}
        if isinstance(raw, list):
            return [changed(member, each) for each in raw]
        return word(member, raw) if isinstance(raw, str) else raw

    return replace(response, body=json.dumps(changed("", json.loads(response.body))).encode())


def in_turn(*responses: Reply | None) -> Script:
    """These responses one after another; the last one for ever."""
    return lambda call: responses[min(call.number, len(responses) - 1)]


def only(response: Reply, *, turn: int | None = None, region: str | None = None) -> Script:
    """This response to one call of each region (from 0), or of one region only."""

    def script(call: Call) -> Reply | None:
        is_meant = turn in (None, call.turn) and region in (None, call.region)
        return response if is_meant else None

    return script


class Liar:
    """The server, as a test holds it: its responses, and the requests it got.

    Attributes:
        endpoint: Its address.
        calls: The requests, in order.
        heads: Their headers, secrets included.
        requested: Set when the first request has arrived.
        twist: Changes the response of the account behind.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.calls: list[Call] = []
        self.heads: list[dict[str, str]] = []
        self.requested = threading.Event()
        self._scripts: dict[str, Script] = {}
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self.twist: Callable[[Call, Reply], Reply] | None = None
        self._behind: Wire | None = None
        self._http = _Server(self, tls)
        self.port: int = self._http.server_address[1]
        self.endpoint = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"

    def responses(self, operation: str, *script: Reply | Script | None) -> None:
        """Set the responses of an operation: in turn, or by a function of the call."""
        if len(script) == 1 and callable(script[0]):
            self._scripts[operation] = script[0]
            return
        responses = (each for each in script if not callable(each))
        self._scripts[operation] = in_turn(*responses)

    def stands_before(self, account: Sandbox) -> None:
        """Have this account respond to whatever no script is about."""
        self._behind = Wire(account.service())

    def done_but(self, response: Reply, *, turn: int | None = None) -> Script:
        """The account behind does what is requested, and this is sent in its place."""

        def script(call: Call) -> Reply | None:
            if turn not in (None, call.turn):
                return None
            self._forward(call)
            return response

        return script

    @property
    def operations(self) -> list[str]:
        """The operations requested so far."""
        return [call.operation for call in self.calls]

    def response(self, operation: str, head: dict[str, str], body: bytes) -> Reply:
        """The scripted response to one call, which is remembered."""
        region = _REGION.search(head.get("authorization", ""))
        where = region[1] if region else ""
        with self._lock:
            same = [each for each in self.calls if each.operation == operation]
            turn = sum(each.region == where for each in same)
            call = Call(operation, where, json.loads(body or b"{}"), len(same), turn)
            self.calls.append(call)
            self.heads.append(head)
        self.requested.set()
        script = self._scripts.get(operation)
        response = script(call) if script else None
        return response or self._forward(call)

    def _forward(self, call: Call) -> Reply:
        if self._behind is None:
            return refused("UnknownOperationException", status=404)
        scope = f"AWS4-HMAC-SHA256 Credential=A/20261102/{call.region}/lightsail/aws4_request"
        target = f"Lightsail_20161128.{call.operation}"
        head = {"x-amz-target": target, "authorization": scope}
        body = json.dumps(call.members).encode()
        http = self._behind.response(head, body)
        reply = Reply(http.body, http.status, headers=dict(http.headers))
        return self.twist(call, reply) if self.twist else reply

    def hold(self, seconds: float | None = None) -> bool:
        """Wait until the server is closed, or so long; whether it is closed."""
        return self._closing.wait(seconds)

    @contextlib.contextmanager
    def running(self) -> Iterator["Liar"]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._closing.set()
            self._http.shutdown()
            self._http.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, liar: Liar, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.liar = liar
        if tls is not None:
            # The handshake is the conversation's, so that one client holds up no other.
            self.socket = tls.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that are gone before their response."""


class _Conversation(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:  # http.server calls it by this name
        head = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(head.get("content-length", "0")))
        operation = head.get("x-amz-target", "").rpartition(".")[2]
        if "x-amz-target" not in head:  # STS, which has another protocol
            form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
            operation, body = form.get("Action", ""), json.dumps(form).encode()
        response = self.server.liar.response(operation, head, body)
        self.close_connection = True
        self._send(response)

    def _send(self, response: Reply) -> None:
        liar, sent = self.server.liar, response.to_bytes()
        match response.ending:
            case Ending.CLOSE:
                self.wfile.write(sent)
            case Ending.RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            case Ending.HOLD:
                liar.hold()
            case Ending.STALL:
                self.wfile.write(sent)
                liar.hold()
            case Ending.DRIP:
                for byte in sent:
                    self.wfile.write(bytes([byte]))
                    if liar.hold(_DRIP):
                        return

            case Ending.FLOOD:
                self.wfile.write(sent)
                while not liar.hold(0):
                    self.wfile.write(_FLOOD)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's word
        """Say nothing."""


@contextlib.contextmanager
def lying(monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """The server, running, with an environment that points any AWS tool at it."""
    with Liar().running() as liar:
        for name, value in sandbox.environment(liar.endpoint).items():
            monkeypatch.setenv(name, value)
        yield liar
