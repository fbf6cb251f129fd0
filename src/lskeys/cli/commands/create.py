"""create: a new key pair, its key made and kept here. Touches: what the runtime hands it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lskeys.cli.options import (
    CHANGE_OPTIONS,
    AskPassphrase,
    File,
    Force,
    Out,
    PassphraseFile,
    TagWords,
    verb,
)
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.output import show
from lskeys.cli.saving_keys import (
    confirm_replacing,
    given_passphrase,
    hint_where_keys_are_found,
    report_saved,
    typed_passphrase,
)
from lskeys.errors import LskeysError, UsageError
from lskeys.keypairs import creation, interrupted_create, tagging
from lskeys.keypairs.names import check_new_name
from lskeys.keypairs.results import CreateRequest, SavedKey, proof
from lskeys.keys import passphrases
from lskeys.keys.material import KeySpec, public_key_file
from lskeys.model import Secret
from lskeys.output.result import Result
from lskeys.output.views.saved_keys import SAVED_KEYS
from lskeys.storage.key_directory import inspect

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail

Kind = Literal["rsa", "ed25519"]


@verb(*CHANGE_OPTIONS)
def create_key_pair(
    run: Runtime,
    name: Annotated[str, typer.Argument(metavar="NEW-NAME", help="The new key pair.")],
    *,
    kind: Annotated[Kind | None, typer.Option("--type", help="Default: rsa.")] = None,
    bits: Annotated[
        int | None,
        typer.Option(
            "--bits",
            metavar="BITS",
            min=2048,
            max=16_384,
            help="The size of an RSA key (default: 4096).",
        ),
    ] = None,
    tag: TagWords = None,
    passphrase: AskPassphrase = False,
    passphrase_file: PassphraseFile = None,
    out: Out = None,
    file: File = None,
    force: Force = False,
    service_generated: Annotated[
        bool, typer.Option("--service-generated", help="Have AWS create the key (CreateKeyPair).")
    ] = False,
) -> None:
    """Create a key pair: the key is created locally, and only its public key is sent.

    Prints the path of the private key, NEW-NAME.pem. The public key is saved as NEW-NAME.pem.pub.

    Examples:
        lskeys create backup --out ~/.ssh
        lskeys create ci-runner --type ed25519 --tag owner=ana
    """
    check_new_name(name)
    spec = _key_spec(kind, bits, service_generated=service_generated)
    new = CreateRequest(name, spec, tagging.read_tags(tag or ()), force)
    given = given_passphrase(run, passphrase_file, prompts=passphrase)
    lightsail = run.account.lightsail(_only_region(run, name))
    path = run.key_files.destination(out, file, run.regions).path_for(f"{name}.pem")
    if path is not None:
        run.key_files.name_leftovers(path.parent)
    prompt = (lambda _: given) if given else run.terminal.prompt_secret if passphrase else None
    opens = passphrases.for_key_files(None, prompt)
    there = inspect(path, force=True, passphrase=given) if path else None
    saved = interrupted_create.find_existing(
        lightsail, new, there, opens, dry_run=run.options.dry_run
    )
    failure = None
    if saved is None and run.options.dry_run:
        saved = SavedKey(name, lightsail.region, path or Path("-"), "would save")
    elif saved is None:
        confirm_replacing(run, _there(path) if force and path else [])
        secret = given or typed_passphrase(run, prompts=passphrase)
        saved, failure = _make(run, lightsail, new, path, secret)
    _report(run, saved, failure, encrypts=given is not None or passphrase)


def _there(path: Path) -> list[Path]:
    """What lies where a key and its `.pub` go."""
    return [each for each in (path, public_key_file(path)) if os.path.lexists(each)]


def _report(run: Runtime, saved: SavedKey, failure: LskeysError | None, *, encrypts: bool) -> None:
    """Show what was saved, and raise what failed after that."""
    if saved.path == creation.STDOUT:
        _report_stdout(run, saved)
    else:
        if failure is None:
            report_saved(
                run,
                saved,
                f"key pair {saved.pair_name}",
                undone="nothing was created",
                encrypts=encrypts,
            )
            hint_where_keys_are_found(run, [saved])
        show(run, Result(SAVED_KEYS, [saved], [failure] if failure else []))
    if failure is not None:
        raise failure


def _key_spec(kind: Kind | None, bits: int | None, *, service_generated: bool) -> KeySpec | None:
    if service_generated and (kind or bits):
        raise UsageError(
            "--service-generated leaves --type and --bits to AWS, which makes RSA 2048",
            hint="leave them out, or --service-generated",
        )
    if kind == "ed25519" and bits:
        raise UsageError("--bits is for RSA; every Ed25519 key has 256", hint="leave it out")
    return None if service_generated else KeySpec(kind or "rsa", bits or KeySpec().bits)


def _only_region(run: Runtime, name: str) -> str:
    if len(run.regions) > 1:
        raise UsageError(
            f"a key is made for one region, and {len(run.regions)} are given",
            hint=f"name one, then lskeys import {name} FILE with the others",
        )
    return run.regions[0]


def _make(
    run: Runtime,
    lightsail: "Lightsail",
    new: CreateRequest,
    path: Path | None,
    passphrase: Secret | None,
) -> tuple[SavedKey, LskeysError | None]:
    """Make a key pair; its private key is saved, or without a path written to stdout."""
    if path is None:
        return creation.reveal(lightsail, new, passphrase, run.terminal.secret)
    with run.key_files.open(path.parent) as directory:
        run.terminal.progress("making the key")
        try:
            return creation.save(lightsail, directory, path.name, new, passphrase)
        finally:
            run.terminal.done()


def _report_stdout(run: Runtime, saved: SavedKey) -> None:
    key = f"the key of {saved.pair_name} in {saved.region}"
    if saved.outcome == "would save":
        run.terminal.report(f"would write {key} to stdout, nothing was created")
    else:
        run.terminal.report(f"wrote {key} to stdout, {proof(saved.fingerprint_type)}")
