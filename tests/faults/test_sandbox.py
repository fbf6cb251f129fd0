"""The sandbox as an enemy finds it: on which addresses, for which pages, with whose credentials.

Single refusals are in tests/sandbox/test_server.py; these are of the whole program.
"""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from lskeys.sandbox import Sandbox, Server
from tests.conftest import Run
from tests.support.matrix import Injected

PATIENCE = 60.0
LISTENING = "0A"
SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIDCANARYCANARY",
    "AWS_SECRET_ACCESS_KEY": "secret-canary-9f1c",
    "AWS_SESSION_TOKEN": "token-canary-77ab",
}


@dataclass(frozen=True, slots=True)
class Serving:
    """A running `lskeys sandbox serve`."""

    process: subprocess.Popen[str]
    endpoint: str

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.endpoint.rpartition(":")[2])


@contextmanager
def serving() -> Iterator[Serving]:
    """Start it, and stop it at the end of the block; what it wrote stays to be read."""
    command = [sys.executable, "-m", "lskeys", "sandbox", "serve", "--port", "0", "--debug"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Serving(process, process.stdout.readline().strip())
        finally:
            process.send_signal(signal.SIGINT)


def listening(process: int) -> set[str]:
    """The addresses of a process's listening TCP sockets, in /proc's hexadecimal."""
    inodes = set()
    for each in Path(f"/proc/{process}/fd").iterdir():
        target = str(each.readlink())
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == LISTENING and words[9] in inodes:
                found.add(words[1])
    return found


def everything_in(directory: Path) -> bytes:
    """The content of every file below a directory, and their names."""
    files = [each for each in sorted(directory.rglob("*")) if each.is_file()]
    return b"".join(bytes(each) + each.read_bytes() for each in files)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc")
def test_it_listens_on_localhost_alone(home: Path) -> None:
    """The program has one listening socket, and that is on 127.0.0.1."""
    assert home.is_dir()
    with serving() as running:
        found = listening(running.process.pid)
    assert found == {f"0100007F:{running.port:04X}"}


def test_real_credentials_are_kept_nowhere(home: Path) -> None:
    """A client with real ones is served; they are in no file and in nothing the server writes."""
    with serving() as running:
        client = boto3.client(
            "lightsail",
            region_name="us-east-1",
            endpoint_url=running.endpoint,
            aws_access_key_id=SECRETS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=SECRETS["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=SECRETS["AWS_SESSION_TOKEN"],
        )
        client.create_key_pair(keyPairName="web", tags=[{"key": "a"}])
        client.delete_key_pair(keyPairName="web")
        client.close()
    out, err = running.process.communicate(timeout=PATIENCE)
    kept = everything_in(home) + (out + err).encode()
    assert b"sandbox.sqlite3" in kept
    assert [name for name, secret in SECRETS.items() if secret.encode() in kept] == []


VERBS = (
    "list --include-default --all-regions --debug",
    "create web --type ed25519 --debug",
    "create made --service-generated --debug -o json",
    "tag web a=b --debug",
    "show web --debug -o json",
    "download-default --debug",
    "rotate-default --yes --debug",
    "audit --debug",
    "ssh-config --debug",
    "delete web --fingerprint --yes --debug",
)


def test_real_credentials_are_not_needed(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch, injected: Injected
) -> None:
    """With --sandbox, those in the environment and in files are not read, sent, shown or stored."""
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    said = ""
    for line in VERBS:
        ran = run(f"--sandbox {line}")
        assert ran.exit_code in (0, 6), ran.err
        said += ran.out + ran.err
    injected(len(VERBS))
    kept = everything_in(home) + said.encode()
    assert [name for name, secret in SECRETS.items() if secret.encode() in kept] == []


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST / HT",
        b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + b"a" * 999,
        b"\x16\x03\x01" + bytes(600),
        b"A" * 60_000,
        b"POST / HTTP/1.1\r\n" + b"X: y\r\n" * 9_000,
    ],
)
def test_a_hundred_that_never_finish(
    account: Sandbox, server: Server, run: Run, injected: Injected, sent: bytes
) -> None:
    """A hundred slow, huge or broken requests do not block another client."""
    account.add_key_pairs("us-east-1", ["web"])
    with ExitStack() as stack:
        for _ in range(100):
            connection = stack.enter_context(
                socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
            )
            connection.sendall(sent)
        assert run("list -q").out == "web\n"
    injected(100)
