"""list: key pairs of one, several or all regions. Touches: what the runtime hands it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated

import typer

from lskeys.cli.filter_options import OlderThan, Tags, Unused, read_selection
from lskeys.cli.options import READ_OPTIONS, verb
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.hints import hint_with_account_options
from lskeys.cli.runtime.lookup import all_key_pairs, all_pairs_and_instances
from lskeys.cli.runtime.other_regions import hint_of_other_region
from lskeys.cli.runtime.output import can_stream, fail, lines_of_pages, show, show_page
from lskeys.cli.runtime.queries import stream_regions
from lskeys.cli.suggestions import region_in
from lskeys.errors import LskeysError
from lskeys.keypairs.filters import Selection
from lskeys.model import AccountRegion, KeyPair, Outcomes, with_usage
from lskeys.output.columns import columns, sort
from lskeys.output.result import Column, Result
from lskeys.output.views.key_pairs import KEY_PAIRS
from lskeys.text import is_glob


@verb(*READ_OPTIONS, takes_profiles=True)
def list_key_pairs(
    run: Runtime,
    globs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[GLOB]...", help="Names of key pairs; globs work."),
    ] = None,
    *,
    include_default: Annotated[
        bool, typer.Option("--include-default", help="Include the default key pair of each region.")
    ] = False,
    tag: Tags = None,
    unused: Unused = False,
    in_use: Annotated[
        bool, typer.Option("--in-use", help="Only key pairs that an instance uses.")
    ] = False,
    older_than: OlderThan = None,
    sort_by: Annotated[
        str | None,
        typer.Option("--sort", metavar="[-]COLUMN", help="Sort by a column; - reverses the order."),
    ] = None,
    column_names: Annotated[
        str | None,
        typer.Option("--columns", metavar="COLUMN,...", help="The columns to show, in this order."),
    ] = None,
) -> None:
    """List key pairs.

    Regions are queried in parallel. If one fails, the others are still listed.

    Examples:
        lskeys list --include-default
        lskeys list 'web-*' --all-regions --sort -created
    """
    selection = read_selection(
        run.invocation.now(),
        globs,
        tag,
        older_than,
        unused=unused,
        in_use=in_use,
        include_default=include_default,
    )
    chosen = columns(KEY_PAIRS, column_names)
    names = {column.name for column in chosen} | {(sort_by or "").removeprefix("-")}
    sort((), sort_by, KEY_PAIRS)
    needs_usage = selection.in_use is not None or "used-by" in names
    needs_all = sort_by is not None or needs_usage or "local-files" in names
    if can_stream(run) and not needs_all:
        _stream(run, selection, chosen)
        return
    outcomes = _pairs(run, needs_usage=needs_usage)
    there = [pair for pairs in outcomes.values for pair in pairs]
    found = [pair for pair in there if selection.accepts(pair)]
    if "local-files" in names:
        found = run.key_files.with_local_files(found)
    if outcomes.values:
        pairs = sort(found, sort_by, KEY_PAIRS)
        show(run, Result(KEY_PAIRS, pairs, outcomes.errors, chosen))
    listed = _Listed(outcomes.errors)
    listed.add(there, len(found))
    _conclude(run, selection, listed, len(outcomes.values))


class _Listed:
    """What a list came to.

    Attributes:
        errors: Those of the regions that failed, or broke off.
        defaults: The default pairs there are, shown or not.
        unwanted: The pairs that were not shown, for a hint, as long as none is.
    """

    def __init__(self, errors: Sequence[LskeysError] = ()) -> None:
        self.errors = [*errors]
        self.shown = 0
        self.defaults: list[KeyPair] = []
        self.unwanted: list[KeyPair] = []

    def add(self, there: Sequence[KeyPair], shown: int) -> None:
        """Count pairs that arrived, of which so many are shown."""
        self.shown += shown
        self.defaults += (pair for pair in there if pair.is_default)
        self.unwanted = [] if self.shown else [*self.unwanted, *there]


def _stream(run: Runtime, selection: Selection, chosen: tuple[Column[KeyPair], ...]) -> None:
    """Show pairs while their pages arrive; a list that breaks off says so and fails."""
    listed = _Listed()
    pages = _accepted(run, selection, listed)
    for lines in lines_of_pages(run, Result(KEY_PAIRS, (), chosen=chosen), pages):
        show_page(run, lines)
    regions = sum(len(account.regions.known or ("",)) for account in run.accounts)
    _conclude(run, selection, listed, regions - len(listed.errors))


def _accepted(run: Runtime, selection: Selection, listed: _Listed) -> Iterator[list[KeyPair]]:
    begun: set[AccountRegion] = set()
    for outcome in stream_regions(run, lambda each: each.key_pair_pages()):
        if outcome.error:
            error = outcome.error
            if outcome.where in begun:
                hint = (
                    f"what is shown of {error.region} is not complete; run the same command again"
                )
                error = error.with_(hint=hint)
            listed.errors.append(error)
            continue
        begun.add(outcome.where)
        page = [pair for pair in outcome.value or () if selection.accepts(pair)]
        listed.add(outcome.value or (), len(page))
        yield page


def _pairs(run: Runtime, *, needs_usage: bool) -> Outcomes[tuple[KeyPair, ...]]:
    """The pairs of each region, with the instances that use them where that is needed."""
    if not needs_usage:
        return all_key_pairs(run)
    found, usage = all_pairs_and_instances(run)
    return Outcomes(
        pairs if pairs.error else instances.then(partial(with_usage, pairs.value or ()))
        for pairs, instances in zip(found, usage, strict=True)
    )


def _conclude(run: Runtime, selection: Selection, listed: _Listed, succeeded: int) -> None:
    """Say that nothing was found, and what would find something; fail if a region did."""
    is_json = run.format is not None and run.format.is_json  # then programs read stderr, too
    if succeeded and not listed.shown and not run.options.quiet:
        where = ", ".join(run.profiles or run.regions)
        run.terminal.note(selection.none_found(where))
        hint = _way_out(run, selection, listed.unwanted)
        run.terminal.hint(hint_with_account_options(hint, run.options))
    elif not is_json and (hidden := selection.hidden(listed.defaults)):
        pairs = "1 default key pair is" if hidden == 1 else f"{hidden} default key pairs are"
        run.terminal.report(f"{pairs} not shown; add --include-default")
    fail(run, listed.errors, succeeded, "regions")


def _way_out(run: Runtime, selection: Selection, there: Sequence[KeyPair]) -> str:
    """What would find something: a region that was taken for a name, or has the name."""
    if region := region_in(" ".join(selection.globs)):
        return f"to list the key pairs of the region {region}: lskeys list -r {region}"
    elsewhere = (hint_of_other_region(run, glob) for glob in selection.globs if not is_glob(glob))
    regions = run.options.settings.get("regions", ())
    return next(filter(None, elsewhere), None) or selection.way_out(there, regions)
