"""delete: guarded removal of key pairs. Touches: what the runtime hands it."""

from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import typer

from lskeys.cli.delete_lookup import DeleteLookup, look_up_targets, outcomes_without_deletion
from lskeys.cli.filter_options import OlderThan, Tags, Unused, read_selection
from lskeys.cli.options import CHANGE_OPTIONS, PassphraseFile, verb
from lskeys.cli.parsing import FROM_LOCAL_KEY
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.output import finish
from lskeys.cli.saving_keys import opening_passphrases
from lskeys.config.paths import expanded
from lskeys.errors import UsageError
from lskeys.keypairs import deletion, deletion_checks
from lskeys.keypairs.delete_guard import Clearance, Expectation, parse_expectation
from lskeys.keypairs.deletion_checks import Safeguards
from lskeys.keypairs.results import Deletion
from lskeys.keypairs.targets import Targets, read_targets
from lskeys.model import Outcome, Outcomes, attempt
from lskeys.output.consent import confirm
from lskeys.output.result import Result
from lskeys.output.views.deletion_warning import deletion_details, deletion_list, usage_warning
from lskeys.output.views.deletions import DELETIONS


@verb(*CHANGE_OPTIONS)
def delete_key_pairs(
    run: Runtime,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME|GLOB...", help="Names of key pairs; globs work."),
    ] = None,
    *,
    tag: Tags = None,
    unused: Unused = False,
    older_than: OlderThan = None,
    fingerprint: Annotated[
        str | None,
        typer.Option(
            "--fingerprint",
            metavar="[VALUE]",
            help="Only if a local key, or VALUE, has the fingerprint.",
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            "--key", metavar="FILE", help="The local key file (default: matched by content)."
        ),
    ] = None,
    backup: Annotated[
        Path | None,
        typer.Option("--backup", metavar="DIR", help="Save the default private key there first."),
    ] = None,
    passphrase_file: PassphraseFile = None,
    no_backup: Annotated[
        bool,
        typer.Option("--no-backup", help="Delete the default key pair without saving its key."),
    ] = False,
    missing_ok: Annotated[
        bool, typer.Option("--missing-ok", help="Succeed if a key pair does not exist.")
    ] = False,
) -> None:
    """Delete key pairs; with --fingerprint, only if a local key matches.

    Globs and filters never select the default key pair, which is deleted only by its name and with
    --fingerprint. Several key pairs are listed and confirmed once.

    Examples:
        lskeys delete 'ci-*' --unused --older-than 365d --dry-run
        lskeys delete LightsailDefaultKeyPair --fingerprint --backup ~/keys
    """
    filters = read_selection(run.invocation.now(), (), tag, older_than, unused=unused)
    targets = read_targets(names or (), filters)
    expectation = _expectation(targets, fingerprint, is_bare=bool(key or passphrase_file))
    _check_backup(targets, backup, no_backup=no_backup)
    safeguards = Safeguards(
        expectation,
        run.key_files.directories,
        key and expanded(key),
        backup and expanded(backup),
        no_backup,
        cache(opening_passphrases(run, passphrase_file, prompts=expectation is not None)),
        proves=passphrase_file is not None,
    )
    found = look_up_targets(run, targets)
    settled = Outcomes(outcomes_without_deletion(run, found, missing_ok=missing_ok))
    cleared = _checked(run, found, safeguards)
    if _consent(run, cleared.values):
        again = look_up_targets(run, targets)
        now = _checked(run, again, safeguards)
        cleared = deletion_checks.refuse_changed(cleared, now, again.failures)
    deleted = _delete_each(run, cleared.values, safeguards)
    outcomes = Outcomes([*settled, *(each for each in cleared if each.error), *deleted])
    finish(run, Result(DELETIONS, Outcomes([*settled, *deleted]).values), outcomes, "key pairs")


def _expectation(targets: Targets, fingerprint: str | None, *, is_bare: bool) -> Expectation:
    spelled = None if fingerprint == FROM_LOCAL_KEY else fingerprint
    words = (*targets.names, *map(str, targets.selections))
    return parse_expectation(spelled, bare=is_bare or fingerprint == FROM_LOCAL_KEY, names=words)


def _check_backup(targets: Targets, backup: Path | None, *, no_backup: bool) -> None:
    if backup is not None and no_backup:
        raise UsageError("--backup and --no-backup cannot be combined", hint="choose one")
    if (backup is not None or no_backup) and not targets.may_be_default:
        option = "--no-backup" if no_backup else "--backup"
        raise UsageError(
            f"{option} applies to the default key pair only: Lightsail keeps no other private key",
            hint="leave it out; no other private key can be downloaded",
        )


def _checked(run: Runtime, found: DeleteLookup, safeguards: Safeguards) -> Outcomes[Clearance]:
    """The key pairs checked against the local keys, which may take a while to read."""
    with run.terminal.waiting("key files", ", ".join(map(str, safeguards.directories))):
        return deletion_checks.check_all(found.pairs, safeguards)


def _consent(run: Runtime, clearances: Sequence[Clearance]) -> bool:
    """Name who uses the pairs; show and confirm one by its name, and several as one list.

    Returns:
        Whether a prompt was shown, while which things may have changed.
    """
    if not clearances:
        return False
    for warning in filter(None, (usage_warning(each.pair) for each in clearances)):
        run.terminal.warning(warning)
    now = run.invocation.now()
    if len(clearances) == 1:
        [one] = clearances
        lines = deletion_details(one.pair, one.proof, now)
        confirm(run.terminal, run.options, "delete it", lines, one.pair.name)
    else:
        every = [(each.pair, each.proof) for each in clearances]
        action = f"delete these {len(every)} key pairs"
        confirm(run.terminal, run.options, action, deletion_list(every, now))
    return not (run.options.yes or run.options.dry_run)


def _delete_each(
    run: Runtime, clearances: Sequence[Clearance], safeguards: Safeguards
) -> list[Outcome[Deletion]]:
    """Delete one after the other, for real or as a dry run; one that fails hides no other."""

    def delete(clearance: Clearance) -> Deletion:
        if run.options.dry_run:
            return deletion.preview(clearance)
        lightsail = run.account.lightsail(clearance.pair.region)
        backup = safeguards.backup if clearance.needs_backup else None
        directory = run.key_files.open(backup) if backup else None
        return deletion.back_up_and_delete(lightsail, clearance, directory)

    outcomes: list[Outcome[Deletion]] = []
    for clearance in clearances:
        if len(clearances) > 1:
            done = f"{len(outcomes)} of {len(clearances)}"
            run.terminal.progress(f"{done} key pairs done, deleting {clearance.pair.name}")
        outcomes.append(attempt(clearance.pair.region, partial(delete, clearance)))
    run.terminal.done()
    return outcomes
