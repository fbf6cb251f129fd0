"""ssh-config: Host blocks for instances, pinned host keys. Touches: what the runtime hands it."""

import shlex
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from lskeys.cli import ssh_instances
from lskeys.cli.options import CHANGE_OPTIONS, verb
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.hints import hint_with_account_options
from lskeys.cli.runtime.output import fail, show
from lskeys.config.paths import expanded
from lskeys.errors import RefusedError, SetupError, UsageError
from lskeys.output.consent import confirm
from lskeys.output.result import Result
from lskeys.output.views.hosts import HOSTS, KNOWN_HOSTS
from lskeys.output.views.written_files import WRITTEN_FILES
from lskeys.ssh import client, config_files, user_config
from lskeys.ssh.config_files import OwnFiles, WrittenFile
from lskeys.ssh.config_plan import Plan, plan
from lskeys.ssh.config_text import FileChange
from lskeys.ssh.regions import RegionData
from lskeys.ssh.route import refusal
from lskeys.ssh.user_config import UserConfig
from lskeys.ssh.written_blocks import WrittenFiles
from lskeys.storage.ownership import home_of_ssh, home_owner
from lskeys.text import one_line

_UNREAD = "{}; until that is fixed, ssh connects to no host"


@verb(*CHANGE_OPTIONS, takes_profiles=True)
def ssh_config(
    run: Runtime,
    globs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[INSTANCE]...", help="Names of instances; globs work."),
    ] = None,
    *,
    known_hosts: Annotated[
        bool | None,
        typer.Option(
            "--known-hosts/--no-known-hosts",
            help="Pin the host keys that AWS reports (without --write: print them as known_hosts)"
            ", or remove the pinned ones.",
        ),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write a separate file that ~/.ssh/config includes.")
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", metavar="PATH", help="The file to write (default: ~/.ssh/lskeys.config)."
        ),
    ] = None,
) -> None:
    """Print Host blocks for instances, with the local keys that open them.

    Keys are matched by content. Windows instances and instances without an address are left out.
    --write keeps the blocks of other regions and accounts, and pinned host keys that AWS does not
    return at the moment.

    Examples:
        lskeys ssh-config 'web-*'
        lskeys ssh-config --write --known-hosts --dry-run
    """
    own = _own_files(run, write=write, file=file)
    outcomes = ssh_instances.query_regions(run, globs or (), reads_keys=bool(known_hosts))
    seen = outcomes.values
    failures = outcomes.errors + [error for region in seen for error in region.unread]
    if seen and own is None:
        view = KNOWN_HOSTS if known_hosts else HOSTS
        show(run, Result(view, _planned(run, seen, WrittenFiles())[0].hosts, failures))
    elif seen and own is not None:
        files = _write(run, own, seen, keeps_pins=known_hosts is not False)
        show(run, Result(WRITTEN_FILES, files, failures))
    noun = "requests" if any(region.unread for region in seen) else "regions"
    fail(run, failures, sum(region.responses for region in seen), noun)


def _own_files(run: Runtime, *, write: bool, file: Path | None) -> OwnFiles | None:
    if not write:
        if file is not None:
            raise UsageError("--file is where --write writes", hint="add --write")
        return None
    chosen = expanded(file).absolute() if file is not None else None
    return config_files.own_files(expanded(run.settings.ssh_directory).absolute(), chosen)


def _planned(
    run: Runtime, seen: Sequence[RegionData], before: WrittenFiles, *, keeps_pins: bool = True
) -> tuple[Plan, UserConfig]:
    """What ssh's configuration gets, after the notes about it."""
    keys = ssh_instances.local_keys(run)
    users = user_config.read(ssh_instances.ssh_directory(run))
    completed = partial(hint_with_account_options, options=run.options)
    proofs = ssh_instances.proofs(run)
    planned = plan(seen, keys, users, before, proofs, keeps_pins=keeps_pins, completed=completed)
    if not planned.hosts:
        where = ", ".join(run.profiles or run.regions)
        planned.notes.append(f"{where}: no matching instance that ssh can reach")
    for note in planned.notes:
        run.terminal.report(note)
    return planned, users


def _write(
    run: Runtime, own: OwnFiles, seen: Sequence[RegionData], *, keeps_pins: bool
) -> list[WrittenFile]:
    before = own.read()
    planned, users = _planned(run, seen, before, keeps_pins=keeps_pins)
    every = own.changes(planned, before, users)
    changes = [change for change in every if change.is_change]
    for directory in dict.fromkeys(change.path.parent for change in every):
        run.key_files.name_leftovers(directory)
    if changes:
        _warn_of_home(run, own.directory)
    if before.foreign:
        foreign = ", ".join(one_line(each, limit=80) for each in before.foreign)
        run.terminal.warning(f"{own.blocks} loses what lskeys did not write: {foreign}")
    for line in (line for change in changes for line in change.diff()):
        run.terminal.note(line)
    if changes:
        confirm(run.terminal, run.options, "write this")
        run.key_files.warn_of_owner()
    if changes and not run.options.dry_run:
        _make(run, changes, own.directory / "config")
    elif said := _refusal(run, own.directory / "config"):
        run.terminal.warning(_UNREAD.format(said))
    outcome: Literal["written", "would write"] = "would write" if run.options.dry_run else "written"
    return [
        WrittenFile(change.path, outcome if change.is_change else "unchanged") for change in every
    ]


def _make(run: Runtime, changes: Sequence[FileChange], config: Path) -> None:
    """Write, and undo that where ssh reads nothing any more because of it.

    Raises:
        RefusedError: It was undone.
    """
    before = _refusal(run, config)
    _write_files(run, changes)
    said = _refusal(run, config)
    if said and not before:
        _write_files(run, [change.undone for change in reversed(changes)])
        raise RefusedError(
            f"{said}; what was written is undone",
            hint="make Include match fewer files, or leave the pins: --no-known-hosts",
        )
    if said:
        run.terminal.warning(_UNREAD.format(said))


def _write_files(run: Runtime, changes: Iterable[FileChange]) -> None:
    for change in changes:
        with run.terminal.waiting("the directory", str(change.path.parent)):
            config_files.write(change, wait=run.settings.timeout.value)


def _refusal(run: Runtime, config: Path) -> str | None:
    """Why ssh refuses the configuration as a whole; None where it does not, or is not there.

    None for root in somebody's home, too: to root's ssh it is a file of another user.
    """
    file = None if _is_read_by_ssh(config.parent) else config
    if home_owner() is not None or (file and not file.exists()):
        return None
    with suppress(SetupError), run.terminal.waiting("ssh", "its configuration"):
        return refusal(client.find(run.invocation.environ), file)
    return None


def _is_read_by_ssh(directory: Path) -> bool:
    """Whether it is where ssh looks for its files: below the home of passwd, whatever HOME says."""
    home = home_of_ssh()
    return home is not None and directory.resolve() == (home / ".ssh").resolve()


def _warn_of_home(run: Runtime, directory: Path) -> None:
    """Say that ssh will not read what is written, where HOME is not the home that it looks in."""
    home = home_of_ssh()
    if run.settings.sandbox.value or home is None or _is_read_by_ssh(directory):
        return
    config = directory / "config"
    run.terminal.warning(
        f"HOME is not your home directory {home}, whose .ssh/config ssh reads:"
        f" only ssh -F {shlex.quote(str(config))} reads {config}"
    )
