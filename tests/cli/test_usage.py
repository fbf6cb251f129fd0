"""The command line itself: help, version, aliases, options before and after, what is not known."""

from pathlib import Path

import pytest

from lskeys import __version__
from lskeys.cli.command_tree import Command
from lskeys.cli.commands._tree import tree
from lskeys.sandbox import Sandbox, Server
from tests.conftest import REGION, Ran, Run
from tests.support.matrix import Injected

VERBS = ["list", "download-default", "delete"]
SHARED = [
    "--profile",
    "--region",
    "--all-regions",
    "--endpoint-url",
    "--sandbox",
    "--timeout",
    "--output",
    "--query",
    "--quiet",
    "--null",
    "--color",
    "--no-input",
    "--debug",
    "--version",
]


@pytest.mark.parametrize("line", ["-V", "--version", "list -V", "-V list", "sandbox path -V"])
def test_version(line: str, run: Run) -> None:
    """The version is one line on stdout, and nothing else happens."""
    assert run(line) == Ran(0, out=f"lskeys {__version__}\n")


@pytest.mark.parametrize("verb", ["", *VERBS, "ls", "rm"])
def test_help(verb: str, run: Run) -> None:
    """-h and --help are the same page, on stdout; it says where the shared options are."""
    short, long = run(f"{verb} -h"), run(f"{verb} --help")
    assert (short, long.exit_code, long.err) == (long, 0, "")
    assert "lskeys help options" in long.out
    assert not [option for option in SHARED if option not in run("help options").out]


def test_help_names_the_verbs(run: Run) -> None:
    """The first page names each verb; aliases stand behind none."""
    words = run("--help").out.replace(",", "").split()
    assert not [verb for verb in [*VERBS, "sandbox"] if verb not in words]
    assert not [alias for alias in ("ls", "rm") if alias in words]


@pytest.mark.parametrize("verb", ["delete", "download-default"])
def test_help_of_what_changes_something(verb: str, run: Run) -> None:
    """Verbs that change something have --dry-run and --yes among the shared options."""
    [shared] = [line for line in run(f"{verb} -h").out.splitlines() if line.startswith("Shared")]
    assert {"-n", "-y"} <= {*shared.replace(";", "").replace(",", "").split()}


def test_the_first_page(run: Run) -> None:
    """Alone, the program shows its commands, then examples, in 24 lines of 80 columns."""
    ran = run("")
    assert ran == run("--help")
    lines = ran.out.splitlines()
    assert (ran.exit_code, ran.err, len(lines)) == (0, "", 24)
    assert max(map(len, lines)) <= 80
    assert lines[2].split()[0] == "list"
    assert sum(line.startswith("  $ lskeys ") for line in lines) == 3


def test_no_word_of_the_sandbox(run: Run) -> None:
    """So does the verb that has words of its own; no option of Typer's is on its page."""
    ran = run("sandbox")
    assert ran.exit_code == 2
    assert ran.out.strip() == run("sandbox --help").out.strip()
    assert "completion" not in ran.out
    told = "lskeys: error: no command given\nlskeys: hint: see lskeys sandbox --help\n"
    assert ran.err == told


SEE_LIST = "see lskeys list --help"
OUTPUT = "invalid value for '--output' / '-o'"


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("zzz", "no such command 'zzz'", "see lskeys --help"),
        ("-- -x", "no such command '-x'", "see lskeys --help"),
        ("list --zzz", "no such option: --zzz", SEE_LIST),
        ("--zzz list", "no such option: --zzz", SEE_LIST),
        ("list -x", "no such option: -x", SEE_LIST),
        ("list --region", "option '--region' requires an argument", SEE_LIST),
        ("list --timeout x", "invalid value for '--timeout'", SEE_LIST),
        ("list --timeout 0", "invalid value for '--timeout'", SEE_LIST),
        ("list --timeout -1", "invalid value for '--timeout'", SEE_LIST),
        ("list --timeout inf", "invalid value for '--timeout'", SEE_LIST),
        ("list --timeout nan", "--timeout is not a number", "such as --timeout 10"),
        ("--timeout nan list", "--timeout is not a number", "such as --timeout 10"),
        ("list -o xml", OUTPUT, SEE_LIST),
        ("list --color red", "invalid value for '--color'", SEE_LIST),
        ("list --quiet=x", "option '--quiet' does not take a value", SEE_LIST),
        (
            *("download-default extra", "got unexpected extra argument"),
            "see lskeys download-default --help",
        ),
        ("sandbox nope", "no such command 'nope'", "see lskeys sandbox --help"),
        ("-r us-east-1", "no command given", "see lskeys --help"),
        *(
            (line, "--region and --all-regions cannot be combined", "choose one")
            for line in ("list -r eu-west-1 --all-regions", "-r eu-west-1 list --all-regions")
        ),
        *(
            (
                *(f"--include-default {verb}", "no such option: --include-default"),
                "it goes after the command: lskeys list --include-default",
            )
            for verb in ("list", "ls")
        ),
        ("lst", "no such command 'lst'", "did you mean list?"),
        ("-q -- delet web", "no such command 'delet'", "did you mean delete?"),
        ("roate-default", "no such command 'roate-default'", "did you mean rotate-default?"),
        ("sandbox serv", "no such command 'serv'", "did you mean serve?"),
        ("list --regoin x", "no such option: --regoin", "did you mean --region?"),
        ("list --reigon=x", "no such option: --reigon", "did you mean --region?"),
        ("--timeot 3 list", "no such option: --timeot", "did you mean --timeout?"),
        ("list --all", "no such option: --all", "did you mean --all-regions?"),
        ("delete web --finger", "no such option: --finger", "did you mean --fingerprint?"),
        ("sandbox serve --prot 0", "no such option: --prot", "did you mean --port?"),
        ("list -o jsn", f"{OUTPUT}: 'jsn' is not one of", "did you mean json?"),
        ("-o tabel list", f"{OUTPUT}: 'tabel' is not one of", "did you mean table?"),
        ("list --color allways", "invalid value for '--color': 'allways'", "did you mean always?"),
        ("list --columns nmae", "there is no column nmae", "did you mean name?"),
        ("list --sort -craeted", "there is no column craeted", "did you mean created?"),
        (
            *("audit --ignore odl-pair", "--ignore: there is no finding odl-pair"),
            "did you mean old-pair?",
        ),
    ],
)
def test_what_is_not_understood(
    line: str, message: str, hint: str, server: Server, run: Run
) -> None:
    """It is named, with the nearest known word or the page that helps; no request is sent."""
    ran = run(line)
    assert (ran.exit_code, ran.out, server.requests) == (2, "", [])
    told, _, way_out = ran.err.partition("\n")
    assert told.startswith(f"lskeys: error: {message}")
    assert "ou mean" not in told
    assert not told.endswith(".")
    assert way_out == f"lskeys: hint: {hint}\n"


