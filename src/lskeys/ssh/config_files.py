"""The files ssh reads next to keys, replaced whole or left as they are. Touches: the disk."""

import codecs
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lskeys.errors import LskeysError, MissingError, RefusedError, SetupError, UsageError
from lskeys.ssh import written_blocks
from lskeys.ssh.config_plan import Plan
from lskeys.ssh.config_text import (
    FileChange,
    can_name,
    include_line,
    is_own,
    own_file,
    with_include,
)
from lskeys.ssh.user_config import UserConfig
from lskeys.ssh.written_blocks import WrittenFiles
from lskeys.storage.directory import Directory, FileContent, make, opened, read_file
from lskeys.storage.lock import locked
from lskeys.storage.os_errors import os_errors
from lskeys.storage.whole_file import write_file
from lskeys.storage.writing import PRIVATE
from lskeys.text import chmod_command, one_line


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that is no key, as a command left it or would leave it."""

    path: Path
    outcome: Literal["written", "unchanged", "would write"]


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """The files that are written for ssh.

    Attributes:
        directory: `~/.ssh`.
        blocks: The file with Host blocks, which the user's config includes.
        known_hosts: The file with pins; at a fixed place, whatever the other one is called.
    """

    directory: Path
    blocks: Path
    known_hosts: Path

    def read(self) -> WrittenFiles:
        """What is in them; nothing where they are not there, or not ours.

        Raises:
            RefusedError: Something there is no plain file, or others may write next to it.
            LocalError: One cannot be read.
        """
        return written_blocks.read(_own_content(self.blocks), _own_content(self.known_hosts))

    def changes(self, plan: Plan, before: WrittenFiles, users: UserConfig) -> list[FileChange]:
        """What it takes to write a plan, in the order of writing; changes nothing.

        Nothing names a file that is not there yet.

        Raises:
            RefusedError: A file is not ours, or cannot be used for what it is for.
            LocalError: One cannot be read.
        """
        blocks = written_blocks.blocks_and_kept(plan.hosts, plan.renewal.kept, self.known_hosts)
        pins = written_blocks.pins_and_kept(plan.hosts, before, plan.renewal)
        if pins and (include := users.includes(self.known_hosts)):
            raise RefusedError(
                f"{self.known_hosts} would be read as ssh configuration, because of"
                f" Include {one_line(include)}",
                hint="make that Include match fewer files, or leave the pins: --no-known-hosts",
            )
        if pins and not can_name(self.known_hosts):
            raise RefusedError(
                f"{self.known_hosts} cannot be named in ssh's configuration",
                hint="leave the pins: --no-known-hosts",
            )
        pinned = [plan_own(self.known_hosts, own_file(pins))] if pins or before.pins else []
        config = self.directory / "config"
        own = plan_own(self.blocks, own_file(blocks))
        return [*pinned, own, plan_include(config, self.blocks)]


def own_files(directory: Path, chosen: Path | None) -> OwnFiles:
    """The files for a directory, which is `~/.ssh`, with the blocks in a chosen one.

    Raises:
        UsageError: That is ssh's own, or ours for something else.
        RefusedError: It cannot be named in an Include line.
    """
    files = OwnFiles(
        directory, chosen or directory / "lskeys.config", directory / "lskeys.known_hosts"
    )
    if files.blocks == directory / "config":
        raise UsageError(
            f"{files.blocks} is your own file, and only an Include line is added to it",
            hint="leave --file out, or choose another",
        )
    if files.blocks == files.known_hosts:
        raise UsageError(
            f"{files.blocks} is where host keys are pinned",
            hint="leave --file out, or choose another",
        )
    include_line(files.blocks, directory)
    return files


_LARGEST = 16 * 1024 * 1024  # bytes; the host keys of ten thousand instances
_OF_OTHERS = 0o022  # ssh reads no configuration that others may change,
_OF_ALL = 0o002  # though Debian's does where the group is the user's own
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def plan_own(path: Path, content: bytes) -> FileChange:
    """What it takes to give a file of our own this content; changes nothing.

    Raises:
        RefusedError: What is there is not ours, is no plain file, or others may write next to it.
        LocalError: It cannot be read.
    """
    found = _found(path)
    before = found.content.reveal() if found else None
    if before is not None and not is_own(before):
        raise RefusedError(
            f"{path} was not written by lskeys ssh-config",
            hint="choose another file with --file, or move that one away",
        )
    is_loose = found is not None and bool(found.mode & _OF_OTHERS)
    return FileChange(path, before, content, PRIVATE, is_loose)


def plan_include(config: Path, file: Path) -> FileChange:
    """What it takes to have the user's ssh config include a file; changes nothing.

    Raises:
        RefusedError: The config is a link, or has a second name: replaced, it would be neither.
            Or ssh does not read it, or the path is none that an Include can name.
        LocalError: It cannot be read.
    """
    content: bytes | None
    if config.is_symlink():
        with os_errors(f"cannot read {config}", config):
            content = config.read_bytes() if config.is_file() else b""
        links = 0
    else:
        found = _found(config)
        content = found.content.reveal() if found else None
        links = found.links if found else 1
    _refuse_unreadable(config, content or b"")
    after = with_include(content or b"", file, config.parent)
    change = FileChange(config, content, after)
    if change.is_change and links != 1:
        kind = "has a second name" if links else "is a symbolic link"
        raise RefusedError(
            f"{config} {kind}, and nothing is written through one",
            hint=f"put this at the top of what it leads to: {include_line(file, config.parent)}",
        )
    return change


def _refuse_unreadable(config: Path, content: bytes) -> None:
    """Refuse a config that ssh refuses, whatever is added to it."""
    if content.startswith(_MARKS):
        raise RefusedError(
            f"{config} begins with a byte order mark, so ssh cannot read it",
            hint="save it as UTF-8 without one",
        )
    with suppress(FileNotFoundError):
        if config.stat().st_mode & _OF_ALL:
            raise RefusedError(
                f"{config} can be changed by everybody, so ssh refuses to read it",
                hint=chmod_command("go-w", config),
            )


def write(change: FileChange, *, wait: float) -> None:
    """Make a change, whole or not at all; a new file and a new directory are private.

    `wait` is how many seconds to wait for another lskeys in that directory.

    Raises:
        RefusedError: The file is not any more as it was when that was planned.
        LocalError: The disk failed; the file is as it was, or the message says so.
    """
    make(change.path.parent)
    with (
        opened(change.path.parent) as directory,
        locked(directory, wait=wait),
        os_errors(f"cannot write {change.path}", change.path.parent),
    ):
        _write(directory, change)


def _write(directory: Directory, change: FileChange) -> None:
    name = change.path.name
    found = read_file(directory, name, limit=_LARGEST)
    if (found.content.reveal() if found else None) != change.before:
        raise _changed(change.path)
    if change.after is None:
        os.unlink(name, dir_fd=directory.descriptor)
        directory.flush()
        return
    mode = change.mode or (found.mode if found else PRIVATE)
    if not write_file(directory, name, change.after, mode=mode, replaces=found is not None):
        raise _changed(change.path)


def _own_content(path: Path) -> bytes:
    found = None
    with suppress(SetupError):  # a home that cannot be searched: as if it were not there
        found = _found(path)
    content = found.content.reveal() if found else b""
    return content if is_own(content) else b""


def _found(path: Path) -> FileContent | None:
    try:
        with opened(path.parent) as directory, os_errors(f"cannot read {path}", path):
            found = read_file(directory, path.name, limit=_LARGEST)
    except MissingError:
        return None
    if found and len(found.content.reveal()) > _LARGEST:
        raise RefusedError(
            f"{path} is larger than {_LARGEST // 1024 // 1024} MiB",
            hint="move it away, or make it shorter",
        )
    return found


def _changed(path: Path) -> LskeysError:
    return RefusedError(f"{path} was changed meanwhile", hint="run the same command again")
