"""A login that failed, as an error: what it says, and what to do next. Pure."""

from lskeys.errors import LskeysError, RefusedError, RemoteError
from lskeys.model import Instance
from lskeys.ssh import hosts
from lskeys.ssh.login_log import Attempt, Verdict
from lskeys.text import lskeys_command


def login_error(instance: Instance, attempt: Attempt) -> LskeysError:
    """Why nothing could be done on an instance."""
    called = f"{instance.name} in {instance.region}"
    if attempt.verdict is Verdict.OPENS and attempt.exit_status is None:
        return RemoteError(
            f"{called}: the connection was lost; what was to be changed there may have been",
            hint="run the same command again",
            region=instance.region,
        )
    if attempt.verdict is Verdict.OPENS:
        return RemoteError(
            f"{called}: the login works, but runs no command: a forced command or another shell"
            " is in the way",
            hint="add the line to its authorized_keys by hand",
            region=instance.region,
        )
    if attempt.verdict is Verdict.DIFFERS:
        return RefusedError(
            f"{called}: its host key differs from those that AWS reports: {attempt.reason}",
            hint=f"compare: {command(instance, 'ssh-config', '--known-hosts')} | ssh-keygen -lf -",
            region=instance.region,
        )
    if attempt.verdict is Verdict.REFUSED:
        return RefusedError(
            f"{called}: {attempt.reason}",
            hint=_way_to_use(instance, attempt),
            region=instance.region,
        )
    if attempt.is_connected:
        return RemoteError(
            f"{called}: no login: {attempt.reason}",
            hint=f"to see why: {command(instance, 'ssh', '-v')}",
            region=instance.region,
        )
    return RemoteError(
        f"{called} cannot be reached: {attempt.reason}",
        hint=hosts.way_in(instance),
        region=instance.region,
    )


def _way_to_use(instance: Instance, attempt: Attempt) -> str:
    """What to do about a login that was refused."""
    if attempt.wants:
        return f"add the line to its authorized_keys by hand: {command(instance, 'ssh')}"
    if attempt.remedy:
        return f"{attempt.remedy}, then run the same command again"
    return look(instance)


def look(instance: Instance) -> str:
    """A hint that leads to why an instance does not open."""
    return f"to see whether it opens, and what to do: {command(instance, 'instances', '--check')}"


def command(instance: Instance, *words: str) -> str:
    """The command of lskeys with these words that is about an instance."""
    return lskeys_command(*words, instance.name, *hosts.options_to(instance))
