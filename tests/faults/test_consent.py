"""Consent: commands that prompt, by terminal, --yes, --dry-run, --no-input, and what is typed."""

import os
import shlex
from itertools import product
from pathlib import Path

import pytest

from lskeys.cli.app import main
from lskeys.cli.runtime import Invocation
from lskeys.sandbox import DEFAULT_PAIR
from tests.conftest import NOW, REGION, Ran, Stream
from tests.support.lying_server import Liar
from tests.support.verb_cases import EMPTY, PROMPTED, Stage, VerbCase, named

pytestmark = pytest.mark.usefixtures("stage")

REPLIES = f"y\nyes\nweb\n{DEFAULT_PAIR}\n" * 50
"""What `yes |` and the like would type."""

TERMINALS = {"terminal": (True, True), "pipe": (False, True), "hidden prompt": (True, False)}
"""Whether stdin and stderr are terminals."""

OPTIONS = [
    " ".join(filter(None, words))
    for words in product(("", "--yes"), ("", "--dry-run"), ("", "--no-input"))
]


def expected(case: VerbCase, terminal: str, options: str) -> str:
    """How a command ends: done, planned, refused, or prompted for."""
    can_prompt = terminal == "terminal" and "--no-input" not in options
    if case.consent != "--yes" and options.strip("-") in {"", "no-input"}:
        return "prompted" if can_prompt else "refused"
    if case.consent != "--yes":  # creating is not what --yes agrees to
        return "refused"
    if "--dry-run" in options:
        return "planned"
    return "done" if "--yes" in options else "prompted" if can_prompt else "refused"


def run(line: str, typed: str, *, stdin: bool = True, stderr: bool = True) -> Ran:
    """Run a command line on streams that are terminals or not."""
    out, err = Stream(), Stream(terminal=stderr)
    invocation = Invocation(Stream(typed, terminal=stdin), out, err, os.environ, lambda: NOW)
    exit_code = main(shlex.split(line), invocation)
    return Ran(exit_code, out.written(), err.written())


def contents(directory: Path) -> dict[Path, tuple[int, bytes]]:
    """Mode and content of every file and directory below a directory, but for locks."""
    found = (each for each in directory.rglob("*") if ".local" not in each.parts)
    return {
        each: (each.stat().st_mode, each.read_bytes() if each.is_file() else b"") for each in found
    }


def is_changed(liar: Liar, stage: Stage, before: dict[Path, tuple[int, bytes]]) -> bool:
    """Whether a file has changed, or the account may have."""
    sent = {"DeleteKeyPair", "DownloadDefaultKeyPair"} & set(liar.operations)
    return contents(stage.home) != before or bool(sent)


UNDONE = [(case, terminal) for case in PROMPTED for terminal in TERMINALS]
DONE = [
    (case, terminal, options)
    for case, terminal in UNDONE
    for options in OPTIONS
    if expected(case, terminal, options) == "done"
]


@pytest.mark.parametrize(("case", "terminal"), UNDONE, ids=str)
def test_what_is_not_agreed_to_is_not_done(
    case: VerbCase, terminal: str, liar: Liar, stage: Stage
) -> None:
    """A command is planned, refused or prompted for by one rule; piped text is no consent."""
    before = contents(stage.home)
    stdin, stderr = TERMINALS[terminal]
    for options in OPTIONS:
        outcome = expected(case, terminal, options)
        if outcome == "done":
            continue
        typed = "no\n" if outcome == "prompted" else REPLIES
        ran = run(f"{case.line} {options}", typed, stdin=stdin, stderr=stderr)
        wanted = {"planned": case.exit_code, "refused": 5, "prompted": 10}
        assert ran.exit_code == wanted[outcome], ran.err
        assert not is_changed(liar, stage, before), options
        assert (" it: " in ran.err or "[y/N] " in ran.err) is (outcome == "prompted")
        if outcome == "refused":
            assert ran.err.endswith(f", add {case.consent}\n")
        if outcome == "prompted":
            assert ran.err.endswith("cancelled; nothing was changed\n")
            assert "error:" not in ran.err


@pytest.mark.parametrize(("case", "terminal", "options"), DONE, ids=str)
def test_what_is_agreed_to_is_done(
    case: VerbCase, terminal: str, options: str, liar: Liar, stage: Stage
) -> None:
    """Without a prompt, whatever stdin and stderr are."""
    before = contents(stage.home)
    stdin, stderr = TERMINALS[terminal]
    ran = run(f"{case.line} {options}", REPLIES, stdin=stdin, stderr=stderr)
    assert (ran.exit_code, is_changed(liar, stage, before)) == (case.exit_code, True), ran.err
    assert (" it: " in ran.err, "[y/N] " in ran.err) == (False, False)


