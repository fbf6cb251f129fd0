"""fingerprint: every form of local keys, offline. Touches: what the runtime hands it."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer

from lskeys.cli.options import (
    ConnectionOptions,
    OutputOptions,
    PassphraseFile,
    ProgramOptions,
    verb,
)
from lskeys.cli.runtime import Runtime
from lskeys.config.settings import expanded
from lskeys.errors import LskeysError
from lskeys.keypairs.details import OwnedKey, owned
from lskeys.keys import passphrases
from lskeys.keys.fingerprints import FingerprintType
from lskeys.model import attempt
from lskeys.output.result import Result
from lskeys.output.views.key_files import MATCHED_KEYS, OWNED_KEYS


@verb(ConnectionOptions, OutputOptions, ProgramOptions, takes_profiles=True)
def fingerprint_keys(
    run: Runtime,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE]...", help="Key files, - is stdin; else the key directories'."
        ),
    ] = None,
    *,
    match: Annotated[
        bool, typer.Option("--match", help="Ask the account which key pairs they belong to.")
    ] = False,
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Ask for the passphrase of encrypted keys.")
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Show every form of fingerprint of local keys, as openssl and ssh-keygen print them.

    Nothing is asked of AWS without --match. SHA-1 is of the private key, so only that shows it.

    Examples:
        lskeys fingerprint ~/.ssh/id_ed25519
        lskeys fingerprint --match --all-regions
    """
    passphrases.check(passphrase_file, asks=passphrase, can_prompt=run.terminal.can_prompt)
    ask = run.terminal.prompt_secret if passphrase else None
    opens = passphrases.for_key_files(passphrase_file and expanded(passphrase_file), ask)
    words = files or [str(key.path) for key in run.local_keys]
    outcomes = [attempt("", partial(run.key_given, word, opens)) for word in words]
    keys = [outcome.value for outcome in outcomes if outcome.value]
    failures = [outcome.error for outcome in outcomes if outcome.error]
    there, silent = run.every_pair if match else ((), ())
    failures += silent
    shown = owned(keys, there, run.local_keys) if match else [OwnedKey(key) for key in keys]
    if shown:
        run.show(Result(MATCHED_KEYS if match else OWNED_KEYS, shown, failures))
    _tell(run, shown, failures)
    run.fail_if(failures, len(shown), "files and regions" if match else "files")


def _tell(run: Runtime, shown: Sequence[OwnedKey], failures: Sequence[LskeysError]) -> None:
    if run.options.quiet:
        return
    if not shown and not failures:
        directories = ", ".join(str(directory) for directory in dict.fromkeys(run.key_directories))
        run.terminal.note(f"no keys found in {directories}")
    if any(
        each.key.encrypted and len(each.key.fingerprints) < len(FingerprintType) for each in shown
    ):
        run.terminal.hint("keys under a passphrase show every form with --passphrase")
