"""completion: the scripts in the shells they are for, as the installed program prints them."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lskeys.cli import commands
from lskeys.cli.command_tree import HELP, Command
from lskeys.cli.commands._tree import tree
from lskeys.cli.completion import defaults
from lskeys.cli.completion.scripts import grammar as line
from lskeys.cli.parameters import Option
from tests.conftest import Run
from tests.support.shells import PROMPT, TAB, Terminal, terminal

BIN = Path(sys.executable).parent
INSTANCES = set(defaults.NEW_SANDBOX["instances"]["us-east-1"])
NAMES = set(defaults.NEW_SANDBOX[""]["us-east-1"])
TREE = tree()

pytestmark = pytest.mark.skipif(
    not (BIN / "lskeys").exists(), reason="lskeys is not installed next to this Python"
)
Offered = Callable[[str], set[str]]


def needs(program: str) -> pytest.MarkDecorator:
    """A test for where this program is."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"there is no {program} here")


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    """A shell's environment: the sandbox, and lskeys on PATH."""
    return {
        "HOME": str(home),
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "LSKEYS_SANDBOX": "1",
    }


def completed(command: list[str], environ: dict[str, str], directory: Path) -> set[str]:
    """What a shell prints that completes a line without a terminal, a word a line."""
    ended = subprocess.run(
        command, env=environ, cwd=directory, capture_output=True, text=True, check=True
    )
    assert ended.stderr == ""
    return {each.partition("\t")[0].strip() for each in ended.stdout.splitlines()} - {""}


@pytest.fixture(
    params=[pytest.param("bash", marks=needs("bash")), pytest.param("fish", marks=needs("fish"))]
)
def offered(
    request: pytest.FixtureRequest, run: Run, environ: dict[str, str], home: Path
) -> Offered:
    """What TAB offers at the end of a line: of bash what its function returns, of fish its own."""
    script = home / "script"
    script.write_text(run(f"completion {request.param}").out)

    def in_bash(line: str) -> set[str]:
        # Words as bash cuts them: at blanks, and around =.
        words = re.findall(r"=|[^\s=]+", line) + ([""] if line[-1] in " =" else [])
        code = (
            f'source {script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lskeys lskeys;'
            ' printf "%s\\n" "${COMPREPLY[@]}"'
        )
        return completed(["bash", "--norc", "-c", code, "bash", *words], environ, home)

    def in_fish(line: str) -> set[str]:
        code = f"source {script}; complete -C $argv[1]"
        found = completed(["fish", "--no-config", "-c", code, line], environ, home)
        option, equals, _ = line.rpartition(" ")[2].rpartition("=")
        return {each.removeprefix(option + equals) for each in found}

    return in_bash if request.param == "bash" else in_fish


def test_an_unknown_shell_is_a_usage_error(run: Run) -> None:
    """A shell without a script is an error that lists those that have one."""
    ran = run("completion tcsh")
    assert (ran.exit_code, ran.out) == (2, "")
    assert "'bash', 'zsh', 'fish'" in ran.err


def test_an_option_of_two_meanings_is_refused() -> None:
    """A script could not know from a line whether the next word is the option's value."""
    taking = Command(("a",), "", options=(Option(("--x",), "FILE", ""),))
    plain = Command(("b",), "", options=(Option(("--x",), "", ""), HELP))
    with pytest.raises(ValueError, match="--x takes different values in two commands"):
        line.value_options(Command((), "", commands=(taking, plain)))


def test_verbs_and_their_short_names(offered: Offered) -> None:
    """After the program's name comes any command, and nothing else."""
    words = {word for verb in commands.VERBS for word in (verb.word, verb.alias) if word}
    assert offered("lskeys ") == words
    assert offered("lskeys --region eu-west-1 --sandbox dow") == {"download-default"}
    assert offered("lskeys sandbox ") == {"serve", "env", "exec", "reset", "path"}


def test_options_are_those_of_the_verb(offered: Offered) -> None:
    """After a dash come the options on the command's help page, and no others."""
    for command in TREE.walk():
        flags = {flag for option in command.options for flag in option.flags}
        long = {flag for flag in flags if flag.startswith("--")}
        assert offered(f"lskeys {' '.join(command.words)} --".replace("  ", " ")) == long


def test_names_are_the_sandboxs(offered: Offered) -> None:
    """Names are offered where a pair is meant, also behind options; none that stands there."""
    for beginning in ("delete ", "rm --yes ", "show ", "tag ", "untag ", "list ", "ls -q "):
        assert offered(f"lskeys {beginning}") == NAMES
    assert offered("lskeys delete laptop -y ") == NAMES - {"laptop"}
    assert offered("lskeys delete --key some.pem Light") == {"LightsailDefaultKeyPair"}
    assert offered("lskeys delete -r eu-central-1 s") == {"shop.example"}
    assert offered("lskeys delete --region=us-west-2 ") == {"laptop"}
    assert offered("lskeys delete -- laptop ") == NAMES - {"laptop"}
    assert offered("lskeys delete -- --") == set()


def test_instances_and_tags(offered: Offered) -> None:
    """Instances where one is meant, and the tags of the key pair that is named; none twice."""
    for beginning in ("ssh ", "authorize ", "instances ", "ssh-config "):
        assert offered(f"lskeys {beginning}") == INSTANCES, beginning
    assert offered("lskeys authorize blog -y w") == {"web-1"}
    assert offered("lskeys ssh -r eu-central-1 mo") == {"monitor"}
    assert offered("lskeys untag web-production ") == {"stage", "owner"}
    assert offered("lskeys untag web-production stage ") == {"owner"}
    assert offered("lskeys untag old-desktop ") == set()
    assert offered("lskeys tag old-desktop auto") == {"automation"}
    assert offered("lskeys list --tag ow") == {"owner"}


