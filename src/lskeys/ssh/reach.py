"""How this computer reaches an instance: with which key, past which obstacle. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lskeys.keys import grammar
from lskeys.keys.generations import Access, OpeningKeys, accesses
from lskeys.keys.matching import LocalKey
from lskeys.model import HostKey, Instance
from lskeys.ssh import hosts
from lskeys.ssh.login_log import Attempt, Verdict
from lskeys.ssh.proofs import Proofs, hash_of
from lskeys.ssh.regions import RegionData
from lskeys.ssh.written import Written
from lskeys.text import one_line
from lskeys.values import replace


@dataclass(frozen=True, slots=True)
class Reach:
    """An instance as this computer reaches it.

    Attributes:
        access: The instance, its key pair and the local keys that may open it, likeliest first.
        obstacle: Why ssh cannot reach it, as far as AWS tells; None if nothing is in the way.
        host_keys: The host keys that AWS has seen, or that were pinned before.
        proved_at: When the first key was proved to open it, if it was.
        check: A login attempt of now.
    """

    access: Access
    obstacle: str | None
    host_keys: tuple[HostKey, ...]
    proved_at: datetime | None = None
    check: Attempt | None = None

    @property
    def instance(self) -> Instance:
        """The instance."""
        return self.access.instance

    @property
    def address(self) -> str | None:
        """Its public address, if it is one."""
        return grammar.address(self.instance.public_ip or "")

    @property
    def is_for_ssh(self) -> bool:
        """Whether it is one that ssh could open, were nothing in the way."""
        return not self.instance.is_windows

    @property
    def next_command(self) -> str | None:
        """What to do next, after a check."""
        if self.check is None or hosts.unfit_name(self.instance):
            return None
        name, region = self.instance.name, f"--region {self.instance.region}"
        if self.check.remedy:
            return self.check.remedy
        if self.check.verdict is Verdict.REFUSED:
            return f"{self._to_let_in(name)} {region}"
        start = "start-instance" if not self.instance.is_running else "get-instance-port-states"
        commands = {
            Verdict.OPENS: f"lskeys ssh {name} {region}",
            Verdict.DIFFERS: f"lskeys ssh-config --known-hosts {name} {region}",
            Verdict.UNREACHABLE: f"aws lightsail {start} --instance-name {name} {region}",
        }
        return commands[self.check.verdict]

    def _to_let_in(self, name: str) -> str:
        """The command that gets or lets in a key that opens it."""
        pair, keys = self.access.pair, self.access.opening.keys
        if pair and pair.is_default and not keys:
            return "lskeys download-default"
        which = f"--key-pair {pair.name}" if pair and keys and grammar.is_name(pair.name) else ""
        return f"lskeys authorize {name} {which or '--key FILE'} --temporary"


def reaches(
    regions: Iterable[RegionData],
    keys: Sequence[LocalKey],
    written: Written,
    proofs: Proofs,
    port: int,
) -> list[Reach]:
    """Each wanted instance, as this computer reaches it."""
    found = []
    for region in regions:
        for access in accesses(region.wanted, region.pairs, keys):
            instance = access.instance
            outcome = region.host_keys.get(instance.name)
            seen = tuple(
                key for key in (outcome and outcome.value) or () if grammar.is_host_key(key)
            )
            proved = proofs.of(instance)
            opening = _proved_first(access.opening, proved)
            blob = opening.first.blob if opening.first else None
            found.append(
                Reach(
                    replace(access, opening=opening),
                    _obstacle(instance, region, port),
                    seen or written.pins_of(instance),
                    proved.get(hash_of(blob)) if blob else None,
                )
            )
    return found


def _proved_first(opening: OpeningKeys, proved: Mapping[str, datetime]) -> OpeningKeys:
    """The keys in order, those that were proved to open it first."""
    is_proved = {key: key.blob is not None and hash_of(key.blob) in proved for key in opening.keys}
    keys = tuple(sorted(opening.keys, key=lambda key: not is_proved[key]))
    is_current = opening.is_current if keys[:1] == opening.keys[:1] else not opening.is_current
    return OpeningKeys(keys, is_current=is_current)


def _obstacle(instance: Instance, region: RegionData, port: int) -> str | None:
    reason = hosts.unfit(instance)
    if not instance.is_running:
        return f"it is {one_line(instance.state or '', limit=40)}"
    if reason:
        return reason
    ports = region.ports.get(instance.name)
    if ports and ports.value is not None and not any(port in each for each in ports.value):
        return f"its firewall does not open port {port}"
    return None
