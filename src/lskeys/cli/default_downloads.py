"""Default private keys of several regions, downloaded and saved. Touches: what it is handed."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.queries import query_as_they_come
from lskeys.errors import RefusedError
from lskeys.keypairs import default_pair
from lskeys.keypairs.default_pair import DefaultKeyRequest
from lskeys.keypairs.results import SavedKey
from lskeys.keypairs.verification import Verified
from lskeys.model import DEFAULT_PAIR, KeyPair, Outcome, Outcomes, Secret, attempt
from lskeys.output.consent import confirm
from lskeys.storage.key_destination import KeyDestination

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


@dataclass(frozen=True, slots=True)
class DownloadJob:
    """A region whose default key is wanted.

    Attributes:
        pair: Its default pair; None where there is none yet, or where that is not known.
        creates: Whether it is known that the download creates the pair.
        doubt: Why it is to be agreed to first: the download creates a pair, or may.
    """

    region: str
    pair: KeyPair | None
    creates: bool = False
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class SaveOptions:
    """How keys are saved: under which passphrase, and whether in place of another key."""

    passphrase: Secret | None
    force: bool

    def request(self, job: DownloadJob) -> DefaultKeyRequest:
        """The key of a job, saved so."""
        return DefaultKeyRequest(job.pair, job.creates, self.force, self.passphrase)


def plan_downloads(
    run: Runtime, found: Outcomes[KeyPair | None], *, create: bool
) -> tuple[list[DownloadJob], Outcomes[KeyPair | None]]:
    """Whose keys to download, and the failures; of several regions those without are skipped."""
    jobs: list[DownloadJob] = []
    failures: list[Outcome[KeyPair | None]] = []
    without: list[str] = []
    for outcome in found:
        region, pair = outcome.region, outcome.value
        denied = outcome.error is not None and outcome.error.code == "AccessDeniedException"
        if outcome.error and not denied:
            failures.append(outcome)
        elif pair or create:
            jobs.append(DownloadJob(region, pair, not pair and not denied))
        elif len(found) == 1:
            doubt = f"{region} has no default key pair"
            if denied:
                doubt = (
                    f"{region} does not report whether it has a default key pair (access denied)"
                )
            jobs.append(DownloadJob(region, None, not denied, doubt))
        elif outcome.error:
            failures.append(outcome)
        else:
            without.append(region)
    if without:
        which = ", ".join(without)
        one = "one" if len(without) == 1 else "one in each"
        run.terminal.note(
            f"skipped {which}: no default key pair there; to create {one}, add --create"
        )
    return jobs, Outcomes(failures)


def confirm_creation(run: Runtime, jobs: Iterable[DownloadJob]) -> None:
    """Confirm that a download creates a key pair.

    Raises:
        RefusedError: It is not confirmed, and cannot be.
        DeclinedError: The user declined.
    """
    for job in jobs:
        if job.doubt is not None:
            refused = RefusedError(
                f"{job.doubt}, and downloading would create one",
                hint="to create it, add --create",
                region=job.region,
            )
            details = [f"{job.doubt}; downloading will create one"]
            confirm(run.terminal, run.options, "create it", details, otherwise=refused)


def preview(paths: Mapping[DownloadJob, Path], options: SaveOptions) -> Outcomes[SavedKey]:
    """What would be saved, or why it would not, as far as that shows without the keys."""
    return Outcomes(
        attempt(job.region, partial(_planned, job, path, options)) for job, path in paths.items()
    )


def _planned(job: DownloadJob, path: Path, options: SaveOptions) -> SavedKey:
    default_pair.check(path, options.request(job))
    pair = job.pair or KeyPair(DEFAULT_PAIR, job.region)
    return SavedKey(
        pair.name, job.region, path, "would save", pair.fingerprint, created_at=pair.created_at
    )


def files_to_replace(paths: Mapping[DownloadJob, Path], options: SaveOptions) -> list[Path]:
    """The files that `--force` replaces, or may."""
    if not options.force:
        return []
    return [
        each
        for job, path in paths.items()
        for each in default_pair.replaced(path, options.request(job))
    ]


def download_and_save(
    run: Runtime, paths: Mapping[DownloadJob, Path], options: SaveOptions
) -> Outcomes[SavedKey]:
    """Download and save the keys: every place is reserved before the first request."""
    with ExitStack() as held:
        places = _reserve(run, paths, held, options)
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
    run: Runtime, paths: Mapping[DownloadJob, Path], held: ExitStack, options: SaveOptions
) -> dict[str, Outcome[KeyDestination]]:
    if not paths:
        return {}
    directory = held.enter_context(run.key_files.open(next(iter(paths.values())).parent))

    def reserve(job: DownloadJob, path: Path) -> KeyDestination:
        return held.enter_context(default_pair.reserved(directory, path.name, options.request(job)))

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
