"""The command line itself: help, version, aliases, options before and after, what is not known."""

from pathlib import Path

import pytest

from lskeys import __version__
from lskeys.cli.command_tree import Command
from lskeys.cli.commands._tree import tree
from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.conftest import REGION, Ran, Run
from tests.support.matrix import Injected

VERBS = ["list", "download-default", "delete"]


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
    shared = {option for command in tree().walk() for option in command.options}
    flags = {flag for each in shared if each.panel != "Options" for flag in each.flags}
    assert len(flags) > 20
    assert not [flag for flag in flags if flag not in run("help options").out]


@pytest.mark.parametrize("verb", ["delete", "download-default"])
def test_help_of_what_changes_something(verb: str, run: Run) -> None:
    """Verbs that change something have --dry-run and --yes among the shared options."""
    [shared] = [line for line in run(f"{verb} -h").out.splitlines() if line.startswith("Shared")]
    assert {"-n", "-y"} <= {*shared.replace(";", "").replace(",", "").split()}


def test_the_first_page(run: Run) -> None:
    """Alone, the program shows its commands, no aliases, and examples: 24 lines of 80 columns."""
    ran = run("")
    assert ran == run("--help")
    lines = ran.out.splitlines()
    assert (ran.exit_code, ran.err, len(lines)) == (0, "", 24)
    assert max(map(len, lines)) <= 80
    assert lines[2].split()[0] == "list"
    assert not {"ls", "rm"} & {*ran.out.replace(",", "").split()}
    assert sum(line.startswith("  $ lskeys ") for line in lines) == 3


def test_no_word_of_the_sandbox(run: Run) -> None:
    """`lskeys sandbox` alone shows its commands, and no option of Typer's."""
    ran = run("sandbox")
    assert ran.exit_code == 2
    assert ran.out.strip() == run("sandbox --help").out.strip()
    assert "completion" not in ran.out
    error = "lskeys: error: no command given\nlskeys: hint: see lskeys sandbox --help\n"
    assert ran.err == error


DEFAULT = DEFAULT_PAIR
HEX = "0123456789abcdef0123456789abcdef"
"""A fingerprint that could be a name as well."""
CHOOSE = "choose one"
NO_NAME = ("no key pair name is given", "lskeys delete NAME --fingerprint")
COLUMNS = "columns are name, region, created, fingerprint, tags, used-by, local-files, account, arn"
NOT_MEANT = {
    "create web --type ed25519 --bits 2048": (
        "--bits is for RSA; every Ed25519 key has 256",
        "leave it out",
    ),
    **{
        f"create web --bits {bits}": (
            f"invalid value for '--bits': {bits} is not a whole number from 2048 to 16384",
            "see lskeys create --help",
        )
        for bits in (2047, 16385)
    },
    "create web --service-generated --type rsa": (
        "--service-generated leaves --type and --bits to AWS, which makes RSA 2048",
        "leave them out, or --service-generated",
    ),
    "create web -r eu-west-1 -r us-east-1": (
        "a key is made for one region, and 2 are given",
        "name one, then lskeys import web FILE with the others",
    ),
    "create web --out a --file b": ("--out and --file cannot be combined", CHOOSE),
    "create web --tag =": ("a tag has no key", "a tag is KEY=VALUE, or KEY alone"),
    "create web --passphrase --passphrase-file f": (
        "--passphrase and --passphrase-file cannot be combined",
        CHOOSE,
    ),
    "download-default --out keys --file key": ("--out and --file cannot be combined", CHOOSE),
    "download-default --out keys --file -": ("--out and --file cannot be combined", CHOOSE),
    **{
        f"download-default --file {file} -r us-east-1 -r eu-west-1": (
            "--file is for one region, and 2 are given",
            "use --out DIR, which gets a file for each region",
        )
        for file in ("key", "-")
    },
    "download-default --agent --out keys": (
        "--agent saves no file",
        "leave out the options that are about one",
    ),
    "download-default --lifetime 1h": ("--lifetime is for --agent", "add --agent"),
    "download-default --agent --lifetime soon": (
        "--lifetime: soon is not a time",
        "such as 30m or 1h",
    ),
    "rotate-default --yes -r us-east-1 -r eu-west-1": (
        "one default key pair is rotated at a time, and 2 regions are given",
        "name one: --region NAME",
    ),
    "rotate-default --yes --agent --authorize": (
        "--agent and --authorize cannot be combined",
        "without --authorize, the command for each instance is shown",
    ),
    "rotate-default --yes --lifetime 1h": ("--lifetime is for --agent", "add --agent"),
    f"delete {DEFAULT} --fingerprint --backup keys --no-backup": (
        "--backup and --no-backup cannot be combined",
        CHOOSE,
    ),
    "delete web --fingerprint --backup keys": (
        "--backup applies to the default key pair only: Lightsail keeps no other private key",
        "leave it out; no other private key can be downloaded",
    ),
    # A name behind --fingerprint is read as its value, and behind -- everything as a name.
    **{
        f"delete {before}--fingerprint web -y": (
            "--fingerprint: web is no fingerprint",
            "put the name before the option: lskeys delete web --fingerprint",
        )
        for before in ("", "db ")
    },
    f"delete --fingerprint {HEX} -y": (
        f"no key pair name is given: {HEX} was read as the fingerprint",
        f"to delete the key pair of that name: lskeys delete {HEX} --fingerprint",
    ),
    **{
        f"delete web --fingerprint{value} -y": (
            "--fingerprint is empty",
            "give a value or leave it out; is a variable not set?",
        )
        for value in (" ''", "=")
    },
    "delete -y -- web --fingerprint": (
        "--fingerprint is not a valid key pair name",
        "a name has 2 to 255 letters, digits, dashes, underscores or dots",
    ),
    **{f"delete {rest}": NO_NAME for rest in ("", "--fingerprint", "-y", "--")},
    "list --unused --in-use": ("--unused and --in-use cannot be combined", CHOOSE),
    "list --sort name,region": ("there is no column name,region", "--sort takes one column"),
    **{
        f"list --{option}": (f"there is no column {what}\n", f"{COLUMNS}, support-code, profile")
        for option, what in (
            ("columns name,colour", "colour"),
            ("columns name,", "without a name"),
            ("sort colour", "colour"),
            ("sort -colour", "colour"),
        )
    },
    "audit --ignore unused-pairs": (
        "--ignore: there is no finding unused-pairs",
        "did you mean unused-pair?",
    ),
    "ssh-config --file x": ("--file is where --write writes", "add --write"),
    "ssh web --print --temporary": ("--temporary and --print cannot be combined", CHOOSE),
    "authorize web": (
        "one of --key-pair and --key is needed",
        "add --key-pair NAME, or --key FILE",
    ),
}
"""Lines that cannot be meant, with the message and the hint."""

