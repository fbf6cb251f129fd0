"""The terminal: what every verb shows there is text, and a prompt is for a person only."""

import csv
import json
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest

from lskeys.cli.app import main
from lskeys.cli.runtime import Invocation
from lskeys.errors import ExitCode
from lskeys.sandbox import DEFAULT_PAIR
from tests.conftest import NOW, REGION, Run, Stream
from tests.support.hostile_text import ATTACKS, EVERYTHING, STYLE, is_harmless
from tests.support.lying_server import Call, Liar, Reply, pair, pairs, refused, reworded
from tests.support.verb_cases import FORMATTED, PROMPTED, REMOTE, VERB_CASES, Stage, VerbCase, named

pytestmark = pytest.mark.usefixtures("stage")

SPARED = frozenset({"__type", "privateKeyBase64", "publicKeyBase64", "algorithm", "publicKey"})
"""Without these there would be no case."""
NAMED = {
    "CreateKeyPair": {"name", "resourceName"},
    "GetKeyPair": {"name"},
    "GetRegions": {"name"},
    "ImportKeyPair": {"resourceName"},
    "TagResource": {"resourceName"},
    "UntagResource": {"resourceName"},
    "DeleteKeyPair": {"resourceName"},
}
"""Members that say what a response is about, which must be what was requested."""

NOT_TEXT = re.compile(r"\d+(\.\d+){3}|ssh-\S+ \S+|\d{4}-\d\d-.*")
"""Addresses, keys and dates: without them there is nothing to show."""


class Twist:
    """Puts an attack behind every text of a response, or in front; some members are spared."""

    def __init__(self, attack: str, *spared: str, in_front: bool = False) -> None:
        self._attack = attack
        self._spared = SPARED | set(spared)
        self._in_front = in_front

    def __call__(self, call: Call, response: Reply) -> Reply:
        """The response with the attack in it."""
        spared = self._spared | NAMED.get(call.operation, set())

        def word(member: str, text: str) -> str:
            if member in spared or text == DEFAULT_PAIR or NOT_TEXT.fullmatch(text):
                return text
            return f"{self._attack}{text}" if self._in_front else f"{text}{self._attack}"

        return reworded(response, word)


def _typed(case: VerbCase) -> tuple[str, ...]:
    """What has to stay as it is where an instance is named: the name, and that it is reachable."""
    return ("name", "state", "protocol") if case.verb == "authorize" else ()


@pytest.mark.parametrize("output", ["table", "text", "json"])
@pytest.mark.parametrize("case", FORMATTED, ids=named(FORMATTED))
def test_every_text_of_every_response(case: VerbCase, output: str, liar: Liar, run: Run) -> None:
    """Whatever texts AWS sends, a verb that does its work shows visible text alone."""
    liar.twist = Twist(EVERYTHING, "fingerprint", "username", *_typed(case))
    ran = run(f"{case.unattended} -o {output} --color never", terminal=True)
    assert ran.exit_code == case.exit_code, ran.err
    assert is_harmless(ran.out + ran.err)


@pytest.mark.parametrize("case", REMOTE, ids=named(REMOTE))
def test_every_fingerprint_and_user(case: VerbCase, liar: Liar, run: Run) -> None:
    """A verb that refuses its work shows visible text alone, whatever its message quotes."""
    liar.twist = Twist(EVERYTHING)
    ran = run(f"{case.unattended} --debug")
    assert ran.exit_code != 1
    assert is_harmless(ran.out + ran.err)


@pytest.mark.parametrize(("code", "options"), [("OddException", ""), (EVERYTHING, "-o json")])
@pytest.mark.parametrize("case", REMOTE, ids=named(REMOTE))
def test_every_error(case: VerbCase, code: str, options: str, liar: Liar, run: Run) -> None:
    """Whatever AWS says when it refuses, one visible line a member comes out."""
    odd = refused(code, EVERYTHING, tip=EVERYTHING, docs=EVERYTHING)
    odd.headers["x-amzn-RequestId"] = "a\x1b[31mb\x9bc"
    for operation in case.operations:
        liar.responses(operation, odd)
    ran = run(f"{case.unattended} --debug {options}")
    assert ran.exit_code != 1
    assert is_harmless(ran.out + ran.err)


