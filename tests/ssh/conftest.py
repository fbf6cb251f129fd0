"""A real sshd on localhost, run as whoever runs the tests, with a configuration of its own."""

import getpass
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

HOST = "127.0.0.1"
WORD = "opened"
PROGRAM = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
_ROOTS_DIRECTORY = Path("/run/sshd")
"""Where sshd locks itself in while it talks to strangers; only root's needs one."""

_OPENED: set[tuple[bytes, int, str]] = set()
"""Content and mode of key files that opened a server, and its authorized keys."""

_CONFIGURATION = """\
HostKey {directory}/host_key
AuthorizedKeysFile {directory}/authorized_keys
TrustedUserCAKeys {directory}/authorities
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
"""


@dataclass(frozen=True, slots=True)
class Sshd:
    """A server that lets in who has a key in `authorized_keys`, and nobody else.

    Attributes:
        host: Its address.
        port: Its port.
        user: Who may log in.
        host_key: Its host key, algorithm and base64, as in known_hosts.
        authorized_keys: The file with the public keys that open it, a line each.
        authorities: The file with the public keys whose certificates open it, a line each.
        known_hosts: A file that knows its host key.
    """

    host: str
    port: int
    user: str
    host_key: str
    authorized_keys: Path
    authorities: Path
    known_hosts: Path

    def authorize(self, line: str) -> None:
        """Let in who has this key."""
        with self.authorized_keys.open("a") as file:
            file.write(f"{line}\n")

    def knock(
        self, *options: str | Path, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `ssh OPTIONS` to it; it says `WORD` once it is in."""
        words = (
            *("ssh", "-F", "none", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"),
            *("-o", "StrictHostKeyChecking=yes", "-o", f"UserKnownHostsFile={self.known_hosts}"),
            *("-o", "GlobalKnownHostsFile=none", "-p", str(self.port), *options),
            *(f"{self.user}@{self.host}", "echo", WORD),
        )
        return subprocess.run(
            words,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
        )

    def opens(self, key: Path) -> bool:
        """Whether a private key file opens it, without any question.

        What opened a server with these authorized keys is not tried again.
        """
        tried = (key.read_bytes(), key.stat().st_mode, self.authorized_keys.read_text())
        if tried not in _OPENED:
            if self.knock("-o", "BatchMode=yes", "-i", key).stdout != f"{WORD}\n":
                return False
            _OPENED.add(tried)
        return True


def asked(config: Path, alias: str) -> dict[str, str]:
    """What ssh itself reads for a host in a configuration; the first of each option."""
    ended = subprocess.run(
        ["ssh", "-G", "-F", config, "--", alias], capture_output=True, text=True, check=True
    )
    words = [line.partition(" ") for line in ended.stdout.splitlines()]
    return {keyword: value for keyword, _, value in reversed(words)}


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    """A server without authorized keys; skipped where there is no openssh-server.

    One process answers each connection, as inetd(8) starts it, so that the port is ours from the
    beginning and there is nothing to wait for.
    """
    if PROGRAM is None:
        pytest.skip("no sshd: install openssh-server")
    if os.geteuid() == 0:
        _ROOTS_DIRECTORY.mkdir(mode=0o755, exist_ok=True)
    directory = tmp_path / "sshd"
    directory.mkdir(mode=0o700)
    host_key = make_key(directory / "host_key")
    (directory / "sshd_config").write_text(_CONFIGURATION.format(directory=directory))
    (directory / "authorized_keys").touch(mode=0o600)
    (directory / "authorities").touch(mode=0o600)
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
        (directory / "known_hosts").write_text(f"[{HOST}]:{port} {host_key}\n")
        answering = threading.Thread(target=answer, args=(listening, PROGRAM, directory))
        answering.start()
        try:
            yield Sshd(
                host=HOST,
                port=port,
                user=getpass.getuser(),
                host_key=host_key,
                authorized_keys=directory / "authorized_keys",
                authorities=directory / "authorities",
                known_hosts=directory / "known_hosts",
            )
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            answering.join()


def make_key(path: Path) -> str:
    """Make an ed25519 key; its public line, without comment."""
    subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path), check=True)
    return " ".join(path.with_name(path.name + ".pub").read_text().split()[:2])


def answer(listening: socket.socket, program: str, directory: Path) -> None:
    """Start a server for each connection until the socket is shut down, then end them all."""
    command = (program, "-i", "-e", "-f", directory / "sshd_config")
    started: list[subprocess.Popen[bytes]] = []
    with (directory / "log").open("wb") as log, suppress(OSError):
        while True:
            connection, _ = listening.accept()
            talk = connection.fileno()
            with connection:
                started.append(subprocess.Popen(command, stdin=talk, stdout=talk, stderr=log))
    for each in started:
        each.terminate()
        each.wait()
