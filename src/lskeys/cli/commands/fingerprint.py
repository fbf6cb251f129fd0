"""fingerprint: all fingerprints of local keys, offline. Touches: what the runtime hands it."""

import os
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated

import typer

from lskeys.audit import remedies
from lskeys.cli.options import READ_OPTIONS, PassphraseFile, Select, verb
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.lookup import all_key_pairs
from lskeys.cli.runtime.output import fail, show
from lskeys.cli.saving_keys import opening_passphrases
from lskeys.errors import LskeysError, MissingError, UsageError
from lskeys.keypairs.details import KeyWithPairs, with_key_pairs
from lskeys.keys import passphrases
from lskeys.keys.fingerprints import FingerprintType
from lskeys.keys.matching import why_unknown
from lskeys.keys.opening_keys import replaced_file
from lskeys.keys.ssh_loading import OUTDATED_CIPHER, PUTTY
from lskeys.model import KeyPair, Outcomes, attempt
from lskeys.output.result import Result
from lskeys.output.views.formatting import rfc3339
from lskeys.output.views.key_files import MATCHED_KEYS, OWNED_KEYS


@verb(*READ_OPTIONS, takes_profiles=True)
def fingerprint_keys(
    run: Runtime,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE]...", help="Key files, or - for stdin (default: the key directories)."
        ),
    ] = None,
    *,
    match: Annotated[
        bool, typer.Option("--match", help="Find the key pairs that the files belong to.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with code 3 if a file matches no key pair.")
    ] = False,
    select: Select = None,
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Ask for the passphrase of encrypted keys.")
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Show all fingerprints of local keys, as AWS and ssh-keygen print them.

    Without --match, no request is sent to AWS. The SHA-1 fingerprint is computed from the private
    key, so it is not shown for a public key, or for an encrypted private key without its
    passphrase.

    Examples:
        lskeys fingerprint ~/.ssh/id_ed25519
        lskeys fingerprint --match --all-regions
    """
    if strict and not match:
        raise UsageError("--strict is for --match", hint="lskeys fingerprint FILE --match --strict")
    passphrases.check(passphrase_file, prompts=passphrase, can_prompt=run.terminal.can_prompt)
    opens = opening_passphrases(run, passphrase_file, prompts=passphrase)
    words = files or [str(key.path) for key in run.key_files.local_keys]
    keys = Outcomes(attempt("", partial(run.key_files.read, word, opens, select)) for word in words)
    regions = all_key_pairs(run) if match else Outcomes[tuple[KeyPair, ...]]()
    pairs = [pair for found in regions.values for pair in found]
    shown = (
        with_key_pairs(keys.values, pairs, run.key_files.local_keys)
        if match
        else [KeyWithPairs(key) for key in keys.values]
    )
    failures = [*keys.errors, *regions.errors]
    if shown:
        show(run, Result(MATCHED_KEYS if match else OWNED_KEYS, shown, failures))
    _report(run, shown, failures)
    fail(run, failures, len(shown), "files and regions" if match else "files")
    if strict:
        _refuse_strangers(shown)


def _refuse_strangers(shown: Sequence[KeyWithPairs]) -> None:
    strangers = [each.key.path for each in shown if not each.owners]
    if strangers:
        names = ", ".join(map(str, strangers))
        raise MissingError(
            f"no key pair matches {names}", hint="to query more regions, add --all-regions"
        )


def _report(run: Runtime, shown: Sequence[KeyWithPairs], failures: Sequence[LskeysError]) -> None:
    if run.options.quiet:
        return
    if not shown and not failures:
        directories = ", ".join(map(str, run.key_files.directories))
        run.terminal.note(f"no keys found in {directories or '~/.ssh: there is no home directory'}")
    for each in shown:
        for line in _about(each):
            run.terminal.note(line)
    if any(
        each.key.encrypted and len(each.key.fingerprints) < len(FingerprintType) for each in shown
    ):
        run.terminal.hint("to show all fingerprints of an encrypted key, add --passphrase")


def _about(owned_key: KeyWithPairs) -> Iterator[str]:
    """What the table has no column for."""
    key = owned_key.key
    if key.obstacle:
        yield f"ssh cannot load {key.path}: {key.obstacle}"
    if key.is_repeated:
        yield f"{key.path} holds several copies of one key"
    if key.obstacle == PUTTY:
        yield remedies.convert_putty(key.path, os.path.lexists)
    if key.obstacle == OUTDATED_CIPHER:
        yield remedies.encrypt_anew(key.path, os.path.lexists)
    for pair in owned_key.possible:
        why = why_unknown(pair.fingerprint, key)
        yield f"{key.path} may be the key of {pair.name} in {pair.region}: {why}"
    old = replaced_file(key.path.name)
    if old:
        whose = " and ".join(f"{pair.name} in {pair.region}" for pair in owned_key.earlier)
        yield f"{key.path} is an earlier {whose or old[0]}, replaced {rfc3339(old[1])}"
