"""tag: adds tags to a key pair. Touches: what the runtime hands it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated

import typer

from lskeys.cli.options import CHANGE_OPTIONS, verb
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.lookup import without_missing
from lskeys.cli.runtime.output import finish
from lskeys.cli.runtime.queries import change_each, query
from lskeys.keypairs import lookup, tagging
from lskeys.keypairs.names import check_name
from lskeys.keypairs.tagging import TagChange
from lskeys.model import KeyPair, Outcomes
from lskeys.output.result import Result
from lskeys.output.views.formatting import tags
from lskeys.output.views.key_pairs import KEY_PAIRS


@verb(*CHANGE_OPTIONS)
def tag_key_pair(
    run: Runtime,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key pair.")],
    words: Annotated[
        list[str],
        typer.Argument(metavar="KEY[=VALUE]...", help="KEY alone is a tag without a value."),
    ],
) -> None:
    """Add tags to a key pair, or change their values.

    Other tags are not changed.

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
    pairs = without_missing(run, name, query(run, lambda lightsail: lookup.find(lightsail, name)))
    changes = {pair.region: decide(pair) for pair in pairs.values}
    applied = _apply(run, changes)
    failed = {outcome.region for outcome in applied if outcome.error}
    done = [change for region, change in changes.items() if region not in failed]
    _report(run, done)
    outcomes = Outcomes(
        [
            *(each for each in pairs if each.region not in failed),
            *(each for each in applied if each.error),
        ]
    )
    finish(run, Result(KEY_PAIRS, [each.after for each in done]), outcomes, "regions")


def _apply(run: Runtime, changes: Mapping[str, TagChange]) -> Outcomes[KeyPair]:
    needed = [region for region, change in changes.items() if change.is_needed]
    if run.options.dry_run or not needed:
        return Outcomes()
    return change_each(
        run, needed, lambda lightsail: tagging.apply(lightsail, changes[lightsail.region])
    )


def _report(run: Runtime, changes: Iterable[TagChange]) -> None:
    change_word = "would change" if run.options.dry_run else "changed"
    for change in changes:
        pair = change.before
        old, new = (tags(each.tags) or "none" for each in (pair, change.after))
        outcome = f"{change_word} from {old} to {new}" if change.is_needed else f"unchanged: {old}"
        run.terminal.report(f"tags of {pair.name} in {pair.region} {outcome}")
