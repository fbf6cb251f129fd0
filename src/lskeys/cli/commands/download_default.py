"""download-default: saves default private keys, verified. Touches: what the runtime hands it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from lskeys.cli.options import Connection, File, Force, Out, Output, Program, Safety, verb
from lskeys.cli.runtime import Runtime
from lskeys.errors import DeclinedError, LskeysError, RefusedError
from lskeys.keypairs import default_pair
from lskeys.keypairs.names import Destination, default_key_file
from lskeys.keypairs.results import SavedKey
from lskeys.model import DEFAULT_PAIR, Answer, KeyPair, attempt
from lskeys.output.result import Sheet
from lskeys.output.views.saved_keys import SAVED_KEYS


@dataclass(frozen=True, slots=True)
class Wish:
    """A region whose default key is wanted.

    `pair` is None where there is none yet (`creates`), or where that could not be found out.
    """

    region: str
    pair: KeyPair | None
    creates: bool = False


@verb(Connection, Output, Program, Safety)
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
    found = run.ask(lambda lightsail: lightsail.default_key_pair())
    wishes, failures = _decide(run, found, create=create)
    if destination.folder is None:
        _write_to_stdout(run, wishes, failures)
        return
    answers = _save(run, destination.folder, destination, wishes, force=force)
    failures += [answer.error for answer in answers if answer.error]
    saved = [answer.value for answer in answers if answer.value]
    for each in saved:
        tell(run, each, "default key", undone="nothing was downloaded")
    if saved:
        run.show(Sheet(SAVED_KEYS, saved, failures))
    run.fail_if(failures, len(saved), "regions")


def _decide(
    run: Runtime, found: Sequence[Answer[KeyPair | None]], *, create: bool
) -> tuple[list[Wish], list[LskeysError]]:
    """Whose key to download; never one that would come into being unasked."""
    wishes: list[Wish] = []
    failures: list[LskeysError] = []
    for answer in found:
        denied = answer.error is not None and answer.error.code == "AccessDeniedException"
        if answer.error and not denied:
            failures.append(answer.error)
        elif answer.value or create:
            wishes.append(Wish(answer.region, answer.value, not answer.value and not denied))
        elif len(found) == 1:
            _ask_to_create(run, answer)
            wishes.append(Wish(answer.region, None, not denied))
        elif answer.error:
            failures.append(answer.error)
        else:
            run.terminal.note(f"{answer.region} has no default key pair; skipped without --create")
    return wishes, failures


def _ask_to_create(run: Runtime, answer: Answer[KeyPair | None]) -> None:
    why = f"{answer.region} has no default key pair"
    if answer.error:
        why = f"{answer.region} does not tell whether it has a default key pair (access denied)"
    if run.asked.dry_run or run.asked.yes or not run.terminal.can_ask:
        raise RefusedError(
            f"{why}, and downloading would create one",
            hint="to create it, add --create",
            region=answer.region,
        )
    run.terminal.note(f"{why}; downloading creates one")
    if run.terminal.ask("Create it? [y/N]").lower() not in {"y", "yes"}:
        raise DeclinedError("you said no; nothing was created")


def _save(
    run: Runtime, folder: Path, destination: Destination, wishes: Sequence[Wish], *, force: bool
) -> list[Answer[SavedKey]]:
    by_region = {wish.region: wish for wish in wishes}
    if run.asked.dry_run:
        return [
            _planned(
                folder / destination.name_for(default_key_file(each.region)), each, force=force
            )
            for each in wishes
        ]
    if not wishes:
        return []
    with run.open_folder(folder) as held:
        return run.ask(
            lambda lightsail: default_pair.fetch(
                lightsail,
                held,
                destination.name_for(default_key_file(lightsail.region)),
                pair=by_region[lightsail.region].pair,
                creates=by_region[lightsail.region].creates,
                force=force,
            ),
            tuple(by_region),
        )


def _planned(path: Path, wish: Wish, *, force: bool) -> Answer[SavedKey]:
    pair = wish.pair or KeyPair(DEFAULT_PAIR, wish.region)
    planned = SavedKey(
        pair.name, wish.region, path, "would save", pair.fingerprint, created_at=pair.created_at
    )
    checked = attempt(
        wish.region,
        lambda: default_pair.foresee(path, pair=wish.pair, creates=wish.creates, force=force),
    )
    return Answer(wish.region, planned if checked.error is None else None, checked.error)


def _write_to_stdout(run: Runtime, wishes: Sequence[Wish], failures: list[LskeysError]) -> None:
    run.fail_if(failures, 0, "regions")
    if run.asked.dry_run:
        run.terminal.note(f"would write the default key of {wishes[0].region} to stdout")
        return
    for wish in wishes:
        lightsail = run.account.lightsail(wish.region)
        verified, _ = default_pair.obtain(lightsail, wish.pair, creates=wish.creates)
        run.terminal.secret(verified.private_key.pem)
        if not run.asked.quiet:
            proof = f"verified ({verified.match.form})" if verified.match else "unverified"
            run.terminal.note(f"wrote the default key of {wish.region} to stdout, {proof}")


def tell(run: Runtime, saved: SavedKey, whose: str, *, undone: str) -> None:
    """Say what became of a private key's file, whose key it is, and how that is known."""
    if run.asked.quiet:
        return
    proof = (
        f"fingerprint {saved.fingerprint} verified ({saved.form})" if saved.form else "unverified"
    )
    if saved.outcome == "would save":
        proof = undone
    run.terminal.note(f"{saved.outcome} {saved.path}: {whose} of {saved.region}, {proof}")
    if saved.kept:
        run.terminal.note(f"the file it replaced is {saved.kept}")
    if saved.form is None and saved.outcome != "would save":
        run.terminal.hint("AWS reports no fingerprint to compare with; lskeys cannot vouch for it")
