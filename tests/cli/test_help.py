"""help: pages of commands and topics, their examples, and the manual."""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lskeys.cli import commands, man_page
from lskeys.cli.command_tree import HELP, Command
from lskeys.cli.commands._tree import tree
from lskeys.cli.help_topics import TOPICS
from lskeys.cli.parsing import command_of, examples_of
from lskeys.config import settings
from lskeys.errors import ExitCode
from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.conftest import REGION, Ran, Run

BIN = Path(sys.executable).parent
PATIENCE = 60.0
TREE = tree()
SANDBOX = next(each for each in TREE.commands if each.word == "sandbox")
BY_WORD = {topic.word: topic for topic in TOPICS}


@pytest.mark.parametrize("topic", BY_WORD)
def test_a_topic_reads_well_at_80_columns(topic: str, run: Run) -> None:
    """A topic is shown whole, folded to the width of any terminal."""
    ran = run(f"help {topic}")
    assert (ran.exit_code, ran.err) == (0, "")
    assert ran.out.splitlines()[0] == BY_WORD[topic].heading
    assert max(map(len, ran.out.splitlines())) <= 80
    for term, text in BY_WORD[topic].rows:
        assert term in ran.out
        assert text.split()[0] in ran.out


def test_topics_are_listed(run: Run) -> None:
    """Without a topic, help lists them."""
    ran = run("help")
    assert (ran.exit_code, ran.err) == (0, "")
    assert [word for word in BY_WORD if f"  {word} " not in ran.out] == []


@pytest.mark.parametrize("verb", commands.VERBS, ids=lambda verb: verb.word)
def test_help_of_a_verb_is_its_page(verb: commands.Verb, run: Run) -> None:
    """`help VERB` and `VERB --help` show the same."""
    assert run(f"help {verb.word}") == run(f"{verb.word} --help")


