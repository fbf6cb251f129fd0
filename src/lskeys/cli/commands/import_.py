"""import: a public key into one or more regions. Touches: what the runtime hands it."""

from collections.abc import Iterable
from typing import Annotated

import typer

from lskeys.cli.options import CHANGE_OPTIONS, Select, TagWords, verb
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.key_files import STREAM
from lskeys.cli.runtime.output import finish
from lskeys.cli.runtime.queries import change_each
from lskeys.errors import UsageError
from lskeys.keypairs import importing, tagging
from lskeys.keypairs.importable_key import ImportableKey, importable_key
from lskeys.keypairs.importing import ImportRequest
from lskeys.keypairs.names import check_new_name
from lskeys.keypairs.results import ImportedKey
from lskeys.output.result import Result
from lskeys.output.views.imported_keys import IMPORTED_KEYS


@verb(*CHANGE_OPTIONS)
def import_key_pair(
    run: Runtime,
    name: Annotated[str, typer.Argument(metavar="NEW-NAME", help="The new key pair.")],
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help="A public or private key; - is stdin.")
    ] = None,
    *,
    if_absent: Annotated[
        bool, typer.Option("--if-absent", help="Succeed if the key pair exists with the same key.")
    ] = False,
    select: Select = None,
    tag: TagWords = None,
) -> None:
    """Import a public key as a key pair, in one or more regions.

    If FILE is a private key, only its public key is sent. The fingerprint that AWS reports is
    verified.

    Examples:
        lskeys import desktop ~/.ssh/id_ed25519.pub
        lskeys import desktop ~/.ssh/id_ed25519.pub -r us-east-1,eu-west-1
    """
    check_new_name(name)
    request = ImportRequest(
        name, _read_public_key(run, name, file, select), tagging.read_tags(tag or ()), if_absent
    )
    act = importing.preview if run.options.dry_run else importing.import_key
    outcomes = change_each(run, run.regions, lambda lightsail: act(lightsail, request))
    _note_others(run, outcomes.values)
    finish(run, Result(IMPORTED_KEYS, outcomes.values), outcomes, "regions")


def _note_others(run: Runtime, imported: Iterable[ImportedKey]) -> None:
    """Name the other key pairs with the same key: whoever deletes one still has the others."""
    for each in imported:
        if each.other_names:
            names = ", ".join(each.other_names)
            run.terminal.report(f"the same key is already in {each.pair.region}, as {names}")


def _read_public_key(
    run: Runtime, name: str, file: str | None, select: str | None
) -> ImportableKey:
    if file is None:
        raise UsageError(
            "no key is named", hint=f"such as lskeys import {name} ~/.ssh/id_ed25519.pub"
        )
    key = run.key_files.read(file, lambda _: None, select)
    if file != STREAM:
        run.key_files.warn_of_others(key.path)
    public_key = importable_key(key, name)
    if key.has_private:
        kind = f"a private key ({key.obstacle})" if key.obstacle else "a private key"
        copies = ", in several copies" if key.is_repeated else ""
        run.terminal.report(f"{key.path} is {kind}{copies}: only its public key is sent")
    return public_key