@pytest.mark.parametrize("wrong", ["maybe\n", "WEB2\n", "web \\\nyess\n"])
@pytest.mark.parametrize("case", PROMPTED, ids=named(PROMPTED))
def test_a_typo_may_be_tried_again(case: VerbCase, wrong: str) -> None:
    """What is neither consent nor a no may be typed again, and then counts."""
    assert case.typed
    assert run(case.line, wrong + case.typed).exit_code == case.exit_code


@pytest.mark.parametrize("case", PROMPTED, ids=named(PROMPTED))
def test_anything_else_is_a_no(case: VerbCase, liar: Liar, stage: Stage) -> None:
    """Enter, no, Ctrl-D and three typos cancel: exit 10, nothing is changed, and no error."""
    before = contents(stage.home)
    for typed in ("", "\n", "n\n", "No\n", "what\n\n", "what\n" * 3 + f"{case.typed}"):
        ran = run(case.line, typed)
        assert (ran.exit_code, ran.out, is_changed(liar, stage, before)) == (10, "", False), typed
        assert ran.err.endswith("cancelled; nothing was changed\n")


@pytest.mark.parametrize("case", PROMPTED, ids=named(PROMPTED))
def test_default_stands_for_its_long_name(case: VerbCase) -> None:
    """`default` may be typed for the name of the default key pair, and for no other."""
    names_default = DEFAULT_PAIR in (case.typed or "")
    ran = run(case.line, "default\n")
    assert ran.exit_code == (case.exit_code if names_default else 10)


HOPELESS = {
    f"download-default -r {EMPTY} --out file": 5,
    "download-default --passphrase --out file": 5,
    f"download-default -r {EMPTY} --file .ssh/own": 5,
    "create web --passphrase --out elsewhere": 5,
    "create new --passphrase --out file": 5,
    "create own --passphrase --out .ssh --file own": 2,
    "delete nope": 3,
    "delete 'nope*'": 3,
    f"delete {DEFAULT_PAIR}": 5,
    f"delete {DEFAULT_PAIR} --fingerprint --backup file": 5,
    f"rotate-default -r {EMPTY}": 3,
    "rotate-default --out file": 5,
    "rotate-default --passphrase --out file": 5,
    "ssh-config --write --file .ssh/own": 5,
}


@pytest.mark.parametrize("line", HOPELESS)
def test_no_prompt_before_a_refusal(line: str, liar: Liar, stage: Stage) -> None:
    """Everything else is checked before the prompt."""
    (stage.home / "file").touch()
    ran = run(line, "y\n")
    assert ran.exit_code == HOPELESS[line], ran.err
    assert not [each for each in ("[y/N]", "Type the name", "Passphrase") if each in ran.err]
    assert not {"DeleteKeyPair", "DownloadDefaultKeyPair"} & set(liar.operations)


FORCED = {
    "download-default --force": f".ssh/LightsailDefaultKey-{REGION}.pem",
    "create new --type ed25519 --force": ".ssh/new.pem",
}


@pytest.mark.parametrize(
    ("options", "typed", "terminal", "exit_code"),
    [
        ("", "y\n", "terminal", 0),
        ("", "n\n", "terminal", 10),
        ("", "", "pipe", 0),
        ("--no-input", "n\n", "terminal", 0),
        ("--yes", "n\n", "terminal", 0),
        ("--dry-run", "n\n", "terminal", 0),
    ],
)
@pytest.mark.parametrize("line", FORCED)
@pytest.mark.usefixtures("liar")
def test_force_prompts(  # noqa: PLR0913  fixtures
    line: str, options: str, typed: str, terminal: str, exit_code: int, *, stage: Stage
) -> None:
    """--force prompts before it replaces a key, on a terminal and without --yes."""
    path = stage.home / FORCED[line]
    path.write_text(stage.keys[1])
    path.chmod(0o600)
    stdin, stderr = TERMINALS[terminal]
    ran = run(f"{line} {options}", typed, stdin=stdin, stderr=stderr)
    assert ran.exit_code == exit_code, ran.err
    assert ("Replace it? [y/N]" in ran.err) is (terminal == "terminal" and not options)
    is_replaced = path.read_text() != stage.keys[1]
    assert is_replaced is (exit_code == 0 and options != "--dry-run")
    assert f"--force replaces {path}" in ran.err or options or terminal == "pipe"


@pytest.mark.usefixtures("liar")
def test_force_without_a_replacement_does_not_prompt(stage: Stage) -> None:
    """The file does not exist, or already holds the same key."""
    for _ in range(2):
        assert run("download-default --force", "").exit_code == 0
    assert not [each for each in (stage.home / ".ssh").iterdir() if ".old-" in each.name]
