"""The key pairs that `delete` is about, looked up. Touches: what its queries touch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.lookup import all_key_pairs, missing_error
from lskeys.cli.runtime.queries import query_together
from lskeys.errors import LskeysError, MissingError
from lskeys.keypairs import lookup
from lskeys.keypairs.filters import Selection
from lskeys.keypairs.results import Deletion
from lskeys.keypairs.targets import Targets
from lskeys.model import DEFAULT_PAIR, Instance, KeyPair, Outcome, Outcomes, with_usage

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail

Pairs = tuple[KeyPair, ...]


@dataclass(frozen=True, slots=True)
class DeleteLookup:
    """What the regions say of the targets.

    Attributes:
        pairs: The pairs, each once, with the instances that use them where those are known.
        absent: The names that no region has, each with the error of the first one.
        unmatched: The globs and filters that select nothing in any region.
        failures: The errors of the regions that failed.
    """

    pairs: Pairs
    absent: Mapping[str, LskeysError]
    unmatched: tuple[Selection, ...]
    failures: tuple[LskeysError, ...]


def look_up_targets(run: Runtime, targets: Targets) -> DeleteLookup:
    """The pairs in every region; one of several regions is enough for a name or a glob."""
    queries: list[Callable[[Lightsail], Any]] = [partial(_named, each) for each in targets.names]
    if targets.selections:
        queries.append(_listed)
    *results, usage = query_together(run, *queries, lambda lightsail: lightsail.instances())
    used = [_with_usage(each, usage, targets) for each in results]
    by_name = dict(zip(targets.names, used, strict=False))
    listed = used[-1] if targets.selections else Outcomes()
    selected = {each: _select(each, listed) for each in targets.selections}
    absent = {
        name: each.errors[0]
        for name, each in by_name.items()
        if all(isinstance(outcome.error, MissingError) for outcome in each)
    }
    every = (*(pair for each in by_name.values() for pair in _pairs(each)),)
    every += (*(pair for pairs in selected.values() for pair in pairs),)
    errors = (error for outcomes in used for error in outcomes.errors)
    return DeleteLookup(
        tuple({(pair.region, pair.name): pair for pair in every}.values()),
        absent,
        () if listed.errors else tuple(each for each, pairs in selected.items() if not pairs),
        tuple(dict.fromkeys(each for each in errors if not isinstance(each, MissingError))),
    )


def outcomes_without_deletion(
    run: Runtime, found: DeleteLookup, *, missing_ok: bool
) -> Iterator[Outcome[Deletion]]:
    """What needs no deletion: failures, and targets that no region has."""
    for error in found.failures:
        yield Outcome(error.region or "", error=error)
    region = run.regions[0]
    if missing_ok:
        for absent in (*found.absent, *map(str, found.unmatched)):
            yield Outcome(region, Deletion(absent, region, "absent"))
        return
    there = all_key_pairs(run) if {*found.absent} - {DEFAULT_PAIR} else Outcomes()
    for name, error in found.absent.items():
        is_default = name == DEFAULT_PAIR
        yield Outcome(region, error=error if is_default else missing_error(run, name, error, there))
    for selection in found.unmatched:
        yield Outcome(
            region,
            error=MissingError(
                f"no key pair in {', '.join(run.regions)} matches {selection}",
                hint="to list key pairs: lskeys list",
            ),
        )


def _named(name: str, lightsail: "Lightsail") -> Pairs:
    return (lookup.find(lightsail, name),)


def _listed(lightsail: "Lightsail") -> Pairs:
    return lightsail.key_pairs(include_default=False)


def _with_usage(
    results: Outcomes[Pairs], usage: Outcomes[Sequence[Instance]], targets: Targets
) -> Outcomes[Pairs]:
    """The pairs with the instances that use them; without those a filter by use cannot decide."""
    needs_usage = any(each.in_use is not None for each in targets.selections)
    return Outcomes(
        Outcome(each.region, error=instances.error)
        if needs_usage and instances.error and not each.error
        else each.then(partial(with_usage, instances=instances.value))
        for each, instances in zip(results, usage, strict=True)
    )


def _select(selection: Selection, listed: Outcomes[Pairs]) -> Pairs:
    return tuple(pair for pair in _pairs(listed) if selection.accepts(pair) and not pair.is_default)


def _pairs(outcomes: Outcomes[Pairs]) -> Iterator[KeyPair]:
    return (pair for pairs in outcomes.values for pair in pairs)