@pytest.mark.parametrize("case", PROMPTED, ids=named(PROMPTED))
def test_every_prompt(case: VerbCase, liar: Liar, run: Run) -> None:
    """What a prompt shows, and what depends on it, is visible text."""
    liar.twist = Twist(EVERYTHING, "fingerprint", "username")
    ran = run(case.line, typed="no\n")
    assert ran.exit_code == 10, ran.err
    assert is_harmless(ran.out)
    assert is_harmless(ran.err.replace("\x1b[2K", "").replace("\r", ""))


@pytest.mark.parametrize("case", FORMATTED, ids=named(FORMATTED))
def test_every_formula(case: VerbCase, liar: Liar, run: Run) -> None:
    """No cell of CSV begins as what a spreadsheet would compute, and all of it is visible."""
    spared = ("fingerprint", "username", *_typed(case))
    liar.twist = Twist(f"=1+1;{EVERYTHING}", *spared, in_front=True)
    out = run(f"{case.unattended} -o csv").out
    rows = list(csv.reader(StringIO(out)))
    assert rows
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert is_harmless(out)


@pytest.fixture
def hostile_home(stage: Stage, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stage's home under a name of every attack that a path can carry."""
    assert callable(run)
    name = "".join(ATTACKS[each] for each in ("escape", "c1", "line", "bidi", "markup"))
    directory = tmp_path / f"{name[:80].replace('/', '')}\u200b\udcff"
    stage.home.rename(directory)
    monkeypatch.setenv("HOME", str(directory))
    monkeypatch.chdir(directory)
    return directory


@pytest.mark.parametrize("output", ["table", "text"])
@pytest.mark.parametrize("case", FORMATTED, ids=named(FORMATTED))
def test_every_path(case: VerbCase, output: str, hostile_home: Path, run: Run) -> None:
    """Whatever a directory is called, its name is shown spelled out, by every verb."""
    assert not is_harmless(str(hostile_home))
    ran = run(f"{case.unattended} -o {output} --color never", terminal=True)
    assert ran.exit_code in {case.exit_code, 5}, (
        ran.err
    )  # ssh-config refuses what ssh would misread
    assert is_harmless(ran.out + ran.err)


# What a list makes of one text


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
def test_one_key_pair_is_one_line(attack: str, liar: Liar, run: Run) -> None:
    """No member begins a line or a field of its own; JSON returns the text unchanged."""
    liar.responses("GetKeyPairs", pairs(poisoned(attack)))
    out = run("list -o text --columns name,region,fingerprint,tags,arn").out
    assert (out.count("\n"), out.count("\t"), is_harmless(out)) == (1, 4, True)
    names = run("list -q").out
    assert (names.count("\n"), is_harmless(names)) == (1, True)
    [read] = json.loads(run("list -o json").out)["keyPairs"]
    assert (read["name"], read["tags"][1]) == (attack, {"key": attack})


@pytest.mark.parametrize("output", ["table", "text", "csv", "json", "jsonl"])
def test_queries_are_harmless(output: str, liar: Liar, run: Run) -> None:
    """The result of a query is as harmless as the whole, in every format."""
    liar.responses("GetKeyPairs", pairs(poisoned(EVERYTHING)))
    query = "[keyPairs[].[name,fingerprint],keyPairs[].tags,keyPairs[0]][]"
    ran = run(f"list -o {output} --query '{query}'", terminal=True)
    assert (ran.exit_code, is_harmless(ran.out), ran.err) == (0, True, "")


def test_markup_and_letters_are_text(liar: Liar, run: Run) -> None:
    """A table shows markup as it came and obeys none of it; letters of any script stay."""
    texts = [ATTACKS["markup"], "Zoë-日本語-עברית-e\u0301"]
    liar.responses("GetKeyPairs", pairs(*map(pair, texts)))
    out = run("list -o table --columns name --color always", terminal=True).out
    assert all(text in out for text in texts)
    assert "\x1b[31m" not in out


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_formulas_are_inert(formula: str, liar: Liar, run: Run) -> None:
    """In CSV, what a spreadsheet would compute begins with an apostrophe."""
    liar.responses("GetKeyPairs", pairs(pair(formula)))
    row = run("list -o csv --columns name").out.splitlines()[1]
    assert row.strip('"').startswith("'" + formula[0])


@pytest.mark.parametrize(
    "line",
    [
        *("{}", "list -r {}", "list --columns {}", "list --sort {}", "list -o {}", "list --{}"),
        *("list --query {}]", "list -r us-east-1 --endpoint-url http://{}"),
        *("delete -r us-east-1 {}", "delete -r us-east-1 web --fingerprint={}"),
    ],
)
def test_command_lines_are_harmless(line: str, run: Run) -> None:
    """What was typed, or pasted, is shown spelled out in errors."""
    for attack in ATTACKS.values():
        ran = run(line.format(shlex.quote(attack.replace("\ud800", ""))))
        assert (ran.exit_code in {2, 3, 4}, ran.out, is_harmless(ran.err)) == (True, "", True)


# Streams


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("case", VERB_CASES, ids=named(VERB_CASES))
def test_a_full_stdout(case: VerbCase) -> None:
    """A result that cannot be written is a failure of this machine, whatever was done."""
    stderr = Stream()
    with Path("/dev/full").open("w") as full:
        invocation = Invocation(None, full, stderr, os.environ, lambda: NOW)
        assert main(shlex.split(case.unattended), invocation) == 9
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())
    assert "\nlskeys: hint: the result is not complete\n" in stderr.written()


