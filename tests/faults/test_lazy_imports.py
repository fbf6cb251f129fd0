"""Python 3.15 loads modules when they are used (PEP 810), and every verb still does its work."""

import subprocess
import sys

import pytest

from tests.support.lying_server import Liar
from tests.support.verb_cases import VERB_CASES, VerbCase, named

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 15), reason="Python before 3.15 has no sys.set_lazy_imports"
)

PROGRAM = (
    "import atexit, sys\n"
    "from lskeys.__main__ import main\n"
    "atexit.register(lambda: print(sys.get_lazy_imports(), file=sys.stderr))\n"
    "main()\n"
)


@pytest.mark.parametrize("case", VERB_CASES, ids=named(VERB_CASES))
@pytest.mark.usefixtures("stage")
def test_every_verb_works_with_lazy_imports(case: VerbCase, liar: Liar) -> None:
    """As a program of its own, it requests the same, ends the same way, and imported lazily."""
    ran = subprocess.run(
        (sys.executable, "-c", PROGRAM, *case.unattended.split()),
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == case.exit_code, ran.stderr
    assert sorted(set(liar.operations)) == list(case.operations)
    assert ran.stdout
    assert "Traceback" not in ran.stderr
    assert ran.stderr.endswith("all\n")
