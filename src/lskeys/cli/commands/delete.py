"""delete: guarded removal of key pairs. Touches: what the runtime hands it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lskeys.cli.options import (
    ConnectionOptions,
    OutputOptions,
    PassphraseFile,
    ProgramOptions,
    SafetyOptions,
    verb,
)
from lskeys.cli.parsing import FROM_LOCAL_KEY
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.lookup import every_pair, missing
from lskeys.cli.runtime.output import finish
from lskeys.cli.runtime.queries import query_together
from lskeys.config.paths import expanded
from lskeys.errors import LskeysError, MissingError, RefusedError, UsageError
from lskeys.keypairs import default_pair, delete_guard, deletion, lookup
from lskeys.keypairs.delete_guard import Clearance
from lskeys.keypairs.names import check_name, default_key_file
from lskeys.keypairs.results import Deletion
from lskeys.keys import passphrases
from lskeys.model import DEFAULT_PAIR, Instance, KeyPair, Outcome, Outcomes, attempt
from lskeys.output.consent import confirm
from lskeys.output.result import Result
from lskeys.output.views.deletion_warning import deletion_warning
from lskeys.output.views.deletions import DELETIONS
from lskeys.storage import key_reading, key_search
from lskeys.values import replace

if TYPE_CHECKING:
    from lskeys.keys.matching import LocalKey
    from lskeys.lightsail import Lightsail
    from lskeys.storage.key_reading import Opens


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
    passphrase_file: PassphraseFile = None,
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
    by_name = _query(run, unique_names, needs_usage=needs_usage)
    pairs, settled = _found(run, by_name, missing_ok=missing_ok)
    ask = run.terminal.prompt_secret if run.terminal.can_prompt else None
    opens = passphrases.for_key_files(passphrase_file and expanded(passphrase_file), ask)
    safeguards = _Safeguards(key, backup, no_backup, cache(opens))
    cleared = _clear(run, pairs, asked, safeguards)
    _consent(run, cleared.values)
    if not (run.options.yes or run.options.dry_run):
        cleared = _look_again(run, cleared, asked, safeguards)
    deleted = _delete_each(run, cleared.values, backup)
    refused = (each for each in cleared if each.error)
    outcomes = Outcomes([*settled, *refused, *deleted])
    finish(run, Result(DELETIONS, Outcomes([*settled, *deleted]).values), outcomes, "key pairs")


@dataclass(frozen=True, slots=True)
class _Safeguards:
    """What the guard is told beside the fingerprint."""

    key: Path | None
    backup: Path | None
    no_backup: bool
    opens: "Opens"


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


def _query(
    run: Runtime, names: Sequence[str], *, needs_usage: bool
) -> dict[str, Outcomes[KeyPair]]:
    """What each region says of each name; with the instances, if anybody will read of them."""
    questions: list[Callable[[Lightsail], Any]] = [partial(_find, name) for name in names]
    if not needs_usage:
        return dict(zip(names, query_together(run, *questions), strict=True))
    *by_name, usage = query_together(run, *questions, lambda lightsail: lightsail.instances())
    return {
        name: Outcomes(
            each.then(partial(_with_usage, instances))
            for each, instances in zip(found, usage, strict=True)
        )
        for name, found in zip(names, by_name, strict=True)
    }


def _find(name: str, lightsail: "Lightsail") -> KeyPair:
    return lookup.find(lightsail, name)


def _with_usage(usage: Outcome[Sequence[Instance]], pair: KeyPair) -> KeyPair:
    return pair if usage.value is None else pair.with_usage(usage.value)


def _found(
    run: Runtime, by_name: Mapping[str, Outcomes[KeyPair]], *, missing_ok: bool
) -> tuple[list[KeyPair], Outcomes[Deletion]]:
    """The pairs that are meant, and what is settled already: names that are nowhere, failures.

    One of several regions is enough for a name; a region that failed is a failure.
    """
    pairs = [pair for outcomes in by_name.values() for pair in outcomes.values]
    failed: list[Outcome[Deletion]] = [
        Outcome(each.region, error=each.error)
        for outcomes in by_name.values()
        for each in outcomes
        if each.error and not isinstance(each.error, MissingError)
    ]
    absent = {
        name: outcomes.errors[0]
        for name, outcomes in by_name.items()
        if all(isinstance(each.error, MissingError) for each in outcomes)
    }
    return pairs, Outcomes([*failed, *_settled(run, absent, missing_ok=missing_ok)])


def _settled(
    run: Runtime, absent: Mapping[str, LskeysError], *, missing_ok: bool
) -> Iterator[Outcome[Deletion]]:
    """What is said of names that no region has; the nearest that one has is suggested."""
    there = every_pair(run) if {*absent} - {DEFAULT_PAIR} and not missing_ok else Outcomes()
    for name, error in absent.items():
        region = error.region or ""
        if missing_ok:
            yield Outcome(region, Deletion(name, region, "absent"))
        elif name == DEFAULT_PAIR:
            yield Outcome(region, error=error)
        else:
            yield Outcome(region, error=missing(run, name, error, there))


def _clear(
    run: Runtime, pairs: Sequence[KeyPair], asked: delete_guard.Expectation, safeguards: _Safeguards
) -> Outcomes[Clearance]:
    copies = _local_keys(run, safeguards.backup) if asked else ()
    inventory = (key_reading.read(expanded(safeguards.key)),) if safeguards.key else copies
    inventory, copies = _proved(pairs, inventory, copies, safeguards)
    return Outcomes(
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
    )


def _proved(
    pairs: Sequence[KeyPair],
    inventory: Sequence["LocalKey"],
    copies: Sequence["LocalKey"],
    safeguards: _Safeguards,
) -> "tuple[tuple[LocalKey, ...], tuple[LocalKey, ...]]":
    """The local keys, after those that may be a pair's were opened with their passphrase."""
    is_named = safeguards.key is not None
    opened = {
        key.path: key_reading.read(key.path, safeguards.opens)
        for pair in pairs
        for key in delete_guard.undecided(pair, inventory, is_named=is_named)
        if key.encrypted
    }
    return (
        tuple(opened.get(key.path, key) for key in inventory),
        tuple(opened.get(key.path, key) for key in copies),
    )


