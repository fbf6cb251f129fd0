"""How this computer reaches an instance: with which key, past which obstacle. Pure."""

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lskeys.keys import grammar
from lskeys.keys.matching import LocalKey
from lskeys.keys.opening_keys import InstanceAccess, instance_accesses
from lskeys.model import HostKey, Instance
from lskeys.ssh import hosts
from lskeys.ssh.client import DEFAULT_PORT
from lskeys.ssh.login_log import Attempt, Verdict
from lskeys.ssh.proved_logins import ProvedLogins, proved_first
from lskeys.ssh.regions import RegionData
from lskeys.ssh.written_blocks import WrittenFiles
from lskeys.text import lskeys_command, one_line


@dataclass(frozen=True, slots=True)
class ReachableInstance:
    """An instance as this computer reaches it.

    Attributes:
        access: The instance, its key pair and the local keys that may open it, likeliest first.
        blocked: Why ssh cannot reach it at any port, as far as AWS reports.
        host_keys: The host keys that AWS has seen, or that were pinned before.
        check: A login attempt of now.
        unrouted: Why ssh's own configuration leads nowhere.
        unread: Why its host keys could not be read, in AWS's words.
        port: The port at which its sshd listens.
        route: The options of ssh that lead there by the user's configuration.
        open_ports: What its firewall opens; None if that was not read.
        options: The options of this run that choose the account.
        completed: Gives a command of the AWS CLI what leads to the same account.
    """

    access: InstanceAccess
    blocked: str | None
    host_keys: tuple[HostKey, ...]
    check: Attempt | None = None
    unrouted: str | None = None
    unread: str | None = None
    port: int = DEFAULT_PORT
    route: tuple[str, ...] = ()
    open_ports: tuple[range, ...] | None = None
    options: tuple[str, ...] = ()
    completed: Callable[[str], str] = str

    @property
    def instance(self) -> Instance:
        """The instance."""
        return self.access.instance

    @property
    def address(self) -> str | None:
        """Its public address, if it is one."""
        return grammar.address(self.instance.public_ip or "")

    @property
    def obstacle(self) -> str | None:
        """Why ssh cannot reach it, as far as is known; None if nothing is in the way."""
        ports = self.open_ports
        if self.unrouted:
            return self.unrouted
        if self.blocked or ports is None or any(self.port in each for each in ports):
            return self.blocked
        return f"its firewall does not open port {self.port}"

    @property
    def is_for_ssh(self) -> bool:
        """Whether it is one that ssh could open, were nothing in the way."""
        return not self.instance.is_windows

    @property
    def next_command(self) -> str | None:
        """What to do next, after a check."""
        if self.check is None or not grammar.is_name(self.instance.name):
            return None
        if self.check.remedy:
            return self.check.remedy
        if self.unrouted:
            return f"ssh -G {self.address}"
        is_by_hand = self.check.wants or (self.obstacle is None and not self.host_keys)
        if self.check.verdict is Verdict.OPENS or is_by_hand:
            return self._command("ssh", self.instance.name)
        return self._way_out(self.check)

    def _way_out(self, check: Attempt) -> str:
        """What to do next about a login that failed."""
        if check.verdict is Verdict.REFUSED:
            return self._to_let_in()
        if check.verdict is Verdict.DIFFERS:
            known = self._command("ssh-config", "--known-hosts", self.instance.name, port=False)
            return f"{known} | ssh-keygen -lf -"
        if check.is_connected:
            return self._command("ssh", "-v", self.instance.name)
        return self.completed(shlex.join(hosts.aws_command(self.instance)))

    @property
    def way_in(self) -> str | None:
        """A hint for an instance that nothing can be sent to."""
        if self.unrouted:
            return f"to see what ssh reads: ssh -G {self.address}"
        return hosts.way_in(self.instance)

    @property
    def check_command(self) -> str:
        """What says why a login fails, and has the key that opens it offered first from then on."""
        return self._command("instances", "--check", self.instance.name)

    @property
    def ssh_hint(self) -> str:
        """A hint for what needs a look at the instance, or at its host key, by the user."""
        return f"to look there yourself: {self._command('ssh', self.instance.name)}"

    def _to_let_in(self) -> str:
        """The command that gets or adds a key that opens it."""
        pair, keys = self.access.pair, self.access.opening.keys
        if pair and pair.is_default and not keys:
            return self._command("download-default", port=False)
        if pair and keys and grammar.is_name(pair.name):
            words = (self.instance.name, "--key-pair", pair.name, "--temporary")
            return self._command("authorize", *words)
        return self._command("ssh", self.instance.name, "--temporary")

    def _command(self, *words: str, port: bool = True) -> str:
        """A command line of lskeys for its region, with the options that this run had."""
        is_unusual = port and self.port != DEFAULT_PORT
        options = ("--port", str(self.port)) if is_unusual else ()
        where = hosts.options_to(self.instance)
        return lskeys_command(*words, *where, *options, *self.options)


def reachable_instances(  # noqa: PLR0913  what is known of the regions, this computer and this run
    regions: Iterable[RegionData],
    keys: Sequence[LocalKey],
    written: WrittenFiles,
    proofs: ProvedLogins,
    *,
    port: int,
    options: tuple[str, ...] = (),
    completed: Callable[[str], str] = str,
) -> list[ReachableInstance]:
    """Each wanted instance, as this computer reaches it; `options` choose the account."""
    found = []
    for region in regions:
        for access in instance_accesses(region.wanted, region.pairs, keys):
            instance = access.instance
            outcome = region.host_keys.get(instance.name)
            ports = region.ports.get(instance.name)
            seen = grammar.host_keys((outcome and outcome.value) or ())
            found.append(
                ReachableInstance(
                    proved_first(access, keys, proofs),
                    _blocked(instance),
                    seen or written.pins_of(instance),
                    unread=outcome.error.message if outcome and outcome.error else None,
                    port=port,
                    open_ports=ports.value if ports else None,
                    options=options,
                    completed=completed,
                )
            )
    return found


def _blocked(instance: Instance) -> str | None:
    if not instance.is_running:
        return f"it is {one_line(instance.state or '', limit=40)}"
    return hosts.why_left_out(instance)