SEE_LIST = "see lskeys list --help"
TIMEOUT = "invalid value for '--timeout'"
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
        ("list --timeout x", f"{TIMEOUT}: 'x' is not a number from 0.1 to 86400", SEE_LIST),
        ("list --timeout 0", f"{TIMEOUT}: 0.0 is not a number from 0.1 to 86400", SEE_LIST),
        (
            "audit --max-age x",
            "invalid value for '--max-age': 'x' is not a whole number from 0",
            "",
        ),
        ("list --timeout -1", "invalid value for '--timeout'", SEE_LIST),
        ("list --timeout inf", "invalid value for '--timeout'", SEE_LIST),
        ("list --timeout nan", "--timeout is not a number", "such as --timeout 10"),
        ("--timeout nan list", "--timeout is not a number", "such as --timeout 10"),
        ("list -o xml", OUTPUT, SEE_LIST),
        ("list --color red", "invalid value for '--color'", SEE_LIST),
        ("list --quiet=x", "option '--quiet' does not take a value", SEE_LIST),
        (
            *("download-default extra", "too many arguments: extra"),
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
                "put it after the command: lskeys list --include-default",
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
        *((line, *shown) for line, shown in NOT_MEANT.items()),
    ],
)
def test_what_is_not_understood(  # noqa: PLR0913  fixtures and cases
    line: str, message: str, hint: str, *, server: Server, run: Run, home: Path
) -> None:
    """It is named, with the nearest known word or the page that helps, before anything is done."""
    ran = run(line)
    assert (ran.exit_code, ran.out, server.requests, [*home.iterdir()]) == (2, "", [], [])
    error, _, way_out = ran.err.partition("\n")
    assert f"{error}\n".startswith(f"lskeys: error: {message}")
    assert "ou mean" not in error
    assert not error.endswith(".")
    page = hint or f"see lskeys {line.split(maxsplit=1)[0]} --help"
    assert way_out == f"lskeys: hint: {page}\n"


NAMES = ["''", "a/b", "..", ".", "'a b'", "x", "../web", "/etc/passwd", "n\u00e4me", "'web\n'"]


@pytest.mark.parametrize(
    "line",
    [
        *("create {}", "import {} id.pub", "show {}", "tag {} a=b", "untag {} a"),
        *("delete web {} -y", "delete {} --fingerprint -y"),
    ],
)
def test_what_can_be_no_name(line: str, server: Server, run: Run, home: Path) -> None:
    """A name that no key pair can have chooses no file and no request."""
    for name in (*NAMES, "x" * 256):
        ran = run(line.format(name))
        assert (ran.exit_code, ran.out) == (2, ""), name
    assert (server.requests, [*home.iterdir()]) == ([], [])


def test_aliases(account: Sandbox, server: Server, run: Run) -> None:
    """The alias of a command is the command."""
    account.add_key_pairs(REGION, ["web", "mail"])
    assert run("ls -q") == run("list -q") == Ran(0, out="web\nmail\n")
    assert run("rm web --yes -q") == Ran(0, out="web\n")
    assert [request.operation for request in server.requests][-1] == "DeleteKeyPair"


def test_options_stand_before_or_after_the_verb(account: Sandbox, server: Server, run: Run) -> None:
    """Each shared option may stand before or after the command."""
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
    """Said twice, what stands after the command counts."""
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


FILES = {
    "file://id.pub": "id.pub",
    "fileb://keys/id.pub": "keys/id.pub",
    "file://~/.ssh/id.pub": "~/.ssh/id.pub",
    "file:///home/me/id.pub": "/home/me/id.pub",
    "file:/home/me/id.pub": "/home/me/id.pub",
}
PLACES = [
    (*command.words, *before)
    for command in COMMANDS
    for before, metavar in (
        *(((each.flags[0],), each.metavar) for each in command.options),
        *((("word",) * at, each.noun) for at, each in enumerate(command.arguments)),
    )
    if {"FILE", "PATH", "DIR"}.intersection(metavar.split("|"))
]


@pytest.mark.parametrize("words", PLACES, ids=" ".join)
def test_no_place_is_a_url(words: tuple[str, ...], server: Server, run: Run) -> None:
    """As the AWS CLI takes it; the hint has what to type, wherever a file or directory is named."""
    for url, path in FILES.items():
        assert run(" ".join((*words, url))) == Ran(
            2,
            err=f"lskeys: error: {url} is a URL, where the name of a file is expected\n"
            f"lskeys: hint: leave the beginning out: {path}\n",
        )
    assert server.requests == []


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