@pytest.mark.parametrize("case", VERB_CASES, ids=named(VERB_CASES))
def test_a_reader_that_left(case: VerbCase) -> None:
    """One whose reader has gone, as `head` does, ends the run silently."""
    stderr = Stream()
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stdout:
        invocation = Invocation(None, stdout, stderr, os.environ, lambda: NOW)
        assert main(shlex.split(case.unattended), invocation) == ExitCode.READER_GONE
    assert "lskeys: error:" not in stderr.written()


@pytest.mark.parametrize("case", VERB_CASES, ids=named(VERB_CASES))
def test_without_streams(case: VerbCase) -> None:
    """Started with every stream closed, a result has no place, and nothing else fails."""
    invocation = Invocation(None, None, None, os.environ, lambda: NOW)
    assert main(shlex.split(case.unattended), invocation) == 9


@pytest.mark.parametrize("case", VERB_CASES, ids=named(VERB_CASES))
def test_without_stderr(case: VerbCase) -> None:
    """A stderr that is closed or full takes nothing from the result."""
    stdout = Stream()
    with Path(os.devnull).open() as unwritable:
        invocation = Invocation(None, stdout, unwritable, os.environ, lambda: NOW)
        assert main(shlex.split(case.unattended), invocation) == case.exit_code
    assert stdout.written()


# Widths, colours, encodings


def letters(table: str) -> Counter[str]:
    """What a table holds, wherever it folds; without its rule."""
    return Counter("".join(table.split()).replace("─", ""))


def values(table: str) -> str:
    """What stands below the rule; a narrow table has no heading for a value that is not there."""
    return table.partition("─\n")[2] or table


@pytest.mark.parametrize("case", FORMATTED, ids=named(FORMATTED))
def test_no_width_cuts_a_verb_short(
    case: VerbCase, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 0, 1 or 20 columns a table holds every value that it holds with a thousand."""
    shown = []
    for columns in ("1000", "1", "0", "20"):
        monkeypatch.setenv("COLUMNS", columns)
        ran = run(f"{case.planned} -o table --color never", terminal=True)
        assert ran.exit_code in {case.exit_code, 0}, ran.err
        shown.append(ran.out)
    wanted = letters(values(shown[0]))
    assert not [each for each in shown if wanted - letters(each)]


@pytest.mark.parametrize("case", FORMATTED, ids=named(FORMATTED))
def test_colours_of_a_verb(case: VerbCase, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR gets no sequence at all; forced colours are styles, and not one thing more."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert is_harmless(run(f"{case.planned} -o table", terminal=True).out)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    forced = run(f"{case.planned} -o table").out
    assert "\x1b" in forced
    assert is_harmless(STYLE.sub("", forced))


LETTERS = "Zoë-日本語-עברית"


@pytest.mark.parametrize("output", ["table", "text", "json"])
def test_a_terminal_of_ascii(output: str, liar: Liar) -> None:
    """Where the locale knows ASCII alone, other letters are spelled, and nothing fails."""
    liar.twist = Twist(LETTERS, "fingerprint")
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LC_")},
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
    }
    ended = subprocess.run(
        (sys.executable, "-m", "lskeys", "list", "--include-default", "-o", output),
        env=environ,
        capture_output=True,
        check=True,
    )
    assert (ended.stdout.isascii(), ended.stderr) == (True, b"")
    assert rb"\u65e5\u672c" in ended.stdout
    assert REGION.encode() in ended.stdout
