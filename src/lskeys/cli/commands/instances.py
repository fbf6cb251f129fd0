"""instances: each with the local key for it. Touches: what the runtime hands it."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from lskeys.cli import ssh_instances
from lskeys.cli.options import READ_OPTIONS, Port, verb
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.hints import hint_with_account_options
from lskeys.cli.runtime.output import fail, show
from lskeys.errors import FindingsError
from lskeys.model import Outcomes
from lskeys.output.result import Result
from lskeys.output.views.instances import CHECKED_INSTANCES, INSTANCES
from lskeys.ssh import client, parallel
from lskeys.ssh.client import DEFAULT_PORT
from lskeys.ssh.login_log import Verdict
from lskeys.ssh.reach import ReachableInstance


@verb(*READ_OPTIONS, takes_profiles=True)
def list_instances(
    run: Runtime,
    globs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[INSTANCE]...", help="Names of instances; globs work."),
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Log in to each instance to check that the key works.")
    ] = False,
    port: Port = DEFAULT_PORT,
) -> None:
    """List instances, each with the local key for it.

    A local key is matched by its content, to the key pair as it was when the instance was
    launched. --check logs in to each instance, with pinned host keys and without a prompt; the exit
    code is 6 if a login fails.

    Examples:
        lskeys instances --all-regions
        lskeys instances 'web-*' --check
    """
    ssh = client.find(run.invocation.environ) if check else None
    seen = ssh_instances.query_instances(run, globs or (), port, reads_keys=check)
    _note_missing(run, seen, globs or ())
    if ssh is None:
        show(run, Result(INSTANCES, seen.reaches, seen.failures))
        fail(run, seen.failures, len(seen.data), "regions")
        return
    base = ssh_instances.session_base(run)
    outcomes = parallel.in_parallel(
        [each for each in seen.reaches if each.is_for_ssh], partial(_check, run, ssh, base)
    )
    checked = Outcomes(outcomes)
    ssh_instances.remember(run, *_proved(checked.values))
    failures = [*seen.failures, *checked.errors]
    show(run, Result(CHECKED_INSTANCES, checked.values, failures))
    if checked.errors:
        fail(run, failures, len(checked.values), "instances")
    fail(run, seen.failures, len(seen.data), "regions")
    _fail_if_closed(seen.reaches, checked.values)


def _note_missing(run: Runtime, seen: ssh_instances.QueriedInstances, globs: Sequence[str]) -> None:
    if run.options.quiet or not seen.data:
        return
    if not seen.reaches and not globs:
        run.terminal.note(f"no instances found in {', '.join(run.profiles or run.regions)}")
    for each in seen.missing(run, globs):
        run.terminal.note(each.message)
        run.terminal.hint(hint_with_account_options(each.hint or "", run.options))


def _check(
    run: Runtime, ssh: client.SshClient, base: Path, each: ReachableInstance
) -> ReachableInstance:
    with run.terminal.waiting("ssh", each.instance.name):
        return parallel.check(ssh, each, base=base)


def _proved(
    checked: Sequence[ReachableInstance],
) -> tuple[ssh_instances.Opened, ssh_instances.Opened]:
    """The keys that opened an instance, and those that one does not accept."""
    offered = [
        (each.check, key.path, (each.instance, key.blob))
        for each in checked
        for key in each.access.opening.keys
        if each.check and key.blob
    ]
    opened = {what for check, path, what in offered if check.key == path}
    refused = {what for check, path, what in offered if path in check.refused}
    return tuple(opened), tuple(refused)


def _fail_if_closed(
    wanted: Sequence[ReachableInstance], checked: Sequence[ReachableInstance]
) -> None:
    closed = [each for each in checked if each.check and each.check.verdict is not Verdict.OPENS]
    windows = [each.instance.name for each in wanted if not each.is_for_ssh]
    if closed:
        were = "was" if len(windows) == 1 else "were"
        unchecked = f"; {', '.join(windows)} {were} not checked (Windows)" if windows else ""
        raise FindingsError(
            f"the login failed on {len(closed)} of {len(checked)} instances{unchecked}",
            hint="each line says what to do next",
        )
