"""delete: guarded removal of key pairs. Touches: what the runtime hands it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lskeys.cli.options import ON_THIS_DISK, Connection, Output, Program, Safety, verb
from lskeys.cli.runtime import Runtime
from lskeys.concurrency import Pending
from lskeys.config.settings import expanded
from lskeys.errors import DeclinedError, LskeysError, MissingError, RefusedError, UsageError
from lskeys.keypairs import default_pair, lookup
from lskeys.keypairs import delete_guard as guard
from lskeys.keypairs import deletion as removal
from lskeys.keypairs.delete_guard import Clearance
from lskeys.keypairs.names import check_name, default_key_file
from lskeys.keypairs.results import Removal
from lskeys.model import DEFAULT_PAIR, Answer, KeyPair, attempt
from lskeys.output.result import Sheet
from lskeys.output.views.deletion_warning import stakes
from lskeys.output.views.deletions import REMOVALS
from lskeys.storage import key_search as localkeys

if TYPE_CHECKING:
    from lskeys.keys.matching import LocalKey
    from lskeys.lightsail import Lightsail


@verb(Connection, Output, Program, Safety)
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
    """Delete key pairs, guarded by the fingerprint of the key on this disk.

    The default pair goes only with a verified fingerprint.

    Examples:
        lskeys delete ci-deploy laptop --dry-run
        lskeys delete LightsailDefaultKeyPair --fingerprint --backup ~/keys
    """
    asked = _asked(names or [], fingerprint, key)
    wanted = tuple(dict.fromkeys(names or []))
    _check(wanted, backup, no_backup=no_backup)
    asks_usage = run.asked.dry_run or (run.terminal.can_ask and not run.asked.yes)
    looked = run.ask(lambda lightsail: _look(lightsail, wanted, asks_usage=asks_usage))
    found = _found(run, wanted, looked, missing_ok=missing_ok)
    cleared = _clear(run, found.pairs, asked, _Safeguards(key, backup, no_backup))
    clearances = [answer.value for answer in cleared if answer.value]
    _consent(run, clearances)
    answers = _delete_each(run, clearances, backup)
    removals = [*found.absent, *(answer.value for answer in answers if answer.value)]
    failures = [*found.failures, *(each.error for each in [*cleared, *answers] if each.error)]
    if removals:
        run.show(Sheet(REMOVALS, removals, failures))
    run.fail_if(failures, len(removals), "key pairs")


@dataclass(frozen=True, slots=True)
class _Safeguards:
    """What the guard is told beside the fingerprint."""

    key: Path | None
    backup: Path | None
    no_backup: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """What the names stand for, over all regions."""

    pairs: list[KeyPair]
    absent: list[Removal]
    failures: list[LskeysError]


def _asked(names: Sequence[str], fingerprint: str | None, key: Path | None) -> guard.Wanted:
    spelled = None if fingerprint == ON_THIS_DISK else fingerprint
    bare = fingerprint == ON_THIS_DISK or key is not None
    return guard.wanted(spelled, bare=bare, names=names)


def _check(names: Sequence[str], backup: Path | None, *, no_backup: bool) -> None:
    for name in names:
        check_name(name)
    if backup is not None and no_backup:
        raise UsageError("--backup and --no-backup exclude each other", hint="choose one")
    if backup is not None and DEFAULT_PAIR not in names:
        raise UsageError(
            "--backup is for the default pair: AWS keeps no other private half",
            hint="leave it out; lskeys cannot download the key of a pair of your own",
        )


def _look(
    lightsail: "Lightsail", names: Sequence[str], *, asks_usage: bool
) -> list[Answer[KeyPair]]:
    """Each name in one region, asked at once; and the instances, if anybody will read of them."""
    instances = Pending(lightsail.instances) if asks_usage else None
    pending = [Pending(partial(lookup.find, lightsail, name)) for name in names]
    answers = [attempt(lightsail.region, each.result) for each in pending]
    usage = attempt(lightsail.region, instances.result) if instances else None
    if usage is None or usage.value is None:
        return answers
    known = usage.value
    return [replace(each, value=each.value and each.value.with_usage(known)) for each in answers]


def _found(
    run: Runtime,
    names: Sequence[str],
    looked: Sequence[Answer[list[Answer[KeyPair]]]],
    *,
    missing_ok: bool,
) -> _Found:
    """One of several regions is enough for a name; a region that failed is a failure."""
    found = _Found([], [], [answer.error for answer in looked if answer.error])
    by_region = [answer.value for answer in looked if answer.value is not None]
    for position, name in enumerate(names):
        answers = [answers[position] for answers in by_region]
        found.pairs.extend(each.value for each in answers if each.value)
        errors = [each.error for each in answers if each.error]
        missing = [error for error in errors if isinstance(error, MissingError)]
        found.failures.extend(error for error in errors if error not in missing)
        if missing and len(missing) == len(answers):
            _note_missing(run, found, name, missing[0], missing_ok=missing_ok)
    return found


def _note_missing(
    run: Runtime, found: _Found, name: str, error: MissingError, *, missing_ok: bool
) -> None:
    if missing_ok:
        found.absent.append(Removal(name, error.region or "", "absent"))
    else:
        found.failures.append(error if name == DEFAULT_PAIR else run.missing(name, error))


def _clear(
    run: Runtime, pairs: Iterable[KeyPair], asked: guard.Wanted, safeguards: _Safeguards
) -> list[Answer[Clearance]]:
    copies = _local_keys(run, safeguards.backup) if asked else ()
    evidence = (localkeys.read(expanded(safeguards.key)),) if safeguards.key else copies
    return [
        attempt(
            pair.region,
            partial(
                guard.clear,
                pair,
                asked,
                evidence,
                (*evidence, *copies),
                is_named=safeguards.key is not None,
                backup=safeguards.backup is not None,
                no_backup=safeguards.no_backup,
            ),
        )
        for pair in pairs
    ]


def _local_keys(run: Runtime, backup: Path | None) -> "tuple[LocalKey, ...]":
    return localkeys.find((*run.key_folders, *([expanded(backup)] if backup else ())))


def _consent(run: Runtime, clearances: Sequence[Clearance]) -> None:
    """Show what is at stake and have each name typed; all answers come before any deletion."""
    if not clearances or (run.asked.yes and not run.asked.dry_run):
        return
    if not run.terminal.can_ask and not run.asked.dry_run:
        raise RefusedError(
            "deleting asks first, and there is nobody to ask", hint="to delete unasked, add --yes"
        )
    for clearance in clearances:
        _show_stake(run, clearance)
        if run.asked.dry_run:
            continue
        name = clearance.pair.name
        if run.terminal.ask("Type the name to delete it:") != name:
            raise DeclinedError("that is not the name; nothing was deleted")


def _show_stake(run: Runtime, clearance: Clearance) -> None:
    proof = "not verified against a local key"
    if clearance.local_file:
        proof = f"verified with {clearance.local_file} ({clearance.form})"
    elif clearance.expected:
        proof = (
            "will be verified against the backup" if clearance.needs_backup else "as you gave it"
        )
    for line in stakes(clearance.pair, proof, run.launch.now()):
        run.terminal.note(line)


def _delete_each(
    run: Runtime, clearances: Sequence[Clearance], backup: Path | None
) -> list[Answer[Removal]]:
    answers: list[Answer[Removal]] = []
    for clearance in clearances:
        if len(clearances) > 1:
            done = f"{len(answers)} of {len(clearances)}"
            run.terminal.progress(f"{done} key pairs done, deleting {clearance.pair.name}")
        answers.append(_delete(run, clearance, backup))
    run.terminal.done()
    return answers


def _delete(run: Runtime, clearance: Clearance, backup: Path | None) -> Answer[Removal]:
    return attempt(clearance.pair.region, lambda: _deleted(run, clearance, backup))


def _deleted(run: Runtime, clearance: Clearance, backup: Path | None) -> Removal:
    """Back up, then delete: the only key is never gone before its copy was read back."""
    pair = clearance.pair
    removed = Removal(
        pair.name, pair.region, "deleted", clearance.expected, clearance.local_file, clearance.form
    )
    lightsail = run.account.lightsail(pair.region)
    name = default_key_file(pair.region)
    if run.asked.dry_run:
        if clearance.needs_backup and backup is not None:
            with default_pair.backing_up():
                default_pair.foresee(expanded(backup) / name, pair=pair, creates=False, force=False)
        return replace(removed, outcome="would delete")
    if clearance.needs_backup and backup is not None:
        with default_pair.backing_up(), run.open_folder(expanded(backup)) as folder:
            saved = default_pair.fetch(lightsail, folder, name, pair=pair)
        removed = replace(
            removed,
            backup=saved.path,
            local_file=removed.local_file or saved.path,
            form=removed.form or saved.form,
        )
    removal.delete(lightsail, pair, clearance.expected)
    return removed
