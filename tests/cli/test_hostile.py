"""Nothing the service sends can move a terminal, hide, or be read as markup or as a formula."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.faults.server import Liar, lying, pair, pairs, refused, said

ATTACKS = {
    "escape": "\x1b[31mred\x1b]0;title\x07",
    "link": "\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "c1": "\x9b31m\x9d0;title\x9c",
    "line": "one\ntwo\rthree\x0bfour\x0cfive\x85six\u2028seven\u2029",
    "tab": "one\ttwo",
    "nul": "nul\x00del\x7f",
    "bidi": "\u202eesrever\u2066isolated\u200f",
    "invisible": "zero\u200bwidth\u200djoin\ufeffmark\u00adsoft\u034f\u115f\u3164\u2800",
    "tags": "\U000e0041\U000e0042\ufe0f",
    "combining": "z" + "\u0336\u0489" * 40,
    "surrogate": "lone\ud800pair",
    "markup": "[red]markup[/red] [link=http://evil.example]x[/link] :smile:",
}
FORMATS = ("table", "text", "csv", "json", "jsonl")
MOST_MARKS = 3


@pytest.fixture
def liar(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """A server that sends whatever a test tells it."""
    assert home.is_dir()
    with lying(monkeypatch) as running:
        yield running


def is_harmless(text: str) -> bool:
    """Whether a terminal shows the text and does nothing else; ends of lines are ours."""
    marks = 0
    for character in text.replace("\n", "").replace("\t", ""):
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if not character.isprintable() or marks > MOST_MARKS:
            return False
        if character in "\u034f\u115f\u3164\u2800\ufe0f":
            return False
    return True


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
@pytest.mark.parametrize("output", FORMATS)
def test_every_member_is_harmless_in_every_format(
    output: str, attack: str, liar: Liar, run: Run
) -> None:
    """Names, tags, fingerprints, ARNs: whatever is in them, only visible text comes out."""
    liar.answers(
        "GetKeyPairs",
        pairs(
            pair(
                f"name {attack}",
                fingerprint=attack,
                arn=attack,
                supportCode=attack,
                location={"regionName": attack, "availabilityZone": attack},
                tags=[{"key": attack, "value": attack}],
            )
        ),
    )
    columns = "name,region,created,fingerprint,tags,account,arn,support-code"
    ran = run(f"list -o {output} --columns {columns} --color never", terminal=True)
    assert ran.exit_code == 0
    assert is_harmless(ran.out)
    assert ran.err == ""


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_one_key_pair_is_one_line_of_text(attack: str, liar: Liar, run: Run) -> None:
    """No member can begin a line or a field of its own."""
    liar.answers("GetKeyPairs", pairs(pair(attack, tags=[{"key": attack}], fingerprint=attack)))
    out = run("list").out
    assert out.count("\n") == 1
    assert out.count("\t") == len(("name", "region", "created", "fingerprint", "tags")) - 1


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_names_only_is_one_line_each(attack: str, liar: Liar, run: Run) -> None:
    """`-q` gives a line for a name, and nothing in it moves a terminal."""
    liar.answers("GetKeyPairs", pairs(pair(attack)))
    out = run("list -q").out
    assert (out.count("\n"), is_harmless(out)) == (1, True)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
@pytest.mark.parametrize("options", ["", "-o json"], ids=["lines", "json"])
def test_errors_are_harmless(options: str, attack: str, liar: Liar, run: Run) -> None:
    """The service's message, tip, docs and code reach stderr as visible text."""
    liar.answers(
        "GetKeyPairs",
        refused("InvalidInputException", attack, tip=attack, docs=attack),
    )
    ran = run(f"list {options} --debug")
    assert (ran.exit_code, ran.out) == (8, "")
    assert is_harmless(ran.err)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_questions_are_harmless(attack: str, liar: Liar, run: Run) -> None:
    """What is shown before a deletion is visible text, too: it is what the answer stands on."""
    liar.answers("GetKeyPair", said({"keyPair": pair("web", arn=f"a:b:c:d:{attack}:f")}))
    liar.answers("GetInstances", said({"instances": [{"name": attack, "sshKeyName": "web"}]}))
    ran = run("delete web", typed="no\n")
    assert ran.exit_code == 10
    assert is_harmless(ran.err)
    assert liar.operations.count("DeleteKeyPair") == 0


def test_markup_is_text(liar: Liar, run: Run) -> None:
    """A table shows markup as it came, and obeys none of it."""
    liar.answers("GetKeyPairs", pairs(pair(ATTACKS["markup"])))
    out = run("list -o table --columns name --color always", terminal=True).out
    assert ATTACKS["markup"] in out
    assert "\x1b[31m" not in out


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_formulas_are_inert(formula: str, liar: Liar, run: Run) -> None:
    """In CSV, what a spreadsheet would compute begins with an apostrophe."""
    liar.answers("GetKeyPairs", pairs(pair(formula)))
    row = run("list -o csv --columns name").out.splitlines()[1]
    assert row.strip('"').startswith("'" + formula[0])


def test_a_region_chooses_no_path(liar: Liar, run: Run, home: Path) -> None:
    """A region from GetRegions that could leave a folder is refused before it names a file."""
    liar.answers("GetRegions", said({"regions": [{"name": "../../escape"}]}))
    ran = run("download-default --all-regions --create")
    assert ran.exit_code == 4
    assert liar.operations == ["GetRegions"]
    assert list(home.rglob("*.pem")) == []
