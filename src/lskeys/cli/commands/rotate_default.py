"""rotate-default: a new default pair, the old key kept. Touches: what the runtime hands it."""

import os
from collections.abc import Sequence
from typing import Annotated

import typer

from lskeys.cli import authorizing
from lskeys.cli.default_rotation import plan_rotation
from lskeys.cli.options import (
    CHANGE_OPTIONS,
    AskPassphrase,
    Force,
    IntoAgent,
    Lifetime,
    Out,
    PassphraseFile,
    Port,
    verb,
)
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.hints import hint_with_account_options
from lskeys.cli.runtime.output import fail, show
from lskeys.cli.saving_keys import (
    given_passphrase,
    load_into_agent,
    typed_passphrase,
    warn_of_ssh_files,
)
from lskeys.errors import LskeysError, RefusedError, UsageError
from lskeys.keypairs.rotation import plan as rotation_plan
from lskeys.keypairs.rotation import report, rotate
from lskeys.keypairs.rotation.journal import Journal
from lskeys.keypairs.rotation.plan import Plan
from lskeys.keypairs.rotation.report import Rotation
from lskeys.model import DEFAULT_PAIR
from lskeys.output.consent import confirm
from lskeys.output.result import Result
from lskeys.output.views.deletion_warning import deletion_details, usage_warning
from lskeys.output.views.formatting import rfc3339
from lskeys.output.views.rotations import ROTATIONS
from lskeys.ssh import agent as ssh_agent
from lskeys.ssh import client
from lskeys.ssh.client import DEFAULT_PORT
from lskeys.text import lskeys_command


@verb(*CHANGE_OPTIONS)
def rotate_default(
    run: Runtime,
    *,
    out: Out = None,
    force: Force = False,
    passphrase: AskPassphrase = False,
    passphrase_file: PassphraseFile = None,
    authorize: Annotated[
        bool,
        typer.Option(
            "--authorize",
            help="After that, add the new key to instances launched with the old one.",
        ),
    ] = False,
    port: Port = DEFAULT_PORT,
    agent: IntoAgent = False,
    lifetime: Lifetime = None,
) -> None:
    """Replace the default key pair of a region; the old private key is kept.

    Prints the path of the new private key. If it is interrupted, run the command again to continue.

    Examples:
        lskeys rotate-default --dry-run
        lskeys rotate-default --region us-east-1 --yes
    """
    load = _loader(run, lifetime, wanted=agent, authorizes=authorize)
    secret = given_passphrase(run, passphrase_file, prompts=passphrase)
    ssh = client.find(run.invocation.environ) if authorize else None
    lightsail = run.account.lightsail(_only_region(run))
    journal = Journal(run.settings.journal_directory)
    plan = plan_rotation(run, lightsail, journal, out)
    if os.path.lexists(plan.entry.path):  # perhaps encrypted: then only that shows whose key it is
        secret = secret or typed_passphrase(run, prompts=passphrase)
    rotate.check(plan, force=force, passphrase=secret, saves=load is None)
    has_prompted = _consent(run, plan, saves=load is None, authorizes=authorize)
    if run.options.dry_run:
        show(run, Result(ROTATIONS, [report.preview(plan)]))
        return
    secret = secret or typed_passphrase(run, prompts=passphrase)
    plan = _unchanged(plan, plan_rotation(run, lightsail, journal, out)) if has_prompted else plan
    with run.key_files.open(plan.entry.path.parent) as directory:
        rotated = rotate.rotate(
            lightsail, directory, plan, journal, force=force, passphrase=secret, load=load
        )
    done, failures = _follow_up(run, ssh, rotated, port)
    journal.close(plan.entry)
    try:
        fail(run, failures, 1 + len(done), "steps")
    except LskeysError as error:
        raise error.with_(message=_left_undone(rotated, done) or error.message) from None


def _left_undone(rotated: Rotation, done: Sequence[str]) -> str | None:
    """What a failure after the rotation means, if the instances that use the pair are known."""
    for_ssh = [each for each in rotated.follow_ups or () if not each.instance.is_windows]
    missed = len(for_ssh) - len(done)
    if missed <= 0:
        return None
    were = "was" if missed == 1 else "were"
    return (
        f"the default key pair was rotated, but {missed} of {len(for_ssh)} instances"
        f" {were} not authorized"
    )


