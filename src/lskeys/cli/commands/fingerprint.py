"""fingerprint: every form of keys on this disk, offline. Touches: what the runtime hands it."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer

from lskeys.cli.options import Connection, Output, PassphraseFile, Program, verb
from lskeys.cli.runtime import Runtime
from lskeys.config.settings import expanded
from lskeys.errors import LskeysError
from lskeys.keypairs.details import OwnedKey, owned
from lskeys.keys import passphrases
from lskeys.keys.fingerprints import Form
from lskeys.model import attempt
from lskeys.output.result import Sheet
from lskeys.output.views.key_files import MATCHED_KEYS, OWNED_KEYS


@verb(Connection, Output, Program, takes_profiles=True)
def fingerprint_keys(
    run: Runtime,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="Key files, - is stdin; else the key folders'."),
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

    Nothing is asked of AWS without --match. SHA-1 is of the private half, so only that shows it.

    Examples:
        lskeys fingerprint ~/.ssh/id_ed25519
        lskeys fingerprint --match --all-regions
    """
    passphrases.check(passphrase_file, asks=passphrase, can_ask=run.terminal.can_ask)
    ask = run.terminal.ask_secret if passphrase else None
    opens = passphrases.for_key_files(passphrase_file and expanded(passphrase_file), ask)
    words = files or [str(key.path) for key in run.local_keys]
    answers = [attempt("", partial(run.key_given, word, opens)) for word in words]
    keys = [answer.value for answer in answers if answer.value]
    failures = [answer.error for answer in answers if answer.error]
    there, silent = run.every_pair if match else ((), ())
    failures += silent
    shown = owned(keys, there, run.local_keys) if match else [OwnedKey(key) for key in keys]
    if shown:
        run.show(Sheet(MATCHED_KEYS if match else OWNED_KEYS, shown, failures))
    _tell(run, shown, failures)
    run.fail_if(failures, len(shown), "files and regions" if match else "files")


def _tell(run: Runtime, shown: Sequence[OwnedKey], failures: Sequence[LskeysError]) -> None:
    if run.asked.quiet:
        return
    if not shown and not failures:
        folders = ", ".join(str(folder) for folder in dict.fromkeys(run.key_folders))
        run.terminal.note(f"no keys found in {folders}")
    if any(each.key.encrypted and len(each.key.fingerprints) < len(Form) for each in shown):
        run.terminal.hint("keys under a passphrase show every form with --passphrase")
