"""Instances as the commands that use ssh see them. Touches: what the runtime hands it."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lskeys.cli.runtime import Runtime, queries
from lskeys.cli.runtime.hints import account_options, hint_with_account_options
from lskeys.cli.runtime.lookup import all_pairs_and_instances
from lskeys.cli.runtime.other_regions import hint_of_instance
from lskeys.cli.suggestions import for_argument
from lskeys.config.paths import expanded, state_path
from lskeys.errors import LskeysError, MissingError, SetupError
from lskeys.keys.matching import LocalKey
from lskeys.model import AccountRegion, Instance, KeyPair, Outcome, Outcomes
from lskeys.ssh import config_files, reach, regions
from lskeys.ssh.config_files import OwnFiles
from lskeys.ssh.proved_logins import ProvedLogins
from lskeys.ssh.reach import ReachableInstance
from lskeys.ssh.regions import RegionData
from lskeys.ssh.session_files import runtime_directory
from lskeys.ssh.written_blocks import WrittenFiles
from lskeys.text import did_you_mean, is_glob
from lskeys.values import replace

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail

T = TypeVar("T")

Opened = Sequence[tuple[Instance, bytes]]
"""Instances, each with the public key (wire bytes) of a login that worked."""


@dataclass(frozen=True, slots=True)
class QueriedInstances:
    """The requested instances, the regions they are in, and what failed.

    Attributes:
        data: What the regions that did not fail have.
        failures: Why others did not, and which host keys could not be read.
    """

    reaches: list[ReachableInstance]
    data: list[RegionData]
    failures: list[LskeysError]

    def missing(self, run: Runtime, globs: Sequence[str]) -> list[LskeysError]:
        """An error for each glob that no instance matches, with the name probably meant."""
        names = sorted({each.name for region in self.data for each in region.instances})
        where = ", ".join(dict.fromkeys(each.where.region for each in self.data))
        return [
            MissingError(
                f"no instance in {where} matches {glob}",
                hint=hint_of_missing(run, glob, names, "instances"),
            )
            for glob in globs
            if self.data and not any(regions.is_matching(name, [glob]) for name in names)
        ]


def hint_of_missing(run: Runtime, name: str, there: Sequence[str], command: str) -> str:
    """Where an instance of this name is, or what it probably is called, or how to find out."""
    if region := for_argument(name):
        return region
    user, _, host = name.rpartition("@")
    if user and host in there:
        return f"leave the user out, whom AWS reports: lskeys {command} {host}"
    elsewhere = None if is_glob(name) else hint_of_instance(run, name, command)
    unknown = "to list all instances: lskeys instances --all-regions"
    return elsewhere or did_you_mean(name, there) or unknown


def query_instances(  # noqa: PLR0913  what is queried, and what of it
    run: Runtime,
    globs: Sequence[str],
    port: int,
    *,
    reads_keys: bool = False,
    reads_ports: bool = True,
    keys: Sequence[LocalKey] = (),
) -> QueriedInstances:
    """Query the regions for instances, and find out how this computer reaches each.

    `keys` are local keys besides those of the key directories.
    """
    outcomes = query_regions(run, globs, reads_keys=reads_keys, reads_ports=reads_ports)
    data, failures = outcomes.values, outcomes.errors
    failures += [each.error for region in data for each in region.ports.values() if each.error]
    own = ssh_files(run)
    written = own.read() if own else WrittenFiles()
    found = reach.reachable_instances(
        data,
        [*local_keys(run), *keys],
        written,
        proofs(run),
        port=port,
        options=account_options(run.options),
        completed=partial(hint_with_account_options, options=run.options),
    )
    found.sort(key=lambda each: (each.instance.name, each.instance.where))
    return QueriedInstances(found, data, failures)


def query_regions(
    run: Runtime, globs: Sequence[str], *, reads_keys: bool = False, reads_ports: bool = False
) -> Outcomes[RegionData]:
    """Query the regions of the accounts for instances and key pairs, and more about each instance.

    An instance whose host keys or ports cannot be read has that error; its region responded.
    """
    pairs, instances = all_pairs_and_instances(run)
    found: Outcomes[RegionData] = Outcomes(
        Outcome(there.region, error=there.error, profile=there.profile)
        if there.error
        else keys.then(partial(_data, there, globs))
        for there, keys in zip(instances, pairs, strict=True)
    )
    named = [(each.where, name) for each in found.values for name in regions.names_to_query(each)]
    keys = _each(run, named if reads_keys else (), lambda each, name: each.host_keys(name))
    ports = _each(run, named if reads_ports else (), lambda each, name: each.open_ports(name))
    return Outcomes(
        each.then(partial(replace, host_keys=keys[each.where], ports=ports[each.where]))
        for each in found
    )


def _data(
    there: Outcome[tuple[Instance, ...]], globs: Sequence[str], pairs: tuple[KeyPair, ...]
) -> RegionData:
    instances = there.value or ()
    return RegionData(there.where, instances, regions.matching_instances(instances, globs), pairs)


def _each(
    run: Runtime, named: Sequence[tuple[AccountRegion, str]], call: "Callable[[Lightsail, str], T]"
) -> Mapping[AccountRegion, dict[str, Outcome[T]]]:
    """What each of these instances has, by region and name."""
    bound = [(where, partial(_about, call, name)) for where, name in named]
    found_by_name: defaultdict[AccountRegion, dict[str, Outcome[T]]] = defaultdict(dict)
    for (where, name), outcome in zip(named, queries.query_each(run, bound), strict=True):
        found_by_name[where][name] = outcome
    return found_by_name


def _about(call: "Callable[[Lightsail, str], T]", name: str, lightsail: "Lightsail") -> T:
    return call(lightsail, name)


def local_keys(run: Runtime) -> list[LocalKey]:
    """Every local key, by an absolute path."""
    return [replace(key, path=key.path.absolute()) for key in run.key_files.local_keys]


def ssh_files(run: Runtime) -> OwnFiles | None:
    """What `ssh-config --write` writes by default; None without a home."""
    directory = ssh_directory(run)
    return config_files.own_files(directory, None) if directory else None


def ssh_directory(run: Runtime) -> Path | None:
    """`~/.ssh`, or a directory of the sandbox's own; None without a home."""
    try:
        return expanded(run.settings.ssh_directory).absolute()
    except SetupError:
        return None


def proofs(run: Runtime) -> ProvedLogins:
    """What was proved before; nothing without a home. The sandbox has a memory of its own."""
    try:
        return ProvedLogins(run.settings.journal_directory.parent)
    except SetupError:
        return ProvedLogins(None)


def session_base(run: Runtime) -> Path:
    """Where sessions have their files."""
    return runtime_directory(run.invocation.environ, state_path())


def remember(run: Runtime, proved: Opened, gone: Opened = ()) -> None:
    """Remember which keys opened which instances, and which do so no more."""
    if proved or gone:
        wait = run.settings.timeout.value
        with run.terminal.waiting("the record of logins", ""):
            proofs(run).record(proved, gone, run.invocation.now(), wait=wait)
