"""download-default: saves default private keys, verified. Touches: what the runtime hands it."""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from lskeys import keys
from lskeys.cli import default_downloads
from lskeys.cli.default_downloads import DownloadJob, SaveOptions, confirm_creation, plan_downloads
from lskeys.cli.options import (
    CHANGE_OPTIONS,
    AskPassphrase,
    File,
    Force,
    IntoAgent,
    Lifetime,
    Out,
    PassphraseFile,
    verb,
)
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.output import fail, finish
from lskeys.cli.runtime.queries import query
from lskeys.cli.saving_keys import (
    confirm_replacing,
    given_passphrase,
    hint_where_keys_are_found,
    load_into_agent,
    report_saved,
    typed_passphrase,
)
from lskeys.errors import UsageError
from lskeys.keypairs import default_pair
from lskeys.keypairs.results import SavedKey, proof
from lskeys.model import Outcomes, Secret, attempt, default_key_file
from lskeys.output.result import Result
from lskeys.output.views.saved_keys import SAVED_KEYS
from lskeys.ssh import agent as ssh_agent


@verb(*CHANGE_OPTIONS)
def download_default(
    run: Runtime,
    *,
    out: Out = None,
    file: File = None,
    create: Annotated[
        bool, typer.Option("--create", help="Create the default key pair if there is none.")
    ] = False,
    force: Force = False,
    passphrase: AskPassphrase = False,
    passphrase_file: PassphraseFile = None,
    agent: IntoAgent = False,
    lifetime: Lifetime = None,
) -> None:
    """Download and verify default private keys, of one or more regions.

    Prints the path of each private key; the public key is saved next to it, as .pub. With --agent,
    the key is kept only in the memory of ssh-agent.

    Examples:
        lskeys download-default --out ~/.ssh
        lskeys download-default --all-regions --dry-run
    """
    ssh_agent.check_lifetime(lifetime, for_agent=agent)
    if agent and (out or file or force or passphrase or passphrase_file):
        raise UsageError("--agent saves no file", hint="leave out the options that are about one")
    keeper = ssh_agent.find(run.invocation.environ) if agent else None
    given = given_passphrase(run, passphrase_file, prompts=passphrase)
    destination = run.key_files.destination(out, file, run.regions)
    found = query(run, lambda lightsail: lightsail.default_key_pair())
    jobs, failures = plan_downloads(run, found, create=create)
    if keeper is not None:
        loaded = _load(run, jobs, keeper, lifetime)
        fail(run, [*failures.errors, *loaded.errors], len(loaded.values), "regions")
    elif destination.directory is None:
        fail(run, failures.errors, 0, "regions")
        _write_to_stdout(run, jobs[0], given, prompts=passphrase)
    else:
        paths = {
            job: destination.directory / (destination.name or default_key_file(job.region))
            for job in jobs
        }
        saved = _save(run, paths, SaveOptions(given, force), prompts=passphrase)
        for each in saved.values:
            report_saved(
                run,
                each,
                "default key",
                undone="nothing was downloaded",
                encrypts=given is not None or passphrase,
            )
        hint_where_keys_are_found(run, saved.values)
        finish(run, Result(SAVED_KEYS, saved.values), Outcomes([*failures, *saved]), "regions")


def _save(
    run: Runtime, paths: Mapping[DownloadJob, Path], options: SaveOptions, *, prompts: bool
) -> Outcomes[SavedKey]:
    """Save the keys, after what was to be agreed to; what is refused anyway shows no prompt.

    A file that is there may be encrypted, and show only with its passphrase whose key it holds.
    """
    force = options.force
    if prompts and any(os.path.lexists(path) for path in paths.values()):
        options = SaveOptions(typed_passphrase(run, prompts=prompts), force)
    planned = default_downloads.preview(paths, options)
    open_jobs = [job for job, each in zip(paths, planned, strict=True) if not each.error]
    confirm_creation(run, open_jobs)
    if run.options.dry_run:
        return planned
    if open_jobs and options.passphrase is None:
        options = SaveOptions(typed_passphrase(run, prompts=prompts), force)
    confirm_replacing(run, default_downloads.files_to_replace(paths, options))
    return default_downloads.download_and_save(run, paths, options)


def _write_to_stdout(
    run: Runtime, job: DownloadJob, given: Secret | None, *, prompts: bool
) -> None:
    confirm_creation(run, [job])
    if run.options.dry_run:
        run.terminal.note(f"would write the default key of {job.region} to stdout")
        return
    passphrase = given or typed_passphrase(run, prompts=prompts)
    lightsail = run.account.lightsail(job.region)
    verified, _ = default_pair.download_verified(lightsail, job.pair, creates=job.creates)
    key = verified.private_key
    run.terminal.secret((keys.encrypt(key, passphrase) if passphrase else key).pem)
    said = proof(verified.fingerprint_type)
    run.terminal.report(f"wrote the default key of {job.region} to stdout, {said}")


def _load(
    run: Runtime, jobs: Sequence[DownloadJob], keeper: ssh_agent.Agent, lifetime: str | None
) -> Outcomes[str]:
    """Load the keys into ssh-agent, one after the other; the regions whose key is there."""

    def load(job: DownloadJob) -> str:
        verb, said = "would load", "nothing was downloaded"
        if not run.options.dry_run:
            lightsail = run.account.lightsail(job.region)
            verified, _ = default_pair.download_verified(lightsail, job.pair, creates=job.creates)
            load_into_agent(run, keeper, verified.private_key, lifetime)
            verb, said = "loaded", proof(verified.fingerprint_type)
        run.terminal.report(f"{verb} the default key of {job.region} into ssh-agent, {said}")
        return job.region

    confirm_creation(run, jobs)
    return Outcomes(attempt(job.region, partial(load, job)) for job in jobs)