def _local_keys(run: Runtime, backup: Path | None) -> "tuple[LocalKey, ...]":
    return key_search.find((*run.key_files.directories, *([expanded(backup)] if backup else ())))


def _consent(run: Runtime, clearances: Sequence[Clearance]) -> None:
    """Have each name typed; all answers come before any deletion."""
    for clearance in clearances:
        lines = deletion_warning(clearance.pair, _proof(clearance), run.invocation.now())
        confirm(run.terminal, run.options, "delete it", lines, clearance.pair.name)


def _look_again(
    run: Runtime,
    cleared: Outcomes[Clearance],
    asked: delete_guard.Expectation,
    safeguards: _Safeguards,
) -> Outcomes[Clearance]:
    """The same again, after a prompt that may have stood there for an hour; changed is refused."""

    def again(shown: Clearance) -> Clearance:
        pair = _now(run, shown.pair)
        [now] = _clear(run, [pair], asked, safeguards)
        if now.error:
            raise now.error
        if now.value is None or now.value.shown != shown.shown:
            raise RefusedError(
                f"{pair.name} in {pair.region} changed while the prompt was shown:"
                " it was not deleted",
                hint=f"look at it again: lskeys delete {pair.name} --region {pair.region}",
                region=pair.region,
            )
        return now.value

    return Outcomes(
        attempt(each.region, partial(again, each.value)) if each.value else each for each in cleared
    )


def _now(run: Runtime, pair: KeyPair) -> KeyPair:
    """A pair as it is now, with what was known of it before."""
    lightsail = run.account.lightsail(pair.region)
    found = lookup.find(lightsail, pair.name)
    if pair.used_by is None:
        return found
    return _with_usage(attempt(pair.region, lightsail.instances), found)


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
        with default_pair.backing_up(), run.key_files.open(expanded(backup)) as directory:
            saved = default_pair.download_and_save(lightsail, directory, name, pair=pair)
        removed = replace(
            removed,
            backup=saved.path,
            local_file=removed.local_file or saved.path,
            fingerprint_type=removed.fingerprint_type or saved.fingerprint_type,
        )
    deletion.delete(lightsail, pair, clearance.expected)
    return removed
