"""The system's OpenSSH client: found, its arguments, its environment. Touches: processes.

ssh is started with a list of arguments, never through a shell; what AWS says gets into it only as
an address or a user of the one strict grammar, and stands behind an option or `--`.
"""

import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lskeys.errors import SetupError
from lskeys.text import one_line

MIN_VERSION = (7, 4)
"""The oldest that is tried to work: Red Hat 7, from 2016."""

_VERSION = re.compile(r"OpenSSH[^ ]*_(\d+)\.(\d+)")
_SINCE = (("RemoteCommand=none", (7, 6)), ("SessionType=default", (8, 7)))
"""Options that let a command run whatever the user's configuration has, and ssh's first version."""

_OURS = ("AWS_", "LSKEYS_")
_NO_IDENTITY = ("-o", "IdentityFile=none")
"""Without it, ssh would offer the user's own ~/.ssh/id_rsa and the like."""

CONNECT_SECONDS = 10
"""How long a connection may take."""

_NOBODY = "No user exists for uid"
"""What OpenSSH says, and no more, to a user without a passwd entry (ssh.c)."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where ssh connects to.

    Attributes:
        address: An IPv4 or IPv6 address.
        user: Whom to log in as; None leaves that to ssh.
        known_hosts: A file with the host keys that are trusted, and no others; None leaves that
            to ssh.
        route: More options that lead there.
    """

    address: str
    user: str | None
    port: int
    known_hosts: Path | None
    route: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SshClient:
    """An OpenSSH client that is there and new enough."""

    program: str
    version: tuple[int, int]
    environment: Mapping[str, str]

    def arguments(
        self,
        target: Target,
        keys: Iterable[Path],
        options: Sequence[str] = (),
        command: Sequence[str] = (),
        *,
        by_agent: bool = False,
    ) -> list[str]:
        """The arguments of a session, or with a command, in the words of a shell there, of its run.

        The private keys are offered in this order, before any of the user's configuration; with
        `by_agent`, every key that ssh-agent has, too.
        """
        return [
            self.program,
            *([word for key in keys for word in _identity(key)] or _NO_IDENTITY),
            *("-o", f"IdentitiesOnly={'no' if by_agent else 'yes'}"),
            *("-o", "PubkeyAuthentication=yes"),
            *(_trust(target) if target.known_hosts else ()),
            *(("-p", str(target.port)) if target.port != DEFAULT_PORT else ()),
            *(("-l", target.user) if target.user else ()),
            *target.route,
            *(self._running() if command else ()),
            *options,
            "--",
            target.address,
            *command,
        ]

    def _running(self) -> Iterable[str]:
        """Options that have ssh run a command, and not what the user's configuration says."""
        known = (option for option, since in _SINCE if self.version >= since)
        return (word for option in known for word in ("-o", option))


DEFAULT_PORT = 22


def find(environ: Mapping[str, str]) -> SshClient:
    """The `ssh` on PATH.

    Raises:
        SetupError: There is none, it is too old, or it is not OpenSSH's.
    """
    program = shutil.which("ssh", path=environ.get("PATH", ""))
    if program is None:
        raise SetupError(
            "there is no ssh on PATH", hint="install OpenSSH's client (openssh-client)"
        )
    environment = without_ours(environ)
    said = _version(program, environment)
    found = _VERSION.search(said)
    if said.startswith(_NOBODY):
        raise SetupError(
            f"ssh does not work here: {one_line(said, limit=60)}",
            hint="run lskeys as a user with an entry in /etc/passwd",
        )
    if found is None:
        raise SetupError(
            f"{program} is not OpenSSH's client: {one_line(said, limit=60) or 'no version'}",
            hint="put OpenSSH's ssh first on PATH",
        )
    version = (int(found[1]), int(found[2]))
    if version < MIN_VERSION:
        least = ".".join(map(str, MIN_VERSION))
        raise SetupError(
            f"{program} is too old: {one_line(found[0], limit=60)}",
            hint=f"install OpenSSH {least} or newer",
        )
    return SshClient(program, version, environment)


def without_ours(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program of OpenSSH's: none of AWS's credentials is handed on."""
    return {name: value for name, value in environ.items() if not name.startswith(_OURS)}


def run_quietly(
    arguments: Sequence[str], environment: Mapping[str, str]
) -> "subprocess.CompletedProcess[bytes]":
    """Run a program of OpenSSH's, which reads no input and has as long as a connection."""
    return subprocess.run(  # noqa: S603  with arguments of one grammar
        arguments,
        capture_output=True,
        check=False,
        timeout=CONNECT_SECONDS,
        env=environment,
        stdin=subprocess.DEVNULL,
    )


def quoted(path: Path) -> str:
    """A path as the value of an option: blanks and quotes kept, tokens not expanded."""
    escaped = str(path).replace("%", "%%").replace('"', r"\"")
    return f'"{escaped}"'


def _trust(target: Target) -> Iterable[str]:
    """Options that trust one file's host keys, by the address whatever the port, and learn none.

    No shared connection is used (ControlMaster): it may have been opened with other host keys.
    """
    assert target.known_hosts
    for option in (
        f"HostKeyAlias={target.address}",
        f"UserKnownHostsFile={quoted(target.known_hosts)}",
        "GlobalKnownHostsFile=/dev/null",
        "StrictHostKeyChecking=yes",
        "UpdateHostKeys=no",
        "ControlPath=none",
    ):
        yield from ("-o", option)


def _identity(key: Path) -> tuple[str, str]:
    """The option of a private key: -i looks for a file of that name, and expands tokens after."""
    if "%" in str(key):
        return "-o", f"IdentityFile={quoted(key)}"
    return "-i", str(key)


def _version(program: str, environment: Mapping[str, str]) -> str:
    try:
        ended = run_quietly((program, "-V"), environment)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError(
            f"{program} cannot be started: {type(error).__name__}", hint=f"try it: {program} -V"
        ) from None
    return (ended.stderr + ended.stdout).decode(errors="replace")
