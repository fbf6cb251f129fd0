"""Adding a key to several instances, as commands do it. Touches: what the runtime hands it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lskeys.cli import ssh_instances
from lskeys.cli.runtime import Runtime
from lskeys.errors import LskeysError, RefusedError, RemoteError
from lskeys.keys.matching import LocalKey
from lskeys.model import DEFAULT_PAIR, Outcome, attempt
from lskeys.output.consent import confirm
from lskeys.ssh import parallel
from lskeys.ssh.authorize import Authorization, NewKey, NotOpenedError, OldKey, authorize
from lskeys.ssh.authorized_keys import public_line
from lskeys.ssh.client import SshClient
from lskeys.ssh.reach import ReachableInstance
from lskeys.ssh.session_files import session_files
from lskeys.storage import key_reading, key_search


@dataclass(frozen=True, slots=True)
class AuthorizeTask:
    """A key that is added to an instance, and the keys that are removed then."""

    reach: ReachableInstance
    key: NewKey
    old: tuple[OldKey, ...] = ()


def new_key(key: LocalKey, comment: str) -> NewKey:
    """A local key as one to add; a public one is proved by the private one next to it.

    Raises:
        RefusedError: Its public key is not known.
    """
    line = public_line(key, comment or key.comment)
    assert key.blob is not None
    public = key.path if key.path.is_file() else None  # not so for a pipe
    return NewKey(line, key.blob, private_file(key), public)


def private_file(key: LocalKey) -> Path | None:
    """The file of a local key's private half: itself, or the one next to a public key."""
    private = key.path if key.has_private else key.path.with_suffix("")
    return private if private.is_file() else None


def not_reachable(reach: ReachableInstance) -> RemoteError:
    """Why nothing can be done on an instance."""
    instance = reach.instance
    return RemoteError(
        f"{instance.name} in {instance.region} cannot be reached: {reach.obstacle}",
        hint=reach.way_in,
        region=instance.region,
    )


def authorize_outdated(
    run: Runtime, client: SshClient, key_file: Path, port: int
) -> tuple[list[Authorization], list[LskeysError]]:
    """Let the default pair's new key in on the instances that were launched with an earlier one.

    The run is for one region; earlier private keys may lie next to the new one.
    """
    with run.terminal.waiting("key files", str(key_file.parent)):
        keys = key_search.find((key_file.parent,))
        key = new_key(key_reading.read(key_file), f"{DEFAULT_PAIR}@{run.regions[0]}")
    seen = ssh_instances.query_instances(run, (), port, reads_keys=True, keys=keys)
    tasks = [
        AuthorizeTask(each, key)
        for each in parallel.routed_each(client, seen.reaches)
        if each.instance.key_pair_name == DEFAULT_PAIR
        and each.is_for_ssh
        and each.access.pair
        and each.instance.predates(each.access.pair)
    ]
    done, failures = authorize_each(run, tasks, client, temporary=False)
    return done, [*seen.failures, *failures]


def authorize_each(
    run: Runtime, tasks: Sequence[AuthorizeTask], client: SshClient, *, temporary: bool
) -> tuple[list[Authorization], list[LskeysError]]:
    """Add the keys, in parallel, perhaps with temporary access.

    For those refused, one prompt offers it.
    """
    outcomes = _each(run, tasks, client, temporary=temporary)
    again = [
        position
        for position, outcome in enumerate(outcomes)
        if isinstance(outcome.error, NotOpenedError)
    ]
    if again and run.terminal.can_prompt and not run.options.yes:
        names = ", ".join(tasks[position].reach.instance.name for position in again)
        details = [f"no local key opens {names}"]
        action = "use temporary access from Lightsail"
        agreed = attempt("", partial(confirm, run.terminal, run.options, action, details))
        if agreed.error is None:
            retried = _each(run, [tasks[position] for position in again], client, temporary=True)
            for position, outcome in zip(again, retried, strict=True):
                outcomes[position] = outcome
    done = [outcome.value for outcome in outcomes if outcome.value]
    failures = [outcome.error for outcome in outcomes if outcome.error]
    _remember(run, tasks, outcomes)
    return done, failures


def _each(
    run: Runtime, tasks: Sequence[AuthorizeTask], client: SshClient, *, temporary: bool
) -> list[Outcome[Authorization]]:
    account, base = run.account, ssh_instances.session_base(run)

    def do(task: AuthorizeTask) -> Authorization:
        reach = task.reach
        lightsail = account.lightsail(reach.instance.region)
        if reach.obstacle is not None:
            raise not_reachable(reach)
        if not reach.host_keys:
            raise RefusedError(
                f"{reach.instance.name} in {reach.instance.region}:"
                f" {parallel.without_host_key(reach)}",
                hint="run the same command again" if reach.unread else reach.ssh_hint,
                region=reach.instance.region,
            )
        access = partial(lightsail.temporary_access, reach.instance.name) if temporary else None
        waiting = run.terminal.waiting("ssh", reach.instance.name)
        with waiting, session_files(base) as files:
            endpoint = parallel.endpoint(reach, files)
            return authorize(client, endpoint, task.key, task.old, access)

    return list(parallel.in_parallel(tasks, do))


def _remember(
    run: Runtime, tasks: Sequence[AuthorizeTask], outcomes: Sequence[Outcome[Authorization]]
) -> None:
    pairs = [
        (task, outcome.value)
        for task, outcome in zip(tasks, outcomes, strict=True)
        if outcome.value
    ]
    proved = [(done.instance, task.key.blob) for task, done in pairs if done.is_proved]
    gone = [(done.instance, old.blob) for task, done in pairs if done.removed for old in task.old]
    ssh_instances.remember(run, proved, gone)
