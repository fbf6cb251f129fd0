"""Looks a key pair up by its name, wherever it is. Touches: what its queries touch."""

from typing import TypeVar

from lskeys.cli.runtime.other_regions import hint_of_other_region
from lskeys.cli.runtime.queries import query, query_together
from lskeys.cli.runtime.runtime import Runtime
from lskeys.cli.suggestions import for_argument
from lskeys.errors import LskeysError, MissingError
from lskeys.model import Instance, KeyPair, Outcomes

T = TypeVar("T")


def without_missing(run: Runtime, name: str, outcomes: Outcomes[T]) -> Outcomes[T]:
    """What those regions said of a key pair that have it, and those that failed.

    Raises:
        MissingError: None of them has it; the nearest name is suggested.
    """
    kept = Outcomes(each for each in outcomes if not isinstance(each.error, MissingError))
    if outcomes and not kept:
        raise missing_error(run, name, outcomes.errors[0], all_key_pairs(run))
    return kept


def missing_error(
    run: Runtime, name: str, error: LskeysError, there: Outcomes[tuple[KeyPair, ...]]
) -> LskeysError:
    """The error for a name that no region knows: where else it is, else the nearest name."""
    from lskeys.keypairs import lookup

    pairs = (pair for each in there.values for pair in each)
    unknown = lookup.missing(name, run.profiles or run.regions, pairs, error)
    hint = None if for_argument(name) else hint_of_other_region(run, name)
    return unknown.with_(hint=hint or unknown.hint)


def all_key_pairs(run: Runtime) -> Outcomes[tuple[KeyPair, ...]]:
    """Every key pair of the regions that respond, and the errors of the others."""
    return query(run, lambda lightsail: lightsail.key_pairs(include_default=True))


def all_pairs_and_instances(
    run: Runtime,
) -> tuple[Outcomes[tuple[KeyPair, ...]], Outcomes[tuple[Instance, ...]]]:
    """The same, and the instances of the regions; both have the same regions, in one order."""
    return query_together(
        run,
        lambda lightsail: lightsail.key_pairs(include_default=True),
        lambda lightsail: lightsail.instances(),
    )
