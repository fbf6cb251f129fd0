"""What the other files assume: every verb is covered, and works without a fault."""

import pytest

from tests.conftest import Run
from tests.support.lying_server import Liar
from tests.support.verb_cases import VERB_CASES, VerbCase, named, uncovered


def test_every_verb_is_covered() -> None:
    """No verb of the program is left out of what is tried on every verb."""
    assert uncovered() == set()


@pytest.mark.parametrize("case", VERB_CASES, ids=named(VERB_CASES))
@pytest.mark.usefixtures("stage")
def test_all_is_well(case: VerbCase, liar: Liar, run: Run) -> None:
    """Each line does its work, sends the requests listed for it, and reports no error."""
    ran = run(case.line, typed=case.typed)
    assert ran.exit_code == case.exit_code, ran.err
    assert sorted(set(liar.operations)) == list(case.operations)
    assert ran.out
    assert ("lskeys: error: " in ran.err) is bool(case.exit_code)
