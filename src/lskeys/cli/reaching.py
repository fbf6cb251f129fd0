"""Instances as the verbs that use ssh see them. Touches: what the runtime hands it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lskeys.cli.runtime import Runtime
from lskeys.config.settings import expanded, state_path
from lskeys.errors import LskeysError
from lskeys.keys.matching import LocalKey
from lskeys.model import Instance
from lskeys.ssh import config_files, reach, regions
from lskeys.ssh.proofs import Proofs
from lskeys.ssh.reach import Reach
from lskeys.ssh.regions import RegionData
from lskeys.ssh.session_files import runtime_directory

SSH_DIRECTORY = Path("~/.ssh")

Opened = Sequence[tuple[Instance, bytes]]
"""Instances, each with the public key (wire bytes) of a login that worked."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The instances that were asked for, the regions they are in, and what failed.

    Attributes:
        reaches: The instances.
        data: What the regions have that answered.
        failures: Why others did not, and which host keys could not be read.
    """

    reaches: list[Reach]
    data: list[RegionData]
    failures: list[LskeysError]

    @property
    def regions(self) -> int:
        """How many regions answered."""
        return len(self.data)


def query(
    run: Runtime,
    globs: Sequence[str],
    port: int,
    *,
    reads_keys: bool = False,
    reads_ports: bool = True,
) -> Seen:
    """Ask the regions for instances, and find out how this computer reaches each."""
    outcomes = run.call_regions(
        lambda lightsail: regions.query(
            lightsail, globs, reads_keys=reads_keys, reads_ports=reads_ports
        )
    )
    data = [outcome.value for outcome in outcomes if outcome.value]
    failures = [outcome.error for outcome in outcomes if outcome.error]
    written = config_files.own_files(ssh_directory(), None).read()
    found = reach.reaches(data, local_keys(run), written, Proofs(state_path()), port)
    found.sort(key=lambda each: (each.instance.name, each.instance.region))
    return Seen(found, data, failures)


def local_keys(run: Runtime) -> list[LocalKey]:
    """Every local key, by an absolute path."""
    return [replace(key, path=key.path.absolute()) for key in run.local_keys]


def ssh_directory() -> Path:
    """`~/.ssh`."""
    return expanded(SSH_DIRECTORY).absolute()


def session_base(run: Runtime) -> Path:
    """Where sessions have their files."""
    return runtime_directory(run.invocation.environ, state_path())


def remember(run: Runtime, proved: Opened, gone: Opened = ()) -> None:
    """Remember which keys opened which instances, and which do so no more."""
    if proved or gone:
        wait = run.settings.timeout.value
        Proofs(state_path()).record(proved, gone, run.invocation.now(), wait=wait)
