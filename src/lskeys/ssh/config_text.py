"""The texts ssh reads: Host blocks, known_hosts lines, and the Include of a file. Pure.

The rules are those of ssh_config(5) and of sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. What both old
and new versions of ssh read in the same way is written, the rest is refused: before 8.7 there
was no way to write a quote, and there never was one to write `${`.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lskeys.errors import RefusedError
from lskeys.model import HostKey
from lskeys.ssh import config_reading
from lskeys.ssh.hosts import Host
from lskeys.text import chmod_command, one_line, printable

_MARK = "# Written by lskeys ssh-config"
"""By this a file is known as our own."""

_PLAIN = re.compile(r"[A-Za-z0-9/._+,@-]+")
_UNWRITABLE = re.compile(r'["\\]|\$\{')
_EXPANDED = re.compile(r'["\\%$]')  # in an Include: by some versions of ssh, and not by others
_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file, what is in it, and what shall be.

    `before` is None where there is none yet, `after` where there shall be none, `mode` where its
    permissions stay as they are.
    `is_loose` says that others may change it, for which ssh refuses it.
    """

    path: Path
    before: bytes | None
    after: bytes | None
    mode: int | None = None
    is_loose: bool = False

    @property
    def is_change(self) -> bool:
        """Whether anything is to be done."""
        return self.before != self.after or self.is_loose

    @property
    def undone(self) -> "FileChange":
        """What gives the file back what was in it."""
        return FileChange(self.path, self.after, self.before, self.mode)

    def diff(self) -> Iterator[str]:
        """The change as a unified diff, line by line."""
        if self.is_loose:
            yield chmod_command(f"{self.mode or 0:o}", self.path)
        yield from difflib.unified_diff(
            _lines(self.before or b""),
            _lines(self.after or b""),
            "/dev/null" if self.before is None else str(self.path),
            str(self.path),
            lineterm="",
        )


def blocks(hosts: Iterable[Host]) -> Iterator[str]:
    """The lines of `Host` blocks, an empty one between two; no host keys are pinned."""
    for position, each in enumerate(hosts):
        if position:
            yield ""
        yield from block(each)


def known_hosts_lines(hosts: Iterable[Host]) -> Iterator[str]:
    """A line for each host key."""
    return (known_hosts_line(each, key) for each in hosts for key in each.host_keys)


def known_hosts_line(host: Host, key: HostKey) -> str:
    """The address a host is known by, its key, and the alias for people."""
    return f"{host.address} {key.algorithm} {key.public_key} {host.alias}"


def own_file(lines: Iterable[str]) -> bytes:
    """A file of ours with these lines."""
    head = f"{_MARK}, which replaces this file as a whole: do not edit it."
    return "\n".join((head, "", *lines, "")).encode()


def is_own(content: bytes) -> bool:
    """Whether a file is one that we wrote."""
    return content.startswith(_MARK.encode())


def include_line(file: Path, directory: Path) -> str:
    """The line that makes ssh read this file, too; a relative one where no other can be written.

    `file` is an absolute path, `directory` is `~/.ssh`, where relative paths begin.

    Raises:
        RefusedError: ssh would take the path for another one.
    """
    spelled = str(file)
    if _EXPANDED.search(spelled) and file.is_relative_to(directory):
        spelled = str(file.relative_to(directory))
    if _EXPANDED.search(spelled) or spelled != printable(spelled):
        raise RefusedError(
            f"{spelled} cannot be named in an Include line",
            hint="choose a plainer path with --file",
        )
    return f"Include {_quoted(_GLOB.sub(lambda found: chr(92) + found[0], spelled))}"


def with_include(config: bytes, file: Path, directory: Path) -> bytes:
    """A user's ssh config that includes a file; as it was where it certainly does so already.

    The line comes first: behind a Host line it would count for that host alone. The paths are
    those of `include_line`.
    """
    line = include_line(file, directory).encode() + b"\n"
    if config.startswith(line) or config_reading.includes(config, file, directory):
        return config
    return line + config


def block(each: Host, known_hosts: Path | None = None) -> Iterator[str]:
    """The lines of one `Host` block; the comment above it says which instance it is of.

    One with host keys is trusted by these alone if there is a file in which they stand.
    """
    instance = each.instance
    account = f", account {instance.account}" if instance.account else ""
    pair = instance.key_pair_name
    named = f", key pair {one_line(pair, limit=255)}" if pair else ""
    can_open = [file for file in each.identity_files if can_name(file)]
    yield f"# {instance.name} in {instance.region}{account}{named}"
    yield from (f"# {printable(note)}" for note in each.notes)
    for file in each.identity_files:
        if file not in can_open:
            odd_path = f"its key is {file}, a path that cannot be written here"
            yield f"# {printable(odd_path)}"
    yield f"Host {each.alias}"
    yield f"    HostName {each.address}"
    if each.user:
        yield f"    User {each.user}"
    for file in can_open:
        yield f"    IdentityFile {_token(str(file))}"
    if can_open:
        yield "    IdentitiesOnly yes"
    if known_hosts and each.host_keys:
        # By its address, whatever the port; and by nothing that ssh learns by itself.
        yield f"    HostKeyAlias {each.address}"
        yield f"    UserKnownHostsFile {_token(str(known_hosts))}"
        yield "    StrictHostKeyChecking yes"
        yield "    UpdateHostKeys no"


def can_name(file: Path) -> bool:
    """Whether a path can stand in an ssh config."""
    spelled = str(file)
    return not _UNWRITABLE.search(spelled) and spelled == printable(spelled)


def _token(path: str) -> str:
    return _quoted(path.replace("%", "%%"))


def _quoted(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else f'"{word}"'


def _lines(content: bytes) -> list[str]:
    text = content.decode(errors="backslashreplace")
    return text.removesuffix("\n").split("\n") if text else []
