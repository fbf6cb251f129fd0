"""Which hosts ssh's configuration gets, their aliases, and what stays of earlier blocks. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from lskeys.keys.matching import LocalKey
from lskeys.keys.opening_keys import instance_accesses
from lskeys.model import Instance
from lskeys.ssh import hosts
from lskeys.ssh.config_text import can_name
from lskeys.ssh.hosts import Host
from lskeys.ssh.proved_logins import ProvedLogins, proved_first
from lskeys.ssh.regions import RegionData
from lskeys.ssh.user_config import UserConfig
from lskeys.ssh.written_blocks import BlockChanges, CurrentRegion, WrittenFiles
from lskeys.text import one_line
from lskeys.values import replace


@dataclass(slots=True)
class Plan:
    """The hosts in the order of their aliases, what stays or is removed, and notes."""

    renewal: BlockChanges
    hosts: list[Host] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def plan(  # noqa: PLR0913  what is known of the regions, this computer and this run
    regions: Sequence[RegionData],
    keys: Sequence[LocalKey],
    users: UserConfig,
    written: WrittenFiles,
    proofs: ProvedLogins,
    *,
    keeps_pins: bool,
    completed: Callable[[str], str] = str,
) -> Plan:
    """Decide what ssh's configuration gets.

    With `keeps_pins`, hosts stay known by earlier host keys where no others were read. `completed`
    gives the commands in comments what leads to the same account.
    """
    regions = _distinct(regions)
    wanted = {instance: region for region in regions for instance in region.wanted}
    fit = [each for each in wanted if not hosts.why_left_out(each)]
    renewal = written.renewed(fit, _now(regions))
    taken = _Taken(users, frozenset(each.alias for each in renewal.kept))
    aliases = hosts.aliases((each for region in regions for each in region.instances), taken.has)
    planned = Plan(renewal)
    pairs = [pair for region in regions for pair in region.pairs]
    for by_dates in instance_accesses(wanted, pairs, keys):
        access = proved_first(by_dates, keys, proofs)
        instance = access.instance
        alias = aliases.get(instance)
        planned.notes.extend(_notes(instance, alias, taken))
        if alias and not _left_out(instance, alias, taken):
            outcome = wanted[instance].host_keys.get(instance.name)
            known = written.pins_of(instance) if keeps_pins else ()
            planned.hosts.append(hosts.pinned(hosts.host(access, alias, completed), outcome, known))
            planned.notes.extend(_unnamed(planned.hosts[-1]))
    planned.hosts.sort(key=lambda host: host.alias)
    if renewal.gone:
        gone = ", ".join(f"{each.alias} in {each.region}" for each in renewal.gone)
        planned.notes.append(f"blocks of instances that no longer exist are removed: {gone}")
    return planned


def _distinct(regions: Sequence[RegionData]) -> list[RegionData]:
    """The regions without those of an account that another profile queries, too."""
    first: dict[tuple[str, str], RegionData] = {}
    for each in regions:
        first.setdefault((each.where.region, each.now.account or each.where.profile), each)
    return list(first.values())


def _now(regions: Sequence[RegionData]) -> dict[str, list[CurrentRegion]]:
    """What each region has of each account; what one region says of an account holds for all."""
    accounts = {each.where.profile: each.now.account for each in regions if each.now.account}
    found: dict[str, list[CurrentRegion]] = {}
    for each in regions:
        now = replace(each.now, account=accounts.get(each.where.profile))
        found.setdefault(each.where.region, []).append(now)
    return found


@dataclass(frozen=True, slots=True)
class _Taken:
    """The names that are no aliases any more: the user's own, and those of blocks that stay."""

    users: UserConfig
    kept: frozenset[str]

    def has(self, name: str) -> bool:
        return name in self.kept or self.users.has(name)

    def has_exactly(self, name: str) -> bool:
        return name in self.kept or self.users.has_exactly(name)


def _unnamed(host: Host) -> Iterator[str]:
    """Of keys that cannot stand in a configuration, so that ssh will not offer them."""
    for file in host.identity_files:
        if not can_name(file):
            yield f"{host.alias}: its key cannot be named for ssh, move it: {one_line(str(file))}"


def _left_out(instance: Instance, alias: str | None, taken: _Taken) -> str | None:
    if alias is None:
        return hosts.why_left_out(instance) or "another instance has its name"
    is_second_choice = alias != instance.name and taken.has_exactly(alias)
    return hosts.why_left_out(instance) or (
        f"{alias} is another host" if is_second_choice else None
    )


def _notes(instance: Instance, alias: str | None, taken: _Taken) -> Iterator[str]:
    called = f"{instance.name} in {instance.where}"
    reason = _left_out(instance, alias, taken)
    if reason:
        yield f"{called} is left out: {reason}"
    elif taken.users.has(instance.name):
        has = "may have" if taken.users.decides else "already has"
        own = f"your own ssh configuration {has} {instance.name}"
        yield f"{called} is written as {alias}: {own}"