def _loader(
    run: Runtime, lifetime: str | None, *, wanted: bool, authorizes: bool
) -> rotate.Load | None:
    """What loads the new key into ssh-agent, if that is wanted instead of a file."""
    if wanted and authorizes:
        raise UsageError(
            "--agent and --authorize cannot be combined",
            hint="without --authorize, the command for each instance is shown",
        )
    ssh_agent.check_lifetime(lifetime, for_agent=wanted)
    if not wanted:
        return None
    agent = ssh_agent.find(run.invocation.environ)
    return lambda key: load_into_agent(run, agent, key, lifetime)


def _follow_up(
    run: Runtime, ssh: client.SshClient | None, rotated: Rotation, port: int
) -> tuple[list[str], list[LskeysError]]:
    """Add the new key to the instances of the old one if that is wanted, and report everything.

    Returns:
        The names of the instances that it was added to, and what failed.
    """
    done: list[str] = []
    failures: list[LskeysError] = []
    if ssh and rotated.path:
        authorized, failures = authorizing.authorize_outdated(run, ssh, rotated.path, port)
        done = [each.instance.name for each in authorized]
        option = f" --port {port}" if port != DEFAULT_PORT else ""
        rotated = report.after_authorizing(rotated, done, option)
    _report(run, rotated, done, failures)
    return done, failures


def _only_region(run: Runtime) -> str:
    if len(run.regions) > 1:
        raise UsageError(
            f"one default key pair is rotated at a time, and {len(run.regions)} regions are given",
            hint="name one: --region NAME",
        )
    return run.regions[0]


def _warn(run: Runtime, plan: Plan, *, saves: bool) -> None:
    """What must be known before anything is done, consent given beforehand or not."""
    entry = plan.entry
    if plan.begun:
        run.terminal.note(
            f"the rotation in {entry.region} of account {entry.account},"
            f" begun {rfc3339(entry.begun_at)}, is under way: {plan.begun}"
        )
    for warning in rotation_plan.warnings(plan):
        run.terminal.warning(warning)
    if saves:
        warn_of_ssh_files(run, entry.path, entry.region, "after the rotation, ")


def _consent(run: Runtime, plan: Plan, *, saves: bool, authorizes: bool) -> bool:
    """Warn, show what will be done and have the name typed, where a pair is deleted or created.

    Returns:
        Whether a prompt was shown, while which things may have changed.
    """
    _warn(run, plan, saves=saves)
    if not plan.needs_consent:
        return False
    now = run.invocation.now()
    proof = "to be verified before anything is deleted"
    lines = [
        *(deletion_details(plan.pair, proof, now) if plan.pair else ()),
        *filter(None, [usage_warning(plan.pair) if plan.pair else None]),
        *(
            f"plan: {step}"
            for step in rotation_plan.steps(plan, saves=saves, authorizes=authorizes)
        ),
    ]
    confirm(run.terminal, run.options, "rotate it", lines, DEFAULT_PAIR)
    return not (run.options.yes or run.options.dry_run)


def _unchanged(shown: Plan, now: Plan) -> Plan:
    if shown.shown == now.shown:
        return now
    raise RefusedError(
        f"{DEFAULT_PAIR} in {now.entry.region} changed while the prompt was shown:"
        " nothing was changed",
        hint=f"review it again: {lskeys_command('rotate-default', region=now.entry.region)}",
        region=now.entry.region,
    )


def _report(
    run: Runtime, rotated: Rotation, authorized: Sequence[str], failures: Sequence[LskeysError]
) -> None:
    """Say what was done and what is left to do; the result is the file of the new key, if any."""
    added = [f"{name}: the new key was added, and opens it" for name in authorized]
    for line in (*added, *report.report(rotated)):
        run.terminal.report(hint_with_account_options(line, run.options))
    if rotated.path:
        show(run, Result(ROTATIONS, [rotated], failures))
