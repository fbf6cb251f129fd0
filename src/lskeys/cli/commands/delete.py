"""delete: guarded removal of key pairs. Touches: what the runtime hands it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lskeys.cli.options import (
    FROM_LOCAL_KEY,
    ConnectionOptions,
    OutputOptions,
    ProgramOptions,
    SafetyOptions,
    verb,
)
from lskeys.cli.runtime import Runtime
from lskeys.concurrency import Pending
from lskeys.config.settings import expanded
from lskeys.errors import LskeysError, MissingError, RefusedError, UsageError
from lskeys.keypairs import default_pair, delete_guard, deletion, lookup
from lskeys.keypairs.delete_guard import Clearance
from lskeys.keypairs.names import check_name, default_key_file
from lskeys.keypairs.results import Deletion
from lskeys.model import DEFAULT_PAIR, KeyPair, Outcome, attempt
from lskeys.output.consent import confirm
from lskeys.output.result import Result
from lskeys.output.views.deletion_warning import deletion_warning
from lskeys.output.views.deletions import DELETIONS
from lskeys.storage import key_search

if TYPE_CHECKING:
    from lskeys.keys.matching import LocalKey
    from lskeys.lightsail import Lightsail


@verb(ConnectionOptions, OutputOptions, ProgramOptions, SafetyOptions)
def delete_key_pairs(
    run: Runtime,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="The key pairs to delete.")
    ] = None,
    *,
    fingerprint: Annotated[
        str | None,
        typer.Option(
            "--fingerprint",
            metavar="[VALUE]",
            help="Only if the fingerprint is that of the local key, or, with a value, this one.",
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="The local key; else found by content."),
    ] = None,
    backup: Annotated[
        Path | None,
        typer.Option("--backup", metavar="DIR", help="Save the default key there before."),
    ] = None,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="Give up the only copy of the default key.")
    ] = False,
    missing_ok: Annotated[
        bool, typer.Option("--missing-ok", help="A pair that is not there is no failure.")
    ] = False,
) -> None:
    """Delete key pairs; with --fingerprint, only if a local key matches.

    The default pair goes only with a verified fingerprint.

    Examples:
        lskeys delete ci-deploy laptop --dry-run
        lskeys delete LightsailDefaultKeyPair --fingerprint --backup ~/keys
    """
    asked = _expectation(names or [], fingerprint, key)
    unique_names = tuple(dict.fromkeys(names or []))
    _check(unique_names, backup, no_backup=no_backup)
    needs_usage = run.options.dry_run or (run.terminal.can_prompt and not run.options.yes)
    outcomes_by_region = run.call_regions(
        lambda lightsail: _query_region(lightsail, unique_names, needs_usage=needs_usage)
    )
    found = _found(run, unique_names, outcomes_by_region, missing_ok=missing_ok)
    safeguards = _Safeguards(key, backup, no_backup)
    cleared = _clear(run, found.pairs, asked, safeguards)
    clearances = [outcome.value for outcome in cleared if outcome.value]
    _consent(run, clearances)
    if clearances and not (run.options.yes or run.options.dry_run):
        again = _look_again(run, clearances, asked, safeguards)
        cleared += [outcome for outcome in again if outcome.error]
        clearances = [outcome.value for outcome in again if outcome.value]
    outcomes = _delete_each(run, clearances, backup)
    deletions = [*found.absent, *(outcome.value for outcome in outcomes if outcome.value)]
    failures = [*found.failures, *(each.error for each in [*cleared, *outcomes] if each.error)]
    if deletions:
        run.show(Result(DELETIONS, deletions, failures))
    run.fail_if(failures, len(deletions), "key pairs")


@dataclass(frozen=True, slots=True)
class _Safeguards:
    """What the guard is told beside the fingerprint."""

    key: Path | None
    backup: Path | None
    no_backup: bool


@dataclass(frozen=True, slots=True)
class _Targets:
    """What the names stand for, over all regions."""

    pairs: list[KeyPair]
    absent: list[Deletion]
    failures: list[LskeysError]


def _expectation(
    names: Sequence[str], fingerprint: str | None, key: Path | None
) -> delete_guard.Expectation:
    spelled = None if fingerprint == FROM_LOCAL_KEY else fingerprint
    bare = fingerprint == FROM_LOCAL_KEY or key is not None
    return delete_guard.parse_expectation(spelled, bare=bare, names=names)


def _check(names: Sequence[str], backup: Path | None, *, no_backup: bool) -> None:
    for name in names:
        check_name(name)
    if backup is not None and no_backup:
        raise UsageError("--backup and --no-backup cannot be combined", hint="choose one")
    if backup is not None and DEFAULT_PAIR not in names:
        raise UsageError(
            "--backup is for the default pair: AWS keeps no other private key",
            hint="leave it out; lskeys cannot download the key of a pair of your own",
        )


def _query_region(
    lightsail: "Lightsail", names: Sequence[str], *, needs_usage: bool
) -> list[Outcome[KeyPair]]:
    """Each name in one region, asked at once; and the instances, if anybody will read of them."""
    instances = Pending(lightsail.instances) if needs_usage else None
    pending = [Pending(partial(lookup.find, lightsail, name)) for name in names]
    outcomes = [attempt(lightsail.region, each.result) for each in pending]
    usage = attempt(lightsail.region, instances.result) if instances else None
    if usage is None or usage.value is None:
        return outcomes
    known = usage.value
    return [replace(each, value=each.value and each.value.with_usage(known)) for each in outcomes]


def _found(
    run: Runtime,
    names: Sequence[str],
    outcomes_by_region: Sequence[Outcome[list[Outcome[KeyPair]]]],
    *,
    missing_ok: bool,
) -> _Targets:
    """One of several regions is enough for a name; a region that failed is a failure."""
    found = _Targets([], [], [outcome.error for outcome in outcomes_by_region if outcome.error])
    by_region = [outcome.value for outcome in outcomes_by_region if outcome.value is not None]
    for position, name in enumerate(names):
        outcomes = [outcomes[position] for outcomes in by_region]
        found.pairs.extend(each.value for each in outcomes if each.value)
        errors = [each.error for each in outcomes if each.error]
        missing = [error for error in errors if isinstance(error, MissingError)]
        found.failures.extend(error for error in errors if error not in missing)
        if missing and len(missing) == len(outcomes):
            _note_missing(run, found, name, missing[0], missing_ok=missing_ok)
    return found


def _note_missing(
    run: Runtime, found: _Targets, name: str, error: MissingError, *, missing_ok: bool
) -> None:
    if missing_ok:
        found.absent.append(Deletion(name, error.region or "", "absent"))
    else:
        found.failures.append(error if name == DEFAULT_PAIR else run.missing(name, error))


def _clear(
    run: Runtime, pairs: Iterable[KeyPair], asked: delete_guard.Expectation, safeguards: _Safeguards
) -> list[Outcome[Clearance]]:
    copies = _local_keys(run, safeguards.backup) if asked else ()
    inventory = (key_search.read(expanded(safeguards.key)),) if safeguards.key else copies
    return [
        attempt(
            pair.region,
            partial(
                delete_guard.clear,
                pair,
                asked,
                inventory,
                (*inventory, *copies),
                is_named=safeguards.key is not None,
                backup=safeguards.backup is not None,
                no_backup=safeguards.no_backup,
            ),
        )
        for pair in pairs
    ]


def _local_keys(run: Runtime, backup: Path | None) -> "tuple[LocalKey, ...]":
    return key_search.find((*run.key_directories, *([expanded(backup)] if backup else ())))


def _consent(run: Runtime, clearances: Sequence[Clearance]) -> None:
    """Have each name typed; all answers come before any deletion."""
    for clearance in clearances:
        lines = deletion_warning(clearance.pair, _proof(clearance), run.invocation.now())
        confirm(run.terminal, run.options, "delete it", lines, clearance.pair.name)


def _look_again(
    run: Runtime,
    shown: Sequence[Clearance],
    asked: delete_guard.Expectation,
    safeguards: _Safeguards,
) -> list[Outcome[Clearance]]:
    """The same again, after a prompt that may have stood there for an hour; changed is refused."""
    outcomes: list[Outcome[Clearance]] = []
    for clearance in shown:
        name, region = clearance.pair.name, clearance.pair.region
        lightsail = run.account.lightsail(region)
        needs_usage = clearance.pair.used_by is not None
        [found] = _query_region(lightsail, [name], needs_usage=needs_usage)
        if found.value is None:
            outcomes.append(Outcome(region, error=found.error))
            continue
        [now] = _clear(run, [found.value], asked, safeguards)
        if now.value is None or now.value.shown == clearance.shown:
            outcomes.append(now)
            continue
        changed = RefusedError(
            f"{name} in {region} changed while the prompt was shown: it was not deleted",
            hint=f"look at it again: lskeys delete {name} --region {region}",
            region=region,
        )
        outcomes.append(Outcome(region, error=changed))
    return outcomes


def _proof(clearance: Clearance) -> str:
    if clearance.local_file:
        return f"verified with {clearance.local_file} ({clearance.fingerprint_type})"
    if clearance.expected:
        return "will be verified against the backup" if clearance.needs_backup else "as you gave it"
    return "not verified against a local key"


def _delete_each(
    run: Runtime, clearances: Sequence[Clearance], backup: Path | None
) -> list[Outcome[Deletion]]:
    outcomes: list[Outcome[Deletion]] = []
    for clearance in clearances:
        if len(clearances) > 1:
            done = f"{len(outcomes)} of {len(clearances)}"
            run.terminal.progress(f"{done} key pairs done, deleting {clearance.pair.name}")
        outcomes.append(_delete(run, clearance, backup))
    run.terminal.done()
    return outcomes


def _delete(run: Runtime, clearance: Clearance, backup: Path | None) -> Outcome[Deletion]:
    return attempt(clearance.pair.region, lambda: _deleted(run, clearance, backup))


def _deleted(run: Runtime, clearance: Clearance, backup: Path | None) -> Deletion:
    """Back up, then delete: the only key is never gone before its copy was read back."""
    pair = clearance.pair
    removed = Deletion(
        pair.name,
        pair.region,
        "deleted",
        clearance.expected,
        clearance.local_file,
        clearance.fingerprint_type,
    )
    lightsail = run.account.lightsail(pair.region)
    name = default_key_file(pair.region)
    if run.options.dry_run:
        if clearance.needs_backup and backup is not None:
            with default_pair.backing_up():
                default_pair.check(expanded(backup) / name, pair=pair, creates=False, force=False)
        return replace(removed, outcome="would delete")
    if clearance.needs_backup and backup is not None:
        with default_pair.backing_up(), run.open_key_directory(expanded(backup)) as directory:
            saved = default_pair.download_and_save(lightsail, directory, name, pair=pair)
        removed = replace(
            removed,
            backup=saved.path,
            local_file=removed.local_file or saved.path,
            fingerprint_type=removed.fingerprint_type or saved.fingerprint_type,
        )
    deletion.delete(lightsail, pair, clearance.expected)
    return removed
