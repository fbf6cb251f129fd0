"""tag: gives a key pair tags. Touches: what the runtime hands it."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated

import typer

from lskeys.cli.options import ConnectionOptions, OutputOptions, ProgramOptions, SafetyOptions, verb
from lskeys.cli.runtime import Runtime
from lskeys.keypairs import lookup, tagging
from lskeys.keypairs.names import check_name
from lskeys.keypairs.tagging import TagChange
from lskeys.model import KeyPair
from lskeys.output.result import Result
from lskeys.output.views.formatting import tags
from lskeys.output.views.key_pairs import KEY_PAIRS


@verb(ConnectionOptions, OutputOptions, ProgramOptions, SafetyOptions)
def tag_key_pair(
    run: Runtime,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key pair.")],
    words: Annotated[
        list[str], typer.Argument(metavar="KEY[=VALUE]...", help="KEY alone has no value.")
    ],
) -> None:
    """Give a key pair tags; one that it has gets the new value.

    The rest of its tags stay.

    Examples:
        lskeys tag laptop owner=ana automation
        lskeys tag laptop stage=production --dry-run
    """
    wanted = tagging.read_tags(words)
    retag(run, name, lambda pair: tagging.adding(pair, wanted))


def retag(run: Runtime, name: str, decide: Callable[[KeyPair], TagChange]) -> None:
    """Change the tags of a pair wherever it is, and show it.

    The pair is looked up first: tags go by name to any resource of a region, and must not land
    on an instance that is called so.
    """
    check_name(name)
    found, failures = run.look_up(name, lambda lightsail: lookup.find(lightsail, name))
    pairs = [outcome.value for outcome in found if outcome.value]
    changes = {pair.region: decide(pair) for pair in pairs}
    needed = [region for region, change in changes.items() if change.is_needed]
    if not run.options.dry_run:
        apply = partial(
            run.call_regions, lambda lightsail: tagging.apply(lightsail, changes[lightsail.region])
        )
        failed = {outcome.region: outcome.error for outcome in apply(needed) if outcome.error}
        failures += failed.values()
        changes = {region: each for region, each in changes.items() if region not in failed}
    if changes:
        _tell(run, changes.values())
        run.show(Result(KEY_PAIRS, [each.after for each in changes.values()], failures))
    run.fail_if(failures, len(changes), "regions")


def _tell(run: Runtime, changes: Iterable[TagChange]) -> None:
    if run.options.quiet:
        return
    became = "would be" if run.options.dry_run else "are now"
    for change in changes:
        pair = change.before
        old, new = (tags(each.tags) or "none" for each in (pair, change.after))
        fate = f"were {old}, {became} {new}" if change.is_needed else f"are {old}, unchanged"
        run.terminal.note(f"tags of {pair.name} in {pair.region} {fate}")
