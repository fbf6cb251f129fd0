"""A server on loopback that answers whatever bytes a test wants: no rules, no manners.

The sandbox answers as Lightsail does; this one lies, breaks off, hangs and sends what no
service would. It is scripted per operation, and remembers what it was asked.
"""

import contextlib
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lskeys import sandbox

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: close() sends RST
_REGION = re.compile(r"Credential=[^/]+/\d+/([^/]+)/")
MOMENT = 1_793_620_800.123
"""2026-11-02 12:00:00.123 UTC, as the service spells it."""


class Ending(Enum):
    """What becomes of the connection: closed in order, reset, or held without an answer."""

    CLOSE = auto()
    RESET = auto()
    HOLD = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """Any answer: a body of any bytes, a length that need not be true, any ending."""

    body: bytes = b""
    status: int = 200
    length: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    ending: Ending = Ending.CLOSE

    def to_bytes(self) -> bytes:
        """The head and body as they go over the wire."""
        length = len(self.body) if self.length is None else self.length
        lines = [f"HTTP/1.1 {self.status} Answer", f"Content-Length: {length}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked: the operation, where, the members, and which call of its operation it is."""

    operation: str
    region: str
    members: dict[str, Any]
    number: int


Script = Callable[[Call], Answer]

RESET = Answer(ending=Ending.RESET)
HOLD = Answer(ending=Ending.HOLD)


def said(raw: object, *, status: int = 200) -> Answer:
    """Any JSON value as an answer; lone surrogates and control characters stay escapes."""
    return Answer(json.dumps(raw).encode(), status)


def refused(code: str, message: object = "no", *, status: int = 400, **members: object) -> Answer:
    """An error as the service spells one, with a message of any kind."""
    return said({"__type": code, "message": message} | members, status=status)


def pairs(*raw: object, token: object = None) -> Answer:
    """An answer of GetKeyPairs: these pairs, and the token of the next page."""
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


def in_turn(*answers: Answer) -> Script:
    """These answers one after another; the last one for ever."""
    return lambda call: answers[min(call.number, len(answers) - 1)]


class Liar:
    """The server, as a test holds it: what it will answer, and what it was asked.

    Attributes:
        endpoint: Its address.
        calls: What it was asked, in order.
        heads: The headers of the same, with all that is secret in them.
        asked: Set when the first call has come.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.heads: list[dict[str, str]] = []
        self.asked = threading.Event()
        self._scripts: dict[str, Script] = {}
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._http = _Server(self)
        self.endpoint = f"http://127.0.0.1:{self._http.server_address[1]}"

    def answers(self, operation: str, *script: Answer | Script) -> None:
        """Set what an operation is answered: answers in turn, or a function of the call."""
        if len(script) == 1 and not isinstance(script[0], Answer):
            self._scripts[operation] = script[0]
            return
        self._scripts[operation] = in_turn(*(each for each in script if isinstance(each, Answer)))

    @property
    def operations(self) -> list[str]:
        """The operations asked so far."""
        return [call.operation for call in self.calls]

    def answer(self, operation: str, head: dict[str, str], body: bytes) -> Answer:
        """The scripted answer to one call, which is remembered."""
        region = _REGION.search(head.get("authorization", ""))
        with self._lock:
            number = self.operations.count(operation)
            call = Call(operation, region[1] if region else "", json.loads(body or b"{}"), number)
            self.calls.append(call)
            self.heads.append(head)
        self.asked.set()
        script = self._scripts.get(operation)
        return script(call) if script else refused("UnknownOperationException", status=404)

    def hold(self) -> None:
        """Wait until the server is closed."""
        self._closing.wait()

    @contextlib.contextmanager
    def running(self) -> Iterator["Liar"]:
        """Answer as long as the block lasts."""
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

    def __init__(self, liar: Liar) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.liar = liar

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that are gone before they were answered."""


class _Conversation(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:  # the name http.server asks for
        head = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(head.get("content-length", "0")))
        operation = head.get("x-amz-target", "").rpartition(".")[2]
        answer = self.server.liar.answer(operation, head, body)
        self.close_connection = True
        if answer.ending is Ending.HOLD:
            self.server.liar.hold()
            return
        self.wfile.write(answer.to_bytes() if answer.ending is Ending.CLOSE else b"")
        if answer.ending is Ending.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's word
        """Say nothing."""


@contextlib.contextmanager
def lying(monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """The server, running, with an environment that points any AWS tool at it."""
    with Liar().running() as liar:
        for name, value in sandbox.environment(liar.endpoint).items():
            monkeypatch.setenv(name, value)
        yield liar