@pytest.mark.parametrize("word", ["\x1b[31mlist", "list\u202e", "[red]list[/]"])
@pytest.mark.parametrize("line", ["'{}'", "list '--{}'", "list -o '{}'", "list --columns '{}'"])
def test_what_is_not_understood_is_harmless(line: str, word: str, run: Run) -> None:
    """What was typed is quoted without what a terminal obeys."""
    ran = run(line.format(word))
    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err.replace("\n", "").isprintable()


def test_aliases(account: Sandbox, server: Server, run: Run) -> None:
    """The alias of a verb is the verb."""
    account.add_key_pairs(REGION, ["web", "mail"])
    assert run("ls -q") == run("list -q") == Ran(0, out="web\nmail\n")
    assert run("rm web --yes -q") == Ran(0, out="web\n")
    assert [request.operation for request in server.requests][-1] == "DeleteKeyPair"


def test_options_stand_before_or_after_the_verb(account: Sandbox, server: Server, run: Run) -> None:
    """Each shared option may stand on either side of the verb."""
    account.add_key_pairs("eu-west-1", ["web"])
    expected = Ran(0, out="web\n")
    endpoint = f"--endpoint-url {server.endpoint}"
    for line in (
        f"list -r eu-west-1 -q {endpoint} --timeout 30 --color never --no-input",
        f"-r eu-west-1 -q {endpoint} --timeout 30 --color never --no-input list",
        f"-q list -r eu-west-1 {endpoint}",
        "--region=eu-west-1 -o json --query keyPairs[].name list -o text",
    ):
        assert run(line) == expected
    assert [request.region for request in server.requests] == ["eu-west-1"] * 4


def test_after_the_verb_beats_before(account: Sandbox, server: Server, run: Run) -> None:
    """Said twice, what stands behind the verb counts."""
    account.add_key_pairs("eu-west-1", ["web"])
    assert run("-r us-west-2 list -r eu-west-1 -q") == Ran(0, out="web\n")
    assert [request.region for request in server.requests] == ["eu-west-1"]


def test_words_behind_two_dashes_are_names(account: Sandbox, server: Server, run: Run) -> None:
    """A pattern may begin with a dash."""
    account.add_key_pairs(REGION, ["_-web"])
    assert run("list -q -- '-*'") == Ran(0)
    assert run("list -q -- '_-*'") == Ran(0, out="_-web\n")
    assert len(server.requests) == 2


COMMANDS = [command for command in tree().walk() if command.options or command.arguments]


@pytest.mark.fault("M5")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: "-".join(command.words))
def test_nothing_may_be_empty(
    command: Command, server: Server, run: Run, home: Path, injected: Injected
) -> None:
    """An empty option or argument, as of a variable that is not set, is a wrong usage."""
    given: dict[str, tuple[str, ...]] = {
        each.flags[0]: (each.flags[0], "''") for each in command.options if each.takes_value
    }
    given |= {
        each.noun: (*["word"] * number, "''") for number, each in enumerate(command.arguments)
    }
    for name, words in given.items():
        ran = run(" ".join((*command.words, *words, *(() if command.words else ("list",)))))
        assert (ran.exit_code, ran.out) == (2, ""), name
        assert ran.err.startswith(f"lskeys: error: {name} is empty\n"), ran.err
    assert (server.requests, [*home.iterdir()]) == ([], [])
    injected(len(given))
