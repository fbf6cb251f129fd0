"""untag: removes tags from a key pair. Touches: what the runtime hands it."""

from typing import Annotated

import typer

from lskeys.cli.commands.tag import retag
from lskeys.cli.options import CHANGE_OPTIONS, verb
from lskeys.cli.runtime import Runtime
from lskeys.keypairs import tagging


@verb(*CHANGE_OPTIONS)
def untag_key_pair(
    run: Runtime,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key pair.")],
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="The keys of the tags.")],
) -> None:
    """Remove tags from a key pair.

    Removing a tag that the key pair does not have is not an error.

    Examples:
        lskeys untag laptop owner
        lskeys untag laptop owner stage --all-regions
    """
    unwanted = tagging.read_keys(keys)
    retag(run, name, lambda pair: tagging.removing(pair, unwanted))
