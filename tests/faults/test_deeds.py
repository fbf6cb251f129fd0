"""What the other files take for granted: every verb is there, and works when all is well."""

import pytest

from tests.conftest import Run

from .deeds import DEEDS, Deed, named, uncovered
from .server import Liar


def test_every_verb_is_covered() -> None:
    """No verb of the program is left out of what is tried on every verb."""
    assert uncovered() == set()


@pytest.mark.parametrize("deed", DEEDS, ids=named(DEEDS))
@pytest.mark.usefixtures("stage")
def test_all_is_well(deed: Deed, liar: Liar, run: Run) -> None:
    """Each line does its work, asks for what it says it asks for, and speaks of no error."""
    ran = run(deed.line, typed=deed.asks)
    assert ran.exit_code == deed.exit_code, ran.err
    assert sorted(set(liar.operations)) == list(deed.operations)
    assert ran.out
    assert ("lskeys: error: " in ran.err) is bool(deed.exit_code)