def test_a_new_name_is_the_users_own(offered: Offered, home: Path) -> None:
    """Nothing is offered for a name that must not be there yet; the file behind it is."""
    (home / "laptop.pub").touch()
    for verb in ("create", "import"):
        assert offered(f"lskeys {verb} ") == set()
    assert offered("lskeys import mine lap") == {"laptop.pub"}
    assert offered("lskeys show laptop ") == set()


def test_values_of_options(offered: Offered, home: Path) -> None:
    """What can be an option's value is offered: fixed words, regions, profiles, findings."""
    assert offered("lskeys list --output js") == {"json", "jsonl"}
    assert offered("lskeys -o js") == {"json", "jsonl"}
    assert offered("lskeys create --type ") == {"rsa", "ed25519"}
    assert offered("lskeys completion ") == {"bash", "zsh", "fish"}
    assert offered("lskeys list --sort cr") == {"created"}
    assert offered("lskeys list --sort=-cr") == {"-created"}
    assert offered("lskeys list --columns name,cr") == {"name,created"}
    assert offered("lskeys audit --ignore loo") == {"loose-permissions"}
    assert offered("lskeys delete --region eu-w") == {"eu-west-1", "eu-west-2", "eu-west-3"}
    assert offered("lskeys list --timeout ") == set()
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[profile work]\n[profile $(touch pwned)]\n")
    assert "work" in offered("lskeys list --profile ")
    assert offered("lskeys list -p wo") == {"work"}
    assert not (home / "pwned").exists()


def test_files_and_directories(offered: Offered, home: Path) -> None:
    """Files are offered where a file is read or written, directories alone where keys are put."""
    (home / "keys").mkdir()
    (home / "keys.pem").touch()
    assert "keys.pem" in offered("lskeys delete --key ke")
    assert "keys.pem" in offered("lskeys fingerprint ke")
    assert {each.rstrip("/") for each in offered("lskeys create --out ke")} == {"keys"}
    assert {each.rstrip("/") for each in offered("lskeys delete --backup ke")} == {"keys"}


# Shell → how it is started without the user's settings, the file it reads first, and its text.
STARTS = {
    "bash": (["bash", "--rcfile", "start"], "start", f"PS1='{PROMPT}'; source ./script"),
    "zsh": (
        ["zsh", "-o", "no_global_rcs"],
        ".zshrc",
        f"PS1='{PROMPT}'; fpath=(~ $fpath); autoload -Uz compinit; compinit -u -D",
    ),
    "fish": (
        ["fish", "--no-config", "-C", "source start"],
        "start",
        f"function fish_prompt; echo -n '{PROMPT}'; end; source script",
    ),
}


@contextmanager
def started(shell: str, run: Run, environ: dict[str, str], home: Path) -> Iterator[Terminal]:
    """A shell in a terminal that has its script and shows its prompt."""
    command, file, start = STARTS[shell]
    script = run(f"completion {shell}").out
    for name, text in {"script": script, "_lskeys": script, file: start}.items():
        (home / name).write_text(text)
    with terminal(command, environ, home) as at:
        at.until(PROMPT)
        yield at


@pytest.mark.parametrize("shell", [pytest.param(each, marks=needs(each)) for each in STARTS])
def test_tab_in_a_terminal(shell: str, run: Run, environ: dict[str, str], home: Path) -> None:
    """TAB shows the sandbox's names after delete and the options after a dash, and completes."""
    # bash lists at the second TAB; the others do at the first, and go into the list at the second.
    tabs = TAB * 2 if shell == "bash" else TAB
    with started(shell, run, environ, home) as at:
        at.type(f"lskeys delete {tabs}")
        at.until(*NAMES)
        at.type("\x15")  # ^U: away with the line
        at.type(f"lskeys list --incl{TAB}")
        at.until("--include-default")
        at.type("\x15")
        at.type(f"lskeys list --{tabs}")
        at.until("--all-regions", "--columns", "--debug", "--include-default")


@needs("zsh")
def test_zsh_knows_every_place(run: Run, environ: dict[str, str], home: Path) -> None:
    """One word that fits is put into the line, wherever the line is."""
    (home / "sub").mkdir()
    (home / "sub" / "laptop.pub").touch()
    wanted = {
        "lskeys downl": "lskeys download-default",
        "lskeys --sandbox sandbox ser": "lskeys --sandbox sandbox serve",
        "lskeys list --include-default -o jsonl --tag a --sort -crea": "-created",
        "lskeys rm --yes -r eu-central-1 sh": "shop.example",
        "lskeys delete --region=eu-central-1 sh": "shop.example",
        "lskeys import mine sub/lap": "sub/laptop.pub",
        "lskeys list --columns name,support": "name,support-code",
        "lskeys audit --ignore stale": "stale-default",
        "lskeys completion zs": "zsh",
        "lskeys -r sa-": "sa-east-1",
        "lskeys tag web-p": "web-production",
        "lskeys ssh of": "office",
        "lskeys untag web-production st": "stage",
    }
    with started("zsh", run, environ, home) as at:
        for typed, became in wanted.items():
            # After TAB the line is given to print, whose output is not what was typed.
            at.type(f"{typed}{TAB}")
            at.until(became[-5:])
            at.type("\x01print -r -- $((6*7)) '\x05'\n")
            printed = at.until("42 lskeys", "\n").partition("42 ")[2]
            assert printed.splitlines()[0].rstrip().endswith(became)
