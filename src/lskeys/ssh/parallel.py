"""Several instances in parallel: login attempts, authorizations. Touches: the instances, by ssh."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from lskeys import concurrency
from lskeys.errors import RemoteError
from lskeys.model import Outcome, attempt
from lskeys.ssh.authorize import SshEndpoint
from lskeys.ssh.client import SshClient, Target
from lskeys.ssh.login_log import Attempt, Verdict
from lskeys.ssh.reach import ReachableInstance
from lskeys.ssh.route import route
from lskeys.ssh.session_files import SessionFiles, session_files
from lskeys.values import replace

S = TypeVar("S")
T = TypeVar("T")


def check(
    client: SshClient, each: ReachableInstance, *, base: Path, port: int
) -> ReachableInstance:
    """Whether the local keys open an instance, by a login."""
    if each.obstacle is not None:
        return replace(each, check=Attempt(Verdict.UNREACHABLE, each.obstacle))
    if not each.host_keys:
        return replace(each, check=Attempt(Verdict.UNREACHABLE, without_host_key(each)))
    if not each.access.opening.keys:
        return replace(each, check=Attempt(Verdict.REFUSED, "no local key opens it"))
    with session_files(base) as files:
        try:
            opened = endpoint(client, each, files, port)
        except RemoteError as error:
            return replace(each, check=Attempt(Verdict.UNREACHABLE, error.message))
        return replace(each, check=opened.login(client, opened.keys, "check").attempt())


def without_host_key(each: ReachableInstance) -> str:
    """Why nothing is sent to an instance of which no host key is known."""
    why = f" ({each.unread})" if each.unread else ""
    return f"no host key of it is known{why}, so nothing is sent to it"


def endpoint(
    client: SshClient, each: ReachableInstance, files: SessionFiles, port: int
) -> SshEndpoint:
    """An instance that nothing is in the way to, with its host keys in a file of this session.

    Raises:
        RemoteError: ssh cannot say how it gets there.
    """
    assert each.address
    lines = (f"{each.address} {key.algorithm} {key.public_key}\n" for key in each.host_keys)
    known_hosts = files.write("known_hosts", "".join(lines).encode())
    target = Target(each.address, each.instance.username, port, known_hosts)
    target = replace(target, route=route(client, target))
    keys = tuple(key.path for key in each.access.opening.keys)
    return SshEndpoint(each.instance, target, keys, files)


def in_parallel(items: Sequence[S], call: Callable[[S], T]) -> Iterator[Outcome[T]]:
    """Do something with each item, in parallel; results in their order, errors among them."""
    calls = [partial(attempt, "", partial(call, item)) for item in items]
    return concurrency.call_each(calls)
