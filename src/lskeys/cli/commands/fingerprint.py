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
from lskeys.cli.runtime.lookup import every_pair
from lskeys.cli.runtime.output import fail, show
from lskeys.config.paths import expanded
from lskeys.errors import LskeysError
from lskeys.keypairs.details import OwnedKey, owned
from lskeys.keys import passphrases
from lskeys.keys.fingerprints import FingerprintType
from lskeys.model import KeyPair, Outcomes, attempt
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
    words = files or [str(key.path) for key in run.key_files.local_keys]
    keys = Outcomes(attempt("", partial(run.key_files.read, word, opens)) for word in words)
    regions = every_pair(run) if match else Outcomes[tuple[KeyPair, ...]]()
    pairs = [pair for found in regions.values for pair in found]
    shown = (
        owned(keys.values, pairs, run.key_files.local_keys)
        if match
        else [OwnedKey(key) for key in keys.values]
    )
    failures = [*keys.errors, *regions.errors]
    if shown:
        show(run, Result(MATCHED_KEYS if match else OWNED_KEYS, shown, failures))
    _tell(run, shown, failures)
    fail(run, failures, len(shown), "files and regions" if match else "files")


def _tell(run: Runtime, shown: Sequence[OwnedKey], failures: Sequence[LskeysError]) -> None:
    if run.options.quiet:
        return
    if not shown and not failures:
        directories = ", ".join(
            str(directory) for directory in dict.fromkeys(run.key_files.directories)
        )
        run.terminal.note(f"no keys found in {directories}")
    if any(
        each.key.encrypted and len(each.key.fingerprints) < len(FingerprintType) for each in shown
    ):
        run.terminal.hint("keys under a passphrase show every form with --passphrase")
