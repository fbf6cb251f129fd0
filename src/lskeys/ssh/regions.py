"""What ssh has to know of a region: instances, key pairs, host keys, open ports. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from lskeys.errors import LskeysError
from lskeys.model import AccountRegion, HostKey, Instance, KeyPair, Outcome
from lskeys.ssh import hosts
from lskeys.ssh.written_blocks import CurrentRegion


@dataclass(frozen=True, slots=True)
class RegionData:
    """What one region has.

    Attributes:
        where: The region, and the profile of its account if several are queried.
        wanted: Those that were requested.
        pairs: Its key pairs, the default one included.
        host_keys: Those of the wanted instances that run and that ssh takes, by name.
        ports: The TCP ports that the firewalls of these let in, by name.
    """

    where: AccountRegion
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
    def responses(self) -> int:
        """How many requests succeeded."""
        return 1 + len(self.host_keys) - len(self.unread)

    @property
    def now(self) -> CurrentRegion:
        """Whose account it is, and the names of all instances."""
        accounts = [
            *(each.account for each in self.instances),
            *(each.account for each in self.pairs),
        ]
        names = frozenset(each.name for each in self.instances)
        return CurrentRegion(next(filter(None, accounts), None), names, self.where.profile)


def matching_instances(instances: Iterable[Instance], globs: Sequence[str]) -> list[Instance]:
    """The instances of these names, all for none."""
    return [each for each in instances if is_matching(each.name, globs)]


def names_to_query(data: RegionData) -> tuple[str, ...]:
    """The names of those wanted instances that run and that ssh takes."""
    fit = (each for each in data.wanted if each.is_running and not hosts.why_left_out(each))
    return tuple(dict.fromkeys(each.name for each in fit))


def is_matching(name: str, globs: Sequence[str]) -> bool:
    """Whether a name is like one of the globs; without globs each is."""
    return not globs or any(fnmatchcase(name, glob) for glob in globs)
