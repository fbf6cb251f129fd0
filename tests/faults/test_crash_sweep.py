"""Every verb that writes, with a fault at every one of its file system calls."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.writing_cases import VERB_CASES, VerbCase
from tests.tools.sweep import Stage, staged, swept


@pytest.fixture(scope="module")
def on_stage(
    cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[VerbCase], Stage]]:
    """Puts a case where it can be done again and again."""
    with ExitStack() as stack:
        stage = stack.enter_context(staged(cache))
        yield lambda case: stage(tmp_path_factory.mktemp("case"), case)


@pytest.mark.parametrize("case", VERB_CASES, ids=lambda case: case.name)
def test_no_fault_breaks_a_promise(
    on_stage: Callable[[VerbCase], Stage],
    case: VerbCase,
    record_property: Callable[[str, object], None],
) -> None:
    """At every call: whole or absent, old or new, private, reported, finished by the next run."""
    stage = on_stage(case)
    wrongs = swept(stage)
    record_property("fault points", stage.points)
    assert stage.points >= 50
    assert wrongs == []