@pytest.mark.parametrize(
    "command", [*TREE.walk()], ids=lambda each: " ".join(each.words) or "lskeys"
)
def test_a_help_page_shows_all_of_it(
    command: Command, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 80 columns nothing is cut or wider, and every word is shown."""
    monkeypatch.setenv("COLUMNS", "80")
    page = run(f"{' '.join(command.words)} --help").out
    assert max(map(len, page.splitlines())) <= 80
    assert "\u2026" not in page
    own = [each for each in command.options if each.panel == "Options" and each != HELP]
    texts = [] if command.commands else [command.summary, *command.text]
    texts += command.examples if command.words else ()
    texts += [each.metavar + " " + each.help for each in command.arguments]
    texts += [" ".join((", ".join(each.flags), each.help)) for each in own]
    texts += [each.word for each in command.commands]
    page = page.replace(",", "")
    texts = [each.replace(",", "") for each in texts]
    missing = Counter(" ".join(texts).split()) - Counter(page.split())
    assert not missing


def test_pages_fit_a_terminal(run: Run) -> None:
    """All pages but the longest three have no more than 24 lines."""
    lengths = sorted(len(run(f"help {verb.word}").out.splitlines()) for verb in commands.VERBS)
    assert lengths[-4] <= 24, lengths


def test_help_of_a_short_name_is_the_verbs(run: Run) -> None:
    """`help rm` is the help of delete."""
    assert run("help rm") == run("help delete")


def test_help_of_what_is_not_there_is_a_usage_error(run: Run) -> None:
    """Neither a topic nor a command: exit 2, and where to look."""
    ran = run("help weather")
    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err.startswith("lskeys: error: no topic or command weather")


def test_exit_codes_are_all_explained() -> None:
    """Every exit code has its row."""
    assert set(dict(BY_WORD["exit-codes"].rows)) == {str(int(code)) for code in ExitCode}


def test_variables_are_those_that_are_read() -> None:
    """Every LSKEYS_ variable that the settings know has its row, and no other."""
    rows = {term for term, _ in BY_WORD["environment"].rows if term.startswith("LSKEYS_")}
    every = {name for each in settings.definitions().values() for name in each.variables}
    assert rows == {name for name in every if name.startswith("LSKEYS_")}


@pytest.fixture
def lived_in(account: Sandbox, server: Server, home: Path, run: Run) -> Path:
    """A home and an account as the examples speak of them."""
    (home / ".ssh").mkdir(mode=0o700)
    file = home / ".ssh" / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True)
    line = (home / ".ssh" / "id_ed25519.pub").read_text()
    account.add_key_pairs(REGION, ["web-production", "laptop"], public_line=line)
    account.add_key_pairs(
        REGION, ["ci-deploy"], public_line=line, created_at=datetime(2020, 1, 1, tzinfo=UTC)
    )
    account.add_key_pairs("eu-west-1", ["laptop"], public_line=line)
    account.add_default_key_pair(REGION)
    account.add_instance(REGION, "web-1", key_pair_name="laptop", address="127.0.0.1")
    account.add_instance(REGION, "game", address="127.0.0.1")
    assert run("download-default -q").exit_code == 0
    assert server.requests
    return home


ENDS = {"audit": {0, 6}, "instances": {0, 6}, "ssh": {255}}
"""How examples end: there are findings, and no sshd where the instances are; else with 0."""


@pytest.mark.parametrize("command", TREE.commands, ids=lambda command: command.word)
@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.usefixtures("server", "lived_in")
def test_an_example_works(command: Command, number: int, run: Run) -> None:
    """Each command has two examples, which work as written."""
    assert len(command.examples) == 2
    example = command.examples[number].partition(" > ")[0]
    program, verb, rest = f"{example} ".split(" ", 2)
    assert (program, verb) == ("lskeys", command.word)
    ran = run(f"{verb} {rest}", typed=f"{DEFAULT_PAIR}\n")
    assert ran.exit_code in ENDS.get(command.word, {0}), ran.err


@pytest.mark.skipif(
    not (BIN / "lskeys").exists(), reason="lskeys is not installed next to this Python"
)
@pytest.mark.parametrize(
    ("word", "number"), [(each.word, number) for each in SANDBOX.commands for number in (0, 1)]
)
def test_an_example_of_the_sandbox_works(
    word: str, number: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command of the sandbox has two examples, which work in a shell."""
    monkeypatch.setenv("PATH", f"{BIN}:{os.environ['PATH']}")
    store = home / ".local" / "share" / "lskeys" / "sandbox.sqlite3"
    Sandbox(store, seed=False).add_key_pairs(REGION, ["web"])
    command = next(each for each in SANDBOX.commands if each.word == word)
    assert len(command.examples) == 2
    example = command.examples[number]
    if word == "serve":  # at a port that is free, until it says that it serves
        example = f"exec {example} --port 0"
    with subprocess.Popen(
        ["sh", "-ec", example], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        if word == "serve":
            assert running.stdout.readline().startswith("http://127.0.0.1:")
            running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == (-signal.SIGINT if word == "serve" else ExitCode.DONE), err


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff here")
@pytest.mark.parametrize("word", [None, *(command.word for command in TREE.commands)])
def test_a_manual_page_is_sound(word: str | None) -> None:
    """Roff has nothing to warn of, and the page shows each option as it is typed."""
    source = man_page.page(TREE, word)
    drawn = subprocess.run(
        ["groff", "-man", "-ww", "-Tascii", "-P-cbou"],
        input=source,
        capture_output=True,
        text=True,
        check=True,
    )
    assert drawn.stderr == ""
    command = next((each for each in TREE.commands if each.word == word), TREE)
    missing = [option.flags for option in command.options if option.flags[0] not in drawn.stdout]
    assert missing == []


def test_a_manual_page_says_nothing_by_accident() -> None:
    """Text that begins as a macro does is text: no line of a page is lost."""
    page = man_page.page(Command((), ".TH is no macro here", (r"'a \ b",)))
    assert r"\&.TH is no macro here" in page
    assert r"\&'a \e b" in page


def test_manual_pages_of_verbs(run: Run) -> None:
    """`help --man VERB` prints the source of that page, `help --man` the program's."""
    assert run("help --man ls") == Ran(0, man_page.page(TREE, "list"))
    assert run("help --man") == Ran(0, man_page.page(TREE))


def test_without_docstrings() -> None:
    """Python drops them with -OO (PYTHONOPTIMIZE=2): there is less help, and all commands run."""

    def bare() -> None: ...

    assert examples_of(command_of(bare, "bare")) == ()
