"""Nothing AWS sends can move a terminal, hide, or be read as markup or as a formula."""

import json
import re
import shlex
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Ran, Run
from tests.support.lying_server import Liar, lying, pair, pairs, refused, said

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
MAX_MARKS = 3
STYLE = re.compile(r"\x1b\[[0-9;]*m")


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
        if not character.isprintable() or marks > MAX_MARKS:
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
    liar.responses(
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
    liar.responses("GetKeyPairs", pairs(pair(attack, tags=[{"key": attack}], fingerprint=attack)))
    out = run("list").out
    assert out.count("\n") == 1
    assert out.count("\t") == len(("name", "region", "created", "fingerprint", "tags")) - 1


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_names_only_is_one_line_each(attack: str, liar: Liar, run: Run) -> None:
    """`-q` gives a line for a name, and nothing in it moves a terminal."""
    liar.responses("GetKeyPairs", pairs(pair(attack)))
    out = run("list -q").out
    assert (out.count("\n"), is_harmless(out)) == (1, True)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
@pytest.mark.parametrize("options", ["", "-o json"], ids=["lines", "json"])
def test_errors_are_harmless(options: str, attack: str, liar: Liar, run: Run) -> None:
    """AWS's message, tip, docs and code reach stderr as visible text."""
    liar.responses(
        "GetKeyPairs",
        refused("InvalidInputException", attack, tip=attack, docs=attack),
    )
    ran = run(f"list {options} --debug")
    assert (ran.exit_code, ran.out) == (8, "")
    assert is_harmless(ran.err)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_questions_are_harmless(attack: str, liar: Liar, run: Run) -> None:
    """What is shown before a deletion is visible text, too: it is what the answer stands on."""
    liar.responses("GetKeyPair", said({"keyPair": pair("web", arn=f"a:b:c:d:{attack}:f")}))
    liar.responses("GetInstances", said({"instances": [{"name": attack, "sshKeyName": "web"}]}))
    ran = run("delete web", typed="no\n")
    assert ran.exit_code == 10
    assert is_harmless(ran.err)
    assert liar.operations.count("DeleteKeyPair") == 0


def test_markup_is_text(liar: Liar, run: Run) -> None:
    """A table shows markup as it came, and obeys none of it."""
    liar.responses("GetKeyPairs", pairs(pair(ATTACKS["markup"])))
    out = run("list -o table --columns name --color always", terminal=True).out
    assert ATTACKS["markup"] in out
    assert "\x1b[31m" not in out


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_formulas_are_inert(formula: str, liar: Liar, run: Run) -> None:
    """In CSV, what a spreadsheet would compute begins with an apostrophe."""
    liar.responses("GetKeyPairs", pairs(pair(formula)))
    row = run("list -o csv --columns name").out.splitlines()[1]
    assert row.strip('"').startswith("'" + formula[0])


def test_a_region_chooses_no_path(liar: Liar, run: Run, home: Path) -> None:
    """A region from GetRegions that could leave a directory is refused before it names a file."""
    liar.responses("GetRegions", said({"regions": [{"name": "../../escape"}]}))
    ran = run("download-default --all-regions --create")
    assert ran.exit_code == 4
    assert liar.operations == ["GetRegions"]
    assert list(home.rglob("*.pem")) == []


def poisoned(attack: str) -> dict[str, object]:
    """A pair with the attack in every member that is text."""
    return pair(
        attack,
        arn=f"arn:aws:lightsail:us-east-1:{attack}:KeyPair/{attack}",
        supportCode=attack,
        fingerprint=attack,
        location={"regionName": attack, "availabilityZone": attack},
        resourceType=attack,
        tags=[{"key": attack, "value": attack}, {"key": attack}],
    )


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_programs_read_the_very_text(attack: str, liar: Liar, run: Run) -> None:
    """JSON escapes: what a program reads from it is what AWS said."""
    liar.responses("GetKeyPairs", pairs(poisoned(attack)))
    [read] = json.loads(run("list -o json").out)["keyPairs"]
    assert (read["name"], read["tags"][1]) == (attack, {"key": attack})


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_queries_are_harmless(attack: str, liar: Liar, run: Run) -> None:
    """The result of a query is as harmless as the whole, in every format."""
    liar.responses("GetKeyPairs", pairs(poisoned(attack)))
    query = "[keyPairs[].[name,fingerprint],keyPairs[].tags,keyPairs[0]][]"
    for output in FORMATS:
        ran = run(f"list -o {output} --query '{query}'", terminal=True)
        assert (ran.exit_code, is_harmless(ran.out), ran.err) == (0, True, "")


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_colour_is_the_only_sequence(attack: str, liar: Liar, run: Run) -> None:
    """In a coloured table, the only sequences are styles, and none that an attack asked for."""
    liar.responses("GetKeyPairs", pairs(poisoned(attack)))
    ran = run("list --color always", terminal=True)
    assert (ran.exit_code, ran.err, "\x1b[1m" in ran.out) == (0, "", True)
    assert is_harmless(STYLE.sub("", ran.out))
    assert "\x1b[31m" not in ran.out


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_codes_are_harmless(attack: str, liar: Liar, run: Run) -> None:
    """An error code is text like any other, of one region or of several."""
    liar.responses("GetKeyPairs", refused(attack, attack))
    for line in ("list --debug", "list -o json", "list -r us-east-1 -r eu-west-1"):
        ran = run(line)
        assert (ran.exit_code, ran.out, is_harmless(ran.err)) == (8, "", True)
        assert all(each.startswith(("lskeys: ", "{")) for each in ran.err.splitlines())


def test_request_ids_are_harmless(liar: Liar, run: Run) -> None:
    """A header is no way in either."""
    refusal = refused("InvalidInputException")
    refusal.headers["x-amzn-RequestId"] = "a\x1b[31mb\x9bc"
    welcome = pairs()
    welcome.headers.update(refusal.headers)
    liar.responses("GetKeyPairs", refusal, welcome)
    assert is_harmless(run("list -o json").err)
    assert is_harmless(run("list --debug").err)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_refusals_are_harmless(attack: str, liar: Liar, run: Run) -> None:
    """What the guard quotes of AWS is visible text."""
    liar.responses("GetKeyPair", said({"keyPair": poisoned(attack) | {"name": "web"}}))
    for options in ("", "-o json"):
        ran = run(f"delete web --fingerprint --yes {options}")
        assert (ran.exit_code, ran.out, is_harmless(ran.err)) == (5, "", True)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_command_lines_are_harmless(attack: str, run: Run) -> None:
    """What was typed, or pasted, is shown spelled out in errors."""
    word = shlex.quote(attack.replace("\ud800", ""))
    for line in (
        word,
        f"list -r {word}",
        f"list --columns {word}",
        f"list --sort {word}",
        f"list -o {word}",
        f"list --query {word}]",
        f"list --{word}",
        f"list -r us-east-1 --endpoint-url http://{word}",
        f"delete -r us-east-1 {word}",
        f"delete -r us-east-1 web --fingerprint={word}",
    ):
        ran = run(line)
        assert (ran.exit_code in {2, 4}, ran.out, is_harmless(ran.err)) == (True, "", True)


def test_letters_stay_as_they_are(liar: Liar, run: Run) -> None:
    """Visible text of any script is shown, not spelled out."""
    name = "Zoë-日本語-עברית-e\u0301"
    liar.responses("GetKeyPairs", pairs(pair(name)))
    assert run("list -q") == Ran(0, out=f"{name}\n")
