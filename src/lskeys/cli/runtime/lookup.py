"""Looks a key pair up by its name, wherever it is. Touches: what its queries touch."""

from typing import TYPE_CHECKING, TypeVar

from lskeys.cli.runtime.queries import query
from lskeys.cli.runtime.runtime import Runtime
from lskeys.errors import LskeysError, MissingError
from lskeys.model import KeyPair, Outcomes

if TYPE_CHECKING:
    pass

T = TypeVar("T")


def having(run: Runtime, name: str, outcomes: Outcomes[T]) -> Outcomes[T]:
    """What those regions said of a key pair that have it, and those that failed.

    Raises:
        MissingError: None of them has it; the nearest name is suggested.
    """
    kept = Outcomes(each for each in outcomes if not isinstance(each.error, MissingError))
    if outcomes and not kept:
        raise missing(run, name, outcomes.errors[0], every_pair(run))
    return kept


def missing(
    run: Runtime, name: str, error: LskeysError, there: Outcomes[tuple[KeyPair, ...]]
) -> MissingError:
    """The error for a name that no region knows; the nearest that one knows is suggested."""
    from lskeys.keypairs import lookup

    pairs = (pair for each in there.values for pair in each)
    return lookup.missing(name, run.profiles or run.regions, pairs, error)


def every_pair(run: Runtime) -> Outcomes[tuple[KeyPair, ...]]:
    """Every key pair of the regions that respond, and the errors of the others."""
    return query(run, lambda lightsail: lightsail.key_pairs(include_default=True))
