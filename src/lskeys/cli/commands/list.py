"""list: key pairs of one, several or all regions. Touches: what the runtime hands it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from lskeys.cli.options import ConnectionOptions, OutputOptions, ProgramOptions, verb
from lskeys.cli.runtime import Runtime
from lskeys.concurrency import Pending
from lskeys.errors import LskeysError, UsageError
from lskeys.keypairs.filters import Selection
from lskeys.model import KeyPair
from lskeys.output.columns import columns, sort
from lskeys.output.result import Column, Result
from lskeys.output.views.key_pairs import KEY_PAIRS

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


@verb(ConnectionOptions, OutputOptions, ProgramOptions, takes_profiles=True)
def list_key_pairs(
    run: Runtime,
    globs: Annotated[
        list[str] | None, typer.Argument(metavar="[GLOB]...", help="Only names like these.")
    ] = None,
    *,
    include_default: Annotated[
        bool, typer.Option("--include-default", help="With each region's default pair.")
    ] = False,
    tag: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="KEY[=VALUE]", help="Only pairs with this tag; globs work."),
    ] = None,
    unused: Annotated[
        bool, typer.Option("--unused", help="Only pairs that no instance names.")
    ] = False,
    in_use: Annotated[
        bool, typer.Option("--in-use", help="Only pairs that an instance names.")
    ] = False,
    sort_by: Annotated[
        str | None,
        typer.Option("--sort", metavar="[-]COLUMN", help="Order by a column; - is downwards."),
    ] = None,
    column_names: Annotated[
        str | None,
        typer.Option("--columns", metavar="COLUMN,...", help="Which columns, in which order."),
    ] = None,
) -> None:
    """List key pairs.

    Regions are queried in parallel. A failing region or account does not hide the others.

    Examples:
        lskeys list --include-default
        lskeys list 'web-*' --all-regions --sort -created
    """
    if unused and in_use:
        raise UsageError("--unused and --in-use cannot be combined", hint="choose one")
    selection = Selection(
        globs=tuple(globs or ()),
        tags=tuple(tag or ()),
        include_default=include_default,
        in_use=in_use if unused or in_use else None,
    )
    chosen = columns(KEY_PAIRS, column_names)
    names = {column.name for column in chosen} | {(sort_by or "").removeprefix("-")}
    sort((), sort_by, KEY_PAIRS)
    needs_usage = selection.in_use is not None or "used-by" in names
    needs_all = sort_by is not None or needs_usage or "local-files" in names
    if run.streams and not needs_all and not run.has_several_accounts:
        _stream(run, selection, chosen)
        return
    outcomes = run.call_accounts(
        lambda lightsail: _found(lightsail, selection, needs_usage=needs_usage)
    )
    there = [
        replace(pair, profile=outcome.profile) if outcome.profile else pair
        for outcome in outcomes
        for pair in outcome.value or ()
    ]
    found = [pair for pair in there if selection.accepts(pair)]
    pairs = run.with_local_files(found) if "local-files" in names else found
    errors = [outcome.error for outcome in outcomes if outcome.error]
    succeeded = len(outcomes) - len(errors)
    if succeeded:
        run.show(Result(KEY_PAIRS, sort(pairs, sort_by, KEY_PAIRS), errors, chosen))
    if succeeded and not pairs:
        _say_nothing_found(run, selection, there)
    run.fail_if(errors, succeeded, "regions")


def _stream(run: Runtime, selection: Selection, chosen: tuple[Column[KeyPair], ...]) -> None:
    """Show pairs while their pages arrive; a list that breaks off says so and fails."""
    errors: list[LskeysError] = []
    begun: set[str] = set()
    unwanted: list[KeyPair] = []  # kept for a hint, until there is a pair to show
    shown = 0

    def accepted() -> Iterator[list[KeyPair]]:
        nonlocal shown
        wants_default = selection.wants_default
        for outcome in run.stream(lambda each: each.key_pair_pages(include_default=wants_default)):
            if outcome.error:
                errors.append(_broken_off(outcome.error, begun))
                continue
            begun.add(outcome.region)
            page = [pair for pair in outcome.value or () if selection.accepts(pair)]
            shown += len(page)
            if shown:
                unwanted.clear()
            else:
                unwanted.extend(outcome.value or ())
            yield page

    run.show_pages(Result(KEY_PAIRS, (), chosen=chosen), accepted())
    succeeded = len(run.regions) - len(errors)
    if succeeded and not shown:
        _say_nothing_found(run, selection, unwanted)
    run.fail_if(errors, succeeded, "regions")


def _broken_off(error: LskeysError, begun: set[str]) -> LskeysError:
    """The error, which says of a region that was partly shown that it was."""
    if error.region in begun:
        error.hint = f"what is shown of {error.region} is not complete; run the same command again"
    return error


def _found(
    lightsail: "Lightsail", selection: Selection, *, needs_usage: bool
) -> tuple[KeyPair, ...]:
    instances = Pending(lightsail.instances) if needs_usage else None
    pairs = lightsail.key_pairs(include_default=selection.wants_default)
    if instances is None:
        return pairs
    return tuple(pair.with_usage(instances.result()) for pair in pairs)


def _say_nothing_found(run: Runtime, selection: Selection, there: Sequence[KeyPair]) -> None:
    """Say so, and what would find something."""
    if run.options.quiet:
        return
    where = run.options.profiles if run.has_several_accounts else run.regions
    run.terminal.note(f"no key pairs found in {', '.join(where)}")
    run.terminal.hint(selection.way_out(there))
