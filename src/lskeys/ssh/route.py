"""What the user's own configuration makes ssh do: how it gets to an address. Touches: processes.

A login that decides something takes no key, host key, user or command from that configuration;
but an instance that only a jump host reaches is reached through it, as `ssh` would.
"""

import re
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from lskeys.errors import RemoteError
from lskeys.ssh.client import CONNECT_SECONDS, SshClient, Target, run_quietly
from lskeys.text import one_line

_WORDS = frozenset(
    {
        *("port", "addressfamily", "bindaddress", "bindinterface", "ipqos", "proxyusefdpass"),
        *("ciphers", "kexalgorithms", "macs", "hostkeyalgorithms"),
        *("pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes"),
    }
)
"""The keywords that are kept as `ssh -G` prints them."""

_FILES = ("identityagent", "revokedhostkeys")
"""The same, of one file each; the agent only signs with the keys that are offered."""

_HOP = re.compile(r"(?:(?P<user>.+)@)?(?P<host>\[[^]]+\]|[^:]+)(?::(?P<port>\d+))?")
"""A jump host as `ssh -G` prints it: addresses are in brackets."""


def route(client: SshClient, target: Target) -> tuple[str, ...]:
    """Options that lead to a target as the user's configuration does, and do nothing else.

    Raises:
        RemoteError: ssh cannot read that configuration.
    """
    ended = _resolved(client, client.arguments(target, (), ("-G",)))
    if ended.returncode:
        raise RemoteError(_refusal(ended.stderr), hint="fix that file: every ssh reads it")
    printed = ended.stdout.decode(errors="surrogateescape")
    return tuple(word for option in _options(client, printed) for word in ("-o", option))


def refusal(client: SshClient, config: Path | None) -> str | None:
    """A clause that says why ssh refuses its configuration, or that in a file; None if it does not.

    Where ssh cannot be run to its end, it refused nothing.
    """
    file = ("-F", str(config)) if config else ()
    try:
        ended = _resolved(client, [client.program, *file, "-G", "--", "localhost"])
    except RemoteError:
        return None
    return _refusal(ended.stderr) if ended.returncode else None


def _resolved(client: SshClient, arguments: Sequence[str]) -> "subprocess.CompletedProcess[bytes]":
    """What became of `ssh -G`, which prints what the configuration comes to."""
    try:
        return run_quietly(arguments, client.environment)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RemoteError(
            f"ssh -G {arguments[-1]} failed: {type(error).__name__}",
            hint=f"try it: ssh -G {arguments[-1]}",
        ) from None


def _refusal(said: bytes) -> str:
    first = said.decode(errors="replace").strip().partition("\n")[0]
    return f"ssh cannot read its configuration: {one_line(first, limit=200)}"


def port_of(options: Sequence[str]) -> int:
    """The port at the end of a route: the one of the run, else of the user's configuration."""
    return next(int(word.removeprefix("port=")) for word in options if word.startswith("port="))


def _options(client: SshClient, printed: str) -> Iterator[str]:
    for line in printed.splitlines():
        keyword, _, value = line.partition(" ")
        if keyword == "proxyjump":
            yield f"ProxyCommand={_through(client, value)}"
        elif keyword == "proxycommand" and value != "none":
            yield f"ProxyCommand={value}"
        elif keyword in _FILES:
            yield f'{keyword}="{value}"'
        elif keyword in _WORDS:
            yield f"{keyword}={value}"


def _through(client: SshClient, jump: str) -> str:
    """What ProxyJump stands for: ssh to the last jump host, which knows the user's configuration.

    ssh itself would read no configuration for it, as none for the target; nor may it prompt.
    """
    before, _, last = jump.rpartition(",")
    hop = _HOP.fullmatch(last)
    if hop is None:
        raise RemoteError(
            f"ssh's configuration has a jump host that is none: {one_line(last)}",
            hint="correct ProxyJump in ~/.ssh/config: [USER@]HOST[:PORT]",
        )
    words = [
        *(client.program, "-o", "BatchMode=yes", "-o", f"ConnectTimeout={CONNECT_SECONDS}"),
        *(("-l", hop["user"]) if hop["user"] else ()),
        *(("-p", hop["port"]) if hop["port"] else ()),
        *(("-J", before) if before else ()),
        *("-W", "[%h]:%p", "--", hop["host"].strip("[]")),
    ]
    return shlex.join(words)
