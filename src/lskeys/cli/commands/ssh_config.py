"""ssh-config: Host blocks for instances, pinned host keys. Touches: what the runtime hands it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lskeys import concurrency
from lskeys.cli.options import ConnectionOptions, OutputOptions, ProgramOptions, SafetyOptions, verb
from lskeys.cli.runtime import Runtime
from lskeys.concurrency import Pending
from lskeys.config.settings import expanded
from lskeys.errors import UsageError
from lskeys.keys.matching import match_all
from lskeys.model import HostKey, Instance, KeyPair, Outcome
from lskeys.output.consent import confirm
from lskeys.output.result import Result
from lskeys.output.views.hosts import HOSTS, KNOWN_HOSTS
from lskeys.output.views.written_files import WRITTEN_FILES
from lskeys.ssh import config_files, config_text, hosts
from lskeys.ssh.config_files import WrittenFile
from lskeys.ssh.config_text import FileChange
from lskeys.ssh.hosts import Host

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail

_SSH_DIRECTORY = Path("~/.ssh")


@verb(ConnectionOptions, OutputOptions, ProgramOptions, SafetyOptions)
def ssh_config(
    run: Runtime,
    globs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[INSTANCE]...", help="Only instances with names like these."),
    ] = None,
    *,
    known_hosts: Annotated[
        bool,
        typer.Option(
            "--known-hosts",
            help="Pin the host keys AWS has seen; without --write, print them as known_hosts.",
        ),
    ] = False,
    write: Annotated[
        bool,
        typer.Option("--write", help="Write a file of its own, and have ~/.ssh/config include it."),
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="PATH", help="That file (default: ~/.ssh/lskeys.config)."),
    ] = None,
) -> None:
    """Print Host blocks for instances, each with the local key that opens it.

    Keys are found by content. Windows has no ssh; instances without an address are left out.

    Examples:
        lskeys ssh-config 'web-*'
        lskeys ssh-config --write --known-hosts --dry-run
    """
    own = _own_file(write=write, file=file)
    outcomes = run.call_regions(
        lambda lightsail: _query_region(lightsail, globs or (), pins=known_hosts)
    )
    failures = [outcome.error for outcome in outcomes if outcome.error]
    seen = [outcome.value for outcome in outcomes if outcome.value]
    found = _hosts(run, seen)
    if seen and not found and not run.options.quiet:
        run.terminal.note(f"{', '.join(run.regions)}: no matching instance that ssh can reach")
    if seen and own is None:
        run.show(Result(KNOWN_HOSTS if known_hosts else HOSTS, found, failures))
    if seen and own is not None and not failures:
        run.show(Result(WRITTEN_FILES, _write(run, _planned(own, found, pins=known_hosts))))
    if own is not None and failures:
        run.terminal.note("nothing is written: the hosts of a region that failed would be lost")
    run.fail_if(failures, len(seen), "regions")


@dataclass(frozen=True, slots=True)
class _RegionData:
    """What one region has: the instances that are wanted, key pairs, host keys by instance."""

    instances: Sequence[Instance]
    pairs: Sequence[KeyPair]
    host_keys: Mapping[str, Outcome[tuple[HostKey, ...]]] = field(default_factory=dict)


def _own_file(*, write: bool, file: Path | None) -> Path | None:
    if not write:
        if file is not None:
            raise UsageError("--file is where --write writes", hint="add --write")
        return None
    directory = expanded(_SSH_DIRECTORY).absolute()
    own = expanded(file).absolute() if file is not None else directory / "lskeys.config"
    if own == directory / "config":
        raise UsageError(
            f"{own} is your own file, and only an Include line is added to it",
            hint="leave --file out, or choose another",
        )
    config_text.include_line(own)
    return own


def _query_region(lightsail: "Lightsail", globs: Sequence[str], *, pins: bool) -> _RegionData:
    pairs = Pending(partial(lightsail.key_pairs, include_default=True))
    instances = [each for each in lightsail.instances() if _accepts(globs, each.name)]
    fit = {each.name: None for each in instances if pins and not hosts.unfit(each)}
    names = tuple(fit)
    host_keys = dict(zip(names, concurrency.call_each(names, lightsail.host_keys), strict=True))
    return _RegionData(instances, pairs.result(), host_keys)


def _accepts(globs: Sequence[str], name: str) -> bool:
    return not globs or any(fnmatchcase(name, glob) for glob in globs)


def _hosts(run: Runtime, seen: Sequence[_RegionData]) -> list[Host]:
    """Those that ssh can be told of; the others are named, with the reason."""
    aliases = hosts.aliases(instance for region in seen for instance in region.instances)
    keys = [replace(key, path=key.path.absolute()) for key in run.local_keys] if seen else []
    matching = match_all((pair for region in seen for pair in region.pairs), keys)
    pairs = {(each.pair.region, each.pair.name): each for each in matching.pairs}
    found = []
    keys_of = {
        each: region.host_keys.get(each.name) for region in seen for each in region.instances
    }
    for instance, host_keys in keys_of.items():
        namesake = None if instance in aliases else "another instance has its name"
        reason = hosts.unfit(instance) or namesake
        if reason is not None:
            if not run.options.quiet:
                run.terminal.note(f"{instance.name} in {instance.region} is left out: {reason}")
            continue
        pair = pairs.get((instance.region, instance.key_pair_name or ""))
        host = hosts.host(instance, aliases[instance], pair)
        found.append(hosts.pinned(host, host_keys) if host_keys else host)
    return sorted(found, key=lambda host: host.alias)


def _planned(own: Path, found: Sequence[Host], *, pins: bool) -> list[FileChange]:
    """In the order of writing: nothing names a file that is not there yet."""
    known_hosts = own.with_name(own.name.removesuffix(".config") + ".known_hosts")
    config = expanded(_SSH_DIRECTORY).absolute() / "config"
    pinned = [_own(known_hosts, config_text.known_hosts_lines(found))] if pins else []
    blocks = config_text.blocks(found, known_hosts if pins else None)
    return [*pinned, _own(own, blocks), config_files.plan_include(config, own)]


def _own(path: Path, lines: Iterable[str]) -> FileChange:
    return config_files.plan_own(path, config_text.own_file(lines))


def _write(run: Runtime, planned: Sequence[FileChange]) -> list[WrittenFile]:
    changes = [change for change in planned if change.is_change]
    for directory in dict.fromkeys(change.path.parent for change in planned):
        run.name_leftovers(directory)
    for line in (line for change in changes for line in change.diff()):
        run.terminal.note(line)
    if changes:
        confirm(run.terminal, run.options, "write this")
    for change in changes:
        if not run.options.dry_run:
            config_files.write(change, wait=run.settings.timeout.value)
    outcome: Literal["written", "would write"] = "would write" if run.options.dry_run else "written"
    return [
        WrittenFile(change.path, outcome if change.is_change else "unchanged") for change in planned
    ]
