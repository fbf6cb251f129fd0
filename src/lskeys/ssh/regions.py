"""What is asked of a region for ssh: instances, key pairs, host keys. Touches: the given region."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from lskeys import concurrency
from lskeys.concurrency import Pending
from lskeys.errors import LskeysError
from lskeys.model import HostKey, Instance, KeyPair, Outcome, attempt
from lskeys.ssh import hosts
from lskeys.ssh.written import RegionNow

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RegionData:
    """What one region has.

    Attributes:
        name: The region.
        instances: All its instances.
        wanted: Those that were asked for.
        pairs: Its key pairs, the default one included.
        host_keys: Of the wanted instances that run and that ssh can be told of, by name.
        ports: The TCP ports that the firewalls of these let in, by name.
    """

    name: str
    instances: Sequence[Instance]
    wanted: Sequence[Instance]
    pairs: Sequence[KeyPair]
    host_keys: Mapping[str, Outcome[tuple[HostKey, ...]]] = field(default_factory=dict)
    ports: Mapping[str, Outcome[tuple[range, ...]]] = field(default_factory=dict)

    @property
    def unread(self) -> list[LskeysError]:
        """Why host keys could not be read."""
        return [each.error for each in self.host_keys.values() if each.error]

    @property
    def answers(self) -> int:
        """How many requests succeeded."""
        return 1 + len(self.host_keys) - len(self.unread)

    @property
    def now(self) -> RegionNow:
        """Whose account it is, and the names of all instances."""
        accounts = [
            *(each.account for each in self.instances),
            *(each.account for each in self.pairs),
        ]
        names = frozenset(each.name for each in self.instances)
        return RegionNow(next(filter(None, accounts), None), names)


def query(
    lightsail: "Lightsail",
    globs: Sequence[str],
    *,
    reads_keys: bool = False,
    reads_ports: bool = False,
) -> RegionData:
    """Ask a region for the instances of these names, all for none, and perhaps more about each."""
    pairs = Pending(partial(lightsail.key_pairs, include_default=True))
    instances = lightsail.instances()
    wanted = [each for each in instances if is_wanted(each.name, globs)]
    fit = {each.name: None for each in wanted if each.is_running and not hosts.unfit(each)}
    names = tuple(fit)
    return RegionData(
        lightsail.region,
        instances,
        wanted,
        pairs.result(),
        _each(lightsail, names if reads_keys else (), lightsail.host_keys),
        _each(lightsail, names if reads_ports else (), lightsail.open_ports),
    )


def _each(
    lightsail: "Lightsail", names: Sequence[str], call: Callable[[str], T]
) -> Mapping[str, Outcome[T]]:
    calls = [partial(attempt, lightsail.region, partial(call, name)) for name in names]
    return dict(zip(names, concurrency.call_each(calls), strict=True))


def is_wanted(name: str, globs: Sequence[str]) -> bool:
    """Whether a name is like one of the globs; without globs each is."""
    return not globs or any(fnmatchcase(name, glob) for glob in globs)
