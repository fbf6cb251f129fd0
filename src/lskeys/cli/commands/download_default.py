"""download-default: saves default private keys, verified. Touches: what the runtime hands it."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lskeys import keys
from lskeys.cli.options import (
    AskPassphrase,
    ConnectionOptions,
    File,
    Force,
    IntoAgent,
    Lifetime,
    Out,
    OutputOptions,
    PassphraseFile,
    ProgramOptions,
    SafetyOptions,
    verb,
)
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.output import fail, finish
from lskeys.cli.runtime.queries import query, query_as_they_come
from lskeys.config.paths import expanded
from lskeys.errors import RefusedError, UsageError
from lskeys.keypairs import default_pair
from lskeys.keypairs.names import default_key_file
from lskeys.keypairs.results import SavedKey
from lskeys.keypairs.verification import Verified
from lskeys.keys import passphrases
from lskeys.model import DEFAULT_PAIR, KeyPair, Outcome, Outcomes, Secret, attempt
from lskeys.output.consent import confirm
from lskeys.output.result import Result
from lskeys.output.views.saved_keys import SAVED_KEYS
from lskeys.ssh import agent as ssh_agent
from lskeys.storage import KeyDestination

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


@dataclass(frozen=True, slots=True)
class DownloadJob:
    """A region whose default key is wanted.

    `pair` is None where there is none yet (`creates`), or where that could not be found out.
    """

    region: str
    pair: KeyPair | None
    creates: bool = False


@dataclass(frozen=True, slots=True)
class _Manner:
    """How keys are saved: under which passphrase, and whether in place of another key."""

    passphrase: Secret | None
    force: bool


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
    passphrase: AskPassphrase = False,
    passphrase_file: PassphraseFile = None,
    agent: IntoAgent = False,
    lifetime: Lifetime = None,
) -> None:
    """Save the default private key of one or more regions, verified, with its .pub.

    Prints the path of each private key. With --agent the key is only in the memory of ssh-agent.

    Examples:
        lskeys download-default --out ~/.ssh
        lskeys download-default --all-regions --dry-run
    """
    ssh_agent.check_lifetime(lifetime, asks=agent)
    if agent and (out or file or force or passphrase or passphrase_file):
        raise UsageError("--agent saves no file", hint="leave out the options that are about one")
    keeper = ssh_agent.find(run.invocation.environ) if agent else None
    secret = read_passphrase(run, passphrase_file, asks=passphrase)
    destination = run.key_files.destination(out, file, run.regions)
    found = query(run, lambda lightsail: lightsail.default_key_pair())
    jobs, failures = _decide(run, found, create=create)
    if keeper is not None:
        loaded = _load(run, jobs, keeper, lifetime)
        fail(run, [*failures.errors, *loaded.errors], len(loaded.values), "regions")
        return
    if destination.directory is None:
        _write_to_stdout(run, jobs, failures, secret)
        return
    paths = {
        job: destination.directory / destination.name_for(default_key_file(job.region))
        for job in jobs
    }
    saved = (_plan if run.options.dry_run else _save)(run, paths, _Manner(secret, force))
    for each in saved.values:
        report_saved(run, each, "default key", undone="nothing was downloaded")
    finish(run, Result(SAVED_KEYS, saved.values), Outcomes([*failures, *saved]), "regions")


def _decide(
    run: Runtime, found: Outcomes[KeyPair | None], *, create: bool
) -> tuple[list[DownloadJob], Outcomes[KeyPair | None]]:
    """Whose key to download; never one that would come into being without confirmation."""
    jobs: list[DownloadJob] = []
    failures: list[Outcome[KeyPair | None]] = []
    for outcome in found:
        denied = outcome.error is not None and outcome.error.code == "AccessDeniedException"
        if outcome.error and not denied:
            failures.append(outcome)
        elif outcome.value or create:
            jobs.append(
                DownloadJob(outcome.region, outcome.value, not outcome.value and not denied)
            )
        elif len(found) == 1:
            _confirm_creation(run, outcome)
            jobs.append(DownloadJob(outcome.region, None, not denied))
        elif outcome.error:
            failures.append(outcome)
        else:
            run.terminal.note(f"{outcome.region} has no default key pair; skipped without --create")
    return jobs, Outcomes(failures)


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


def _save(run: Runtime, paths: Mapping[DownloadJob, Path], manner: _Manner) -> Outcomes[SavedKey]:
    """Download and save the keys: every place is reserved before the first request."""
    with ExitStack() as held:
        places = _reserve(run, paths, held, manner)
        jobs = {job.region: job for job in paths if places[job.region].value}

        def download(lightsail: "Lightsail") -> tuple[Verified, KeyPair | None]:
            job = jobs[lightsail.region]
            return default_pair.download_verified(lightsail, job.pair, creates=job.creates)

        saved = {
            each.region: _saved(places[each.region], each, creates=jobs[each.region].creates)
            for each in (query_as_they_come(run, tuple(jobs), download) if jobs else ())
        }
    taken: dict[str, Outcome[SavedKey]] = {
        region: Outcome(region, error=each.error) for region, each in places.items()
    }
    return Outcomes((taken | saved)[job.region] for job in paths)


def _reserve(
    run: Runtime, paths: Mapping[DownloadJob, Path], held: ExitStack, manner: _Manner
) -> dict[str, Outcome[KeyDestination]]:
    if not paths:
        return {}
    directory = held.enter_context(run.key_files.open(next(iter(paths.values())).parent))

    def reserve(job: DownloadJob, path: Path) -> KeyDestination:
        reserved = default_pair.reserved(
            directory,
            path.name,
            pair=job.pair,
            creates=job.creates,
            force=manner.force,
            passphrase=manner.passphrase,
        )
        return held.enter_context(reserved)

    return {
        job.region: attempt(job.region, partial(reserve, job, path)) for job, path in paths.items()
    }


def _saved(
    place: Outcome[KeyDestination],
    downloaded: Outcome[tuple[Verified, KeyPair | None]],
    *,
    creates: bool,
) -> Outcome[SavedKey]:
    assert place.value is not None
    if downloaded.value is None:
        return Outcome(place.region, error=downloaded.error)
    save = partial(default_pair.save, place.value, *downloaded.value, place.region, creates=creates)
    return attempt(place.region, save)


def _plan(_run: Runtime, paths: Mapping[DownloadJob, Path], manner: _Manner) -> Outcomes[SavedKey]:
    """What would be saved, or why it would not."""
    return Outcomes(
        attempt(job.region, partial(_planned, job, path, manner)) for job, path in paths.items()
    )


def _planned(job: DownloadJob, path: Path, manner: _Manner) -> SavedKey:
    default_pair.check(
        path,
        pair=job.pair,
        creates=job.creates,
        force=manner.force,
        passphrase=manner.passphrase,
    )
    pair = job.pair or KeyPair(DEFAULT_PAIR, job.region)
    return SavedKey(
        pair.name, job.region, path, "would save", pair.fingerprint, created_at=pair.created_at
    )


def _write_to_stdout(
    run: Runtime,
    jobs: Sequence[DownloadJob],
    failures: Outcomes[KeyPair | None],
    passphrase: Secret | None,
) -> None:
    fail(run, failures.errors, 0, "regions")
    if run.options.dry_run:
        run.terminal.note(f"would write the default key of {jobs[0].region} to stdout")
        return
    for job in jobs:
        lightsail = run.account.lightsail(job.region)
        verified, _ = default_pair.download_verified(lightsail, job.pair, creates=job.creates)
        key = verified.private_key
        run.terminal.secret((keys.encrypt(key, passphrase) if passphrase else key).pem)
        if not run.options.quiet:
            proof = (
                f"verified ({verified.match.fingerprint_type})" if verified.match else "unverified"
            )
            run.terminal.note(f"wrote the default key of {job.region} to stdout, {proof}")


def _load(
    run: Runtime, jobs: Sequence[DownloadJob], keeper: ssh_agent.Agent, lifetime: str | None
) -> Outcomes[str]:
    """Load the keys into ssh-agent, one after the other; the regions whose key is there."""

    def load(job: DownloadJob) -> str:
        verb, proof = "would load", "nothing was downloaded"
        if not run.options.dry_run:
            lightsail = run.account.lightsail(job.region)
            verified, _ = default_pair.download_verified(lightsail, job.pair, creates=job.creates)
            keeper.add(verified.private_key, lifetime)
            form = verified.match.fingerprint_type if verified.match else None
            verb, proof = "loaded", f"verified ({form})" if form else "unverified"
        if not run.options.quiet:
            run.terminal.note(f"{verb} the default key of {job.region} into ssh-agent, {proof}")
        return job.region

    return Outcomes(attempt(job.region, partial(load, job)) for job in jobs)


def read_passphrase(run: Runtime, file: Path | None, *, asks: bool) -> Secret | None:
    """The passphrase of a key that is saved, where one is wanted: of a file, or typed twice."""
    passphrases.check(file, asks=asks, can_prompt=run.terminal.can_prompt)
    ask = run.terminal.prompt_secret if asks else None
    return passphrases.for_new_key(file and expanded(file), ask)


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
    outcome = f"{saved.outcome} (encrypted)" if saved.encrypted else saved.outcome
    run.terminal.note(f"{outcome} {saved.path}: {whose} of {saved.region}, {proof}")
    if saved.obstacle:
        run.terminal.note(f"it was the same key, which ssh could not load: {saved.obstacle}")
    if saved.kept:
        run.terminal.note(f"the file it replaced is {saved.kept}")
    if saved.fingerprint_type is None and saved.outcome != "would save":
        run.terminal.hint("AWS reports no fingerprint to compare with; lskeys cannot vouch for it")
