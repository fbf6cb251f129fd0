"""docs/security.md: every promise names its tests, every fault its group or its row."""

import re
from pathlib import Path

import pytest

from tests.support.matrix import KINDS, MODULES, TESTS
from tests.tools.side_by_side import CASES

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "security.md"
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")

needs_docs = pytest.mark.skipif(not DOCUMENT.exists(), reason="docs/ is not next to these tests")


def section(title: str) -> str:
    """What stands under a heading."""
    return DOCUMENT.read_text("utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]


@needs_docs
def test_every_promise_names_its_tests() -> None:
    """Each line links at least one file, and every link of the document leads to one."""
    promises = re.split(r"^\d+\. ", section("What is promised"), flags=re.MULTILINE)[1:]
    assert promises
    assert [each for each in promises if not LINK.search(each)] == []
    links = LINK.findall(DOCUMENT.read_text("utf-8"))
    assert [link for link in links if not (DOCUMENT.parent / link).exists()] == []


def test_every_module_of_faults_has_its_kind() -> None:
    """Each is named in tests/support/matrix.py, or it would not be counted."""
    there = {f"faults/{each.name}" for each in (TESTS / "faults").glob("test_*.py")}
    assert there <= set(MODULES)
    assert [each for each in MODULES if not (TESTS / each).exists()] == []
    marked = {
        kind
        for each in TESTS.rglob("test_*.py")
        for kind in re.findall(r'^@pytest\.mark\.fault\("(\w+)"\)$', each.read_text(), re.MULTILINE)
    }
    assert {*MODULES.values(), *marked} == {*KINDS}


@needs_docs
def test_every_kind_of_fault_has_its_row() -> None:
    """With at least one case, all of which passed."""
    row = r"^\| (\w+) \| [^|]+ \| (\d+) \| (\d+) \|"
    rows = re.findall(row, section("The fault matrix"), re.MULTILINE)
    assert [kind for kind, *_ in rows] == [*KINDS]
    assert all(0 < int(cases) <= int(points) for _, cases, points in rows)


@needs_docs
def test_side_by_side_is_what_the_script_runs() -> None:
    """Each fault the script tries has its row; `make side-by-side` writes them anew."""
    rows = section("Compared with the AWS CLI").splitlines()
    shown = [row.split(" | ")[0].removeprefix("| ") for row in rows if row.startswith("| ")]
    assert shown[1:] == [case.fault for case in CASES]
