"""Several instances in parallel: login attempts, authorizations. Touches: the instances, by ssh."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from lskeys import concurrency
from lskeys.errors import RemoteError
from lskeys.model import Outcome, attempt
from lskeys.ssh import agent
from lskeys.ssh.client import SshClient, Target
from lskeys.ssh.endpoint import SshEndpoint
from lskeys.ssh.login_log import Attempt, Verdict
from lskeys.ssh.reach import ReachableInstance
from lskeys.ssh.route import port_of, route
from lskeys.ssh.session_files import SessionFiles, session_files
from lskeys.values import replace

S = TypeVar("S")
T = TypeVar("T")


def routed(client: SshClient, each: ReachableInstance) -> ReachableInstance:
    """An instance with the way that ssh takes there by the user's configuration, and its port."""
    if each.blocked is not None or each.address is None:
        return each
    try:
        options = route(client, Target(each.address, each.instance.username, each.port, None))
    except RemoteError as error:
        return replace(each, unrouted=error.message)
    return replace(each, port=port_of(options), route=options)


def check(client: SshClient, each: ReachableInstance, *, base: Path) -> ReachableInstance:
    """Whether the local keys open an instance, by a login; without any, those of ssh-agent."""
    each = routed(client, each)
    if each.obstacle is not None or not each.host_keys:
        reason = each.obstacle or without_host_key(each)
        return replace(each, check=Attempt(Verdict.UNREACHABLE, reason))
    missing = Attempt(Verdict.REFUSED, "there is no local key for it")
    if not each.access.opening.keys and not agent.has_keys(client.environment):
        return replace(each, check=missing)
    with session_files(base) as files:
        opened = endpoint(each, files)
        found = opened.login(client, opened.keys, "check").attempt()
    is_missing = found.verdict is Verdict.REFUSED and not opened.keys
    return replace(each, check=missing if is_missing else found)


def without_host_key(each: ReachableInstance) -> str:
    """Why nothing is sent to an instance of which no host key is known."""
    why = f" ({each.unread})" if each.unread else ""
    return f"no host key of it is known{why}, so nothing is sent to it"


def endpoint(each: ReachableInstance, files: SessionFiles) -> SshEndpoint:
    """An instance that nothing is in the way to, with its host keys in a file of this session."""
    assert each.address
    known_hosts = files.write_known_hosts(each.address, each.host_keys)
    target = Target(each.address, each.instance.username, each.port, known_hosts, each.route)
    keys = tuple(key.path for key in each.access.opening.keys)
    return SshEndpoint(each.instance, target, keys, files)


def routed_each(
    client: SshClient, instances: Sequence[ReachableInstance]
) -> list[ReachableInstance]:
    """Instances with the ways that ssh takes there, found in parallel."""
    return list(concurrency.call_each([partial(routed, client, each) for each in instances]))


def in_parallel(items: Sequence[S], call: Callable[[S], T]) -> Iterator[Outcome[T]]:
    """Do something with each item, in parallel; results in their order, errors among them."""
    calls = [partial(attempt, "", partial(call, item)) for item in items]
    return concurrency.call_each(calls)
