"""Every verb that writes, with a fault at every one of its file system calls."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .sweep import Stage, staged, swept
from .writing_deeds import DEEDS, Deed


@pytest.fixture(scope="module")
def on_stage(
    cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Deed], Stage]]:
    """Puts a deed where it can be done again and again."""
    with ExitStack() as stack:
        stage = stack.enter_context(staged(cache))
        yield lambda deed: stage(tmp_path_factory.mktemp("deed"), deed)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_no_fault_breaks_a_promise(
    on_stage: Callable[[Deed], Stage], deed: Deed, record_property: Callable[[str, object], None]
) -> None:
    """Whole or absent, old or new, private, told, and finished by the next run: at every call."""
    stage = on_stage(deed)
    wrongs = swept(stage)
    record_property("fault points", stage.points)
    assert stage.points >= 60
    assert wrongs == []
