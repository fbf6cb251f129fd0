"""download-default: saves default private keys, verified. Touches: what the runtime hands it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from lskeys.cli.options import (
    ConnectionOptions,
    File,
    Force,
    Out,
    OutputOptions,
    ProgramOptions,
    SafetyOptions,
    verb,
)
from lskeys.cli.runtime import Runtime
from lskeys.errors import LskeysError, RefusedError
from lskeys.keypairs import default_pair
from lskeys.keypairs.names import Destination, default_key_file
from lskeys.keypairs.results import SavedKey
from lskeys.model import DEFAULT_PAIR, KeyPair, Outcome, attempt
from lskeys.output.consent import confirm
from lskeys.output.result import Result
from lskeys.output.views.saved_keys import SAVED_KEYS


@dataclass(frozen=True, slots=True)
class DownloadJob:
    """A region whose default key is wanted.

    `pair` is None where there is none yet (`creates`), or where that could not be found out.
    """

    region: str
    pair: KeyPair | None
    creates: bool = False


@verb(ConnectionOptions, OutputOptions, ProgramOptions, SafetyOptions)
def download_default(
    run: Runtime,
    *,
    out: Out = None,
    file: File = None,
    create: Annotated[
        bool, typer.Option("--create", help="Create the default pair where there is none.")
    ] = False,
    force: Force = False,
) -> None:
    """Save the default private key of one or more regions, verified, with its .pub.

    Prints the path of each private key.

    Examples:
        lskeys download-default --out ~/.ssh
        lskeys download-default --all-regions --dry-run
    """
    destination = run.destination(out, file)
    found = run.call_regions(lambda lightsail: lightsail.default_key_pair())
    jobs, failures = _decide(run, found, create=create)
    if destination.directory is None:
        _write_to_stdout(run, jobs, failures)
        return
    outcomes = _save(run, destination.directory, destination, jobs, force=force)
    failures += [outcome.error for outcome in outcomes if outcome.error]
    saved = [outcome.value for outcome in outcomes if outcome.value]
    for each in saved:
        report_saved(run, each, "default key", undone="nothing was downloaded")
    if saved:
        run.show(Result(SAVED_KEYS, saved, failures))
    run.fail_if(failures, len(saved), "regions")


def _decide(
    run: Runtime, found: Sequence[Outcome[KeyPair | None]], *, create: bool
) -> tuple[list[DownloadJob], list[LskeysError]]:
    """Whose key to download; never one that would come into being without confirmation."""
    jobs: list[DownloadJob] = []
    failures: list[LskeysError] = []
    for outcome in found:
        denied = outcome.error is not None and outcome.error.code == "AccessDeniedException"
        if outcome.error and not denied:
            failures.append(outcome.error)
        elif outcome.value or create:
            jobs.append(
                DownloadJob(outcome.region, outcome.value, not outcome.value and not denied)
            )
        elif len(found) == 1:
            _confirm_creation(run, outcome)
            jobs.append(DownloadJob(outcome.region, None, not denied))
        elif outcome.error:
            failures.append(outcome.error)
        else:
            run.terminal.note(f"{outcome.region} has no default key pair; skipped without --create")
    return jobs, failures


def _confirm_creation(run: Runtime, outcome: Outcome[KeyPair | None]) -> None:
    why = f"{outcome.region} has no default key pair"
    if outcome.error:
        why = f"{outcome.region} does not tell whether it has a default key pair (access denied)"
    refused = RefusedError(
        f"{why}, and downloading would create one",
        hint="to create it, add --create",
        region=outcome.region,
    )
    details = [f"{why}; downloading creates one"]
    confirm(run.terminal, run.options, "create it", details, otherwise=refused)


def _save(
    run: Runtime,
    directory: Path,
    destination: Destination,
    jobs: Sequence[DownloadJob],
    *,
    force: bool,
) -> list[Outcome[SavedKey]]:
    by_region = {job.region: job for job in jobs}
    if run.options.dry_run:
        return [
            _planned(
                directory / destination.name_for(default_key_file(each.region)), each, force=force
            )
            for each in jobs
        ]
    if not jobs:
        return []
    with run.open_key_directory(directory) as held:
        return run.call_regions(
            lambda lightsail: default_pair.download_and_save(
                lightsail,
                held,
                destination.name_for(default_key_file(lightsail.region)),
                pair=by_region[lightsail.region].pair,
                creates=by_region[lightsail.region].creates,
                force=force,
            ),
            tuple(by_region),
        )


def _planned(path: Path, job: DownloadJob, *, force: bool) -> Outcome[SavedKey]:
    pair = job.pair or KeyPair(DEFAULT_PAIR, job.region)
    planned = SavedKey(
        pair.name, job.region, path, "would save", pair.fingerprint, created_at=pair.created_at
    )
    checked = attempt(
        job.region,
        lambda: default_pair.check(path, pair=job.pair, creates=job.creates, force=force),
    )
    return Outcome(job.region, planned if checked.error is None else None, checked.error)


def _write_to_stdout(
    run: Runtime, jobs: Sequence[DownloadJob], failures: list[LskeysError]
) -> None:
    run.fail_if(failures, 0, "regions")
    if run.options.dry_run:
        run.terminal.note(f"would write the default key of {jobs[0].region} to stdout")
        return
    for job in jobs:
        lightsail = run.account.lightsail(job.region)
        verified, _ = default_pair.download_verified(lightsail, job.pair, creates=job.creates)
        run.terminal.secret(verified.private_key.pem)
        if not run.options.quiet:
            proof = (
                f"verified ({verified.match.fingerprint_type})" if verified.match else "unverified"
            )
            run.terminal.note(f"wrote the default key of {job.region} to stdout, {proof}")


def report_saved(run: Runtime, saved: SavedKey, whose: str, *, undone: str) -> None:
    """Say what became of a private key's file, whose key it is, and how that is known."""
    if run.options.quiet:
        return
    proof = (
        f"fingerprint {saved.fingerprint} verified ({saved.fingerprint_type})"
        if saved.fingerprint_type
        else "unverified"
    )
    if saved.outcome == "would save":
        proof = undone
    run.terminal.note(f"{saved.outcome} {saved.path}: {whose} of {saved.region}, {proof}")
    if saved.kept:
        run.terminal.note(f"the file it replaced is {saved.kept}")
    if saved.fingerprint_type is None and saved.outcome != "would save":
        run.terminal.hint("AWS reports no fingerprint to compare with; lskeys cannot vouch for it")
