"""Several sshd on localhost, each with an address, a home and habits of its own, at one port."""

import getpass
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROGRAM = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
USER = getpass.getuser()
_ROOTS_DIRECTORY = Path("/run/sshd")
"""Where sshd locks itself in while it talks to strangers; only root's needs one."""
WORD = "opened"
_OPENED: set[tuple[bytes, int, str]] = set()
"""Content and mode of key files that opened a server, and its authorized keys."""

_CONFIGURATION = """\
HostKey {directory}/host_key
AuthorizedKeysFile {directory}/home/.ssh/authorized_keys
SetEnv HOME={directory}/home PATH={directory}/bin:/usr/bin:/bin
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
"""


@dataclass(slots=True)
class Server:
    """A server as an instance: one process serves each connection.

    Attributes:
        address: Its address on localhost.
        port: Its port, which is that of the others, too.
        directory: What is its own: `home`, `host_key`, `sshd_config`, `log`.
        host_key: Its host key, algorithm and base64.
    """

    address: str
    port: int
    directory: Path
    host_key: str
    connections: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def authorized_keys(self) -> Path:
        """The file whose keys open it."""
        return self.directory / "home" / ".ssh" / "authorized_keys"

    @property
    def blobs(self) -> list[str]:
        """The keys that open it."""
        lines = self.authorized_keys.read_text().splitlines()
        return [line.split()[1] for line in lines if line and not line.startswith("#")]

    def authorize(self, *lines: str) -> None:
        """Let in those who have these keys, and no others."""
        self.authorized_keys.parent.mkdir(mode=0o700, exist_ok=True)
        self.authorized_keys.write_text("".join(f"{line}\n" for line in lines))
        self.authorized_keys.chmod(0o600)

    def configure(self, *lines: str) -> None:
        """Add lines to its configuration, before the others, so that they count."""
        config = self.directory / "sshd_config"
        config.write_text("".join(f"{line}\n" for line in lines) + config.read_text())

    def knock(
        self, *options: str | Path, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `ssh OPTIONS` to it, which knows its host key; it says `WORD` once it is in."""
        known = self.directory / "known_hosts"
        known.write_text(f"[{self.address}]:{self.port} {self.host_key}\n")
        words = (
            *("ssh", "-F", "none", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"),
            *("-o", "StrictHostKeyChecking=yes", "-o", f"UserKnownHostsFile={known}"),
            *("-o", "GlobalKnownHostsFile=none", "-p", str(self.port), *options),
            *(f"{USER}@{self.address}", "echo", WORD),
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
        """Whether a private key file opens it, without any prompt.

        What opened a server with these authorized keys is not tried again.
        """
        tried = (key.read_bytes(), key.stat().st_mode, self.authorized_keys.read_text())
        if tried not in _OPENED:
            if self.knock("-o", "BatchMode=yes", "-i", key).stdout != f"{WORD}\n":
                return False
            _OPENED.add(tried)
        return True


class Lab:
    """Servers at 127.0.0.2 and on, all at the same port."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._listening: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.servers: list[Server] = []
        self.port = 0

    def add(self, host_key: Path | None = None) -> Server:
        """One more server, which no key opens yet."""
        assert PROGRAM is not None
        number = len(self.servers) + 2
        address, directory = f"127.0.0.{number}", self._directory / f"sshd{number}"
        for each in (directory, directory / "home", directory / "home" / ".ssh", directory / "bin"):
            each.mkdir(mode=0o700)
        if host_key is None:
            line = make_key(directory / "host_key")
        else:
            shutil.copy(host_key, directory / "host_key")
            line = host_key.with_name(host_key.name + ".pub").read_text()
        (directory / "sshd_config").write_text(_CONFIGURATION.format(directory=directory))
        listening = socket.create_server((address, self.port))
        self.port = listening.getsockname()[1]
        server = Server(address, self.port, directory, " ".join(line.split()[:2]))
        server.authorize()
        thread = threading.Thread(target=_serve, args=(listening, PROGRAM, server))
        thread.start()
        self._listening.append(listening)
        self._threads.append(thread)
        self.servers.append(server)
        return server

    def close(self) -> None:
        """End all servers."""
        for each in self._listening:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join()


def make_key(path: Path, kind: str = "ed25519") -> str:
    """Make a key; its public line, without comment."""
    subprocess.run(("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", path), check=True)
    return " ".join(path.with_name(path.name + ".pub").read_text().split()[:2])


@contextmanager
def lab(directory: Path) -> Iterator[Lab]:
    """An empty lab; skipped where there is no openssh-server."""
    if PROGRAM is None:
        pytest.skip("no sshd: install openssh-server")
    if os.geteuid() == 0:
        _ROOTS_DIRECTORY.mkdir(mode=0o755, exist_ok=True)
    running = Lab(directory)
    try:
        yield running
    finally:
        running.close()


def _serve(listening: socket.socket, program: str, server: Server) -> None:
    """Start a server for each connection until the socket is shut down, then end them all."""
    command = (program, "-i", "-e", "-f", server.directory / "sshd_config")
    with (server.directory / "log").open("wb") as log, suppress(OSError):
        while True:
            connection, _ = listening.accept()
            talk = connection.fileno()
            with connection:
                server.connections.append(
                    subprocess.Popen(command, stdin=talk, stdout=talk, stderr=log)
                )
    for each in server.connections:
        each.terminate()
        each.wait()
