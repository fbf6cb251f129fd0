"""A module that is seldom used is loaded once, when it is used, by whichever thread comes first."""

import subprocess
import sys
from pathlib import Path

import pytest

from lskeys.cli.lazy_modules import SELDOM_USED

BY_TWO_THREADS = """
import sys, threading

def show():
    sys.stdout.write(sys.modules['csv'].last)

def is_waiting(thread):
    return sys._current_frames()[thread.ident].f_code.co_name == '__getattr__'

other = threading.Thread(target=show)
other.start()
while not is_waiting(other):
    assert other.is_alive()
last = 'all of it\\n'
"""
AT_THE_SECOND_TRY = """
import sys
sys.tries = getattr(sys, 'tries', 0) + 1
if sys.tries == 1:
    raise OSError('no descriptors')
last = 'all of it\\n'
"""
IN_A_CIRCLE = """
import csv
assert not hasattr(csv, 'last')
last = 'all of it\\n'
"""
USES = """
import csv
try:
    csv.last
except OSError as error:
    print(error)
sys.stdout.write(csv.last)
"""


def printed(program: str, directory: Path) -> list[str]:
    """The lines that a program prints, for which a directory's modules come first."""
    start = (
        f"import sys; sys.path.insert(0, {str(directory)!r})\n"
        "from lskeys.cli import lazy_modules; lazy_modules.install()\n"
    )
    line = (sys.executable, "-c", start + program)
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()


def test_each_is_as_if_it_had_been_imported(tmp_path: Path) -> None:
    """Not loaded by an import, nor by a second one; then it is Python's own in every respect."""
    program = (
        "from importlib import import_module\n"
        f"names = sorted({set(SELDOM_USED)} - {{*sys.modules}})\n"
        "modules = [import_module(name) and import_module(name) for name in names]\n"
        "before = {type(module).__name__ for module in modules}\n"
        "for name, module in zip(names, modules):\n"
        "    print(before, hasattr(module, 'no such name'), type(module) is type(sys),\n"
        "        module.__loader__.name == name, module.__loader__ is module.__spec__.loader,\n"
        "        len(vars(module)) > 10)\n"
    )
    assert set(printed(program, tmp_path)) == {"{'_LaterModule'} False True True True True"}


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (BY_TWO_THREADS, ["all of it", "all of it"]),
        (AT_THE_SECOND_TRY, ["no descriptors", "all of it"]),
        (IN_A_CIRCLE, ["all of it"]),
    ],
    ids=["by two threads", "at the second try", "in a circle"],
)
def test_it_is_whole_when_it_is_used(module: str, expected: list[str], tmp_path: Path) -> None:
    """Other threads wait until it is loaded; what failed is tried again; a circle has an end."""
    (tmp_path / "csv.py").write_text(module)
    assert printed(USES, tmp_path) == expected
