"""The house rules, held by the code itself: who imports whom, where, and when."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer

import lskeys
from lskeys.cli import commands
from lskeys.cli.lazy_modules import SELDOM_USED

ROOT = Path(lskeys.__file__).parent
REPOSITORY = Path(__file__).parents[1]
MODULES = sorted(ROOT.rglob("*.py"))

ROOMS = (
    "__main__ > cli > output > audit > keypairs ssh > storage > "
    "lightsail keys config > concurrency > model > errors text regular_files values"
)
"""The rooms from the command line down: each imports only from those to the right of its own."""
ONLY_IN = {
    "boto3": set[str](),  # its own start costs a tenth of a list: docs/performance.md
    "botocore": {"lightsail"},
    "cryptography": {"keys", "sandbox"},
    "jmespath": {"cli"},
    "platformdirs": {"config"},
    "rich": {"output"},
    "typer": {"cli"},
    "click": set[str](),
    "unittest": set[str](),
}
ELSEWHERE = (
    "lskeys.cli.command_tree",
    "lskeys.keypairs.results",
    "lskeys.keys.fingerprints",
    "lskeys.keys.matching",
)
"""What a list needs none of: each is a millisecond or more."""
START = ("--version", "--help", "list")
"""What is started most often declares values, which cost a tenth of dataclasses."""
HEAVY = ("boto3", "botocore", "cryptography", "http", "jmespath", "sqlite3", "urllib3")


def run_and_inspect(line: list[str], then: str, home: Path) -> list[str]:
    """Run a command line in a fresh interpreter, and then this code: the lines on stderr.

    The code knows `before`, the modules that were loaded already, and the `exit_code`.
    """
    code = (
        "import sys, runpy\n"
        f"before, exit_code, sys.argv = set(sys.modules), 0, ['lskeys', *{line!r}]\n"
        "try:\n    runpy.run_module('lskeys', run_name='__main__')\n"
        "except SystemExit as error:\n    exit_code = error.code\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code + then], capture_output=True, text=True, check=True, cwd=home
    )
    return ended.stderr.splitlines()


def room_of(module: Path) -> str:
    """The room a file belongs to: the name behind `lskeys.`."""
    return module.relative_to(ROOT).parts[0].removesuffix(".py")


@cache
def tree_of(module: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse(module.read_text())


def imported(tree: ast.AST, *, for_types: bool) -> Iterator[str]:
    """Every module a file imports, with or without those under TYPE_CHECKING."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            if for_types:
                yield from imported(node, for_types=True)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        else:
            yield from imported(node, for_types=for_types)


def rooms_imported(module: Path) -> set[str]:
    """The other rooms a file imports when it runs."""
    names = imported(tree_of(module), for_types=False)
    rooms = {name.split(".")[1] for name in names if name.startswith("lskeys.")}
    return rooms - {room_of(module), "__version__"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(ROOT)))
def test_imports_go_down(module: Path) -> None:
    """A file imports from lower rooms only; the sandbox is a stranger to all of them."""
    ranks = {room: rank for rank, row in enumerate(ROOMS.split(" > ")) for room in row.split()}
    room = room_of(module)
    if room in {"__init__", "sandbox"}:
        assert not rooms_imported(module)
    else:
        rooms = rooms_imported(module) - {"sandbox"}
        assert not {other for other in rooms if ranks[other] <= ranks[room]}


def test_only_the_runtime_and_its_own_verb_reach_the_sandbox() -> None:
    """The sandbox and the rest meet on the wire: one mistake cannot be made on both sides."""
    users = {module for module in MODULES if "sandbox" in rooms_imported(module)}
    runtime, verb = ROOT / "cli" / "runtime", ROOT / "cli" / "commands" / "sandbox.py"
    assert all(module == verb or runtime in module.parents for module in users)


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_has_one_home(library: str) -> None:
    """Each library is imported, even for types, by the one part that owns it."""
    users = {
        room_of(module)
        for module in MODULES
        for name in imported(tree_of(module), for_types=True)
        if name.split(".")[0] == library
    }
    assert users <= ONLY_IN[library]


def test_only_the_runtime_imports_inside_functions() -> None:
    """Lazy imports live in one part; every other file has an honest import block.

    Except for the door, which completes words before it imports the program.
    """
    lazy = {
        str(module.parent.relative_to(ROOT))
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(each, ast.Import | ast.ImportFrom) for each in ast.walk(node))
    }
    assert lazy == {".", "cli/runtime"}


@pytest.mark.parametrize(
    ("line", "unwanted"),
    [
        (["--version"], (*HEAVY, "rich")),
        (["--help"], HEAVY),
        *(([verb.word, "--help"], HEAVY) for verb in commands.VERBS),
        *(
            (["sandbox", word, "--help"], HEAVY)
            for word in ("serve", "env", "exec", "reset", "path")
        ),
        *(([verb.word, "--nonsense"], (*HEAVY, "rich")) for verb in commands.VERBS),
        (["help", "security"], HEAVY),
        (["sandbox", "path"], (*HEAVY, "rich")),
        (
            ["list", "-r", "us-east-1", "--endpoint-url", "http://127.0.0.1:9"],
            (
                *("boto3", "cryptography", "rich", "s3transfer", "sqlite3", "tomllib"),
                *(*ELSEWHERE, *SELDOM_USED),
            ),
        ),
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(
    line: list[str], unwanted: tuple[str, ...], home: Path
) -> None:
    """A fresh interpreter that does this loads none of these; a usual start makes no dataclass.

    A module that is to be loaded when it is used has a class of its own until then.
    """
    then = (
        "there = {name for name, each in sys.modules.items() if type(each) is type(sys)} - before\n"
        "declaring = [name for name, each in sys.modules.items()\n"
        "    if name.startswith('lskeys.') and hasattr(each, 'dataclass')]\n"
        f"print('loaded', sorted(there & set({unwanted!r})), file=sys.stderr)\n"
        "print('dataclasses in', sorted(declaring), file=sys.stderr)"
    )
    loaded, declaring = run_and_inspect(line, then, home)[-2:]
    assert loaded == "loaded []"
    if line[0] in START:
        assert declaring == "dataclasses in []"


@pytest.mark.parametrize("verb", ["create new --service-generated", "download-default"])
@pytest.mark.parametrize("to", ["--out .", "--file -"])
def test_what_reads_a_key_is_loaded_before_the_request(
    verb: str, to: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that AWS hands out once is not lost because a module cannot be loaded."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "a")
    line = f"{verb} {to} -y -r us-east-1 --endpoint-url http://127.0.0.1:9 --timeout 5"
    then = "print(exit_code, *sys.modules, file=sys.stderr)\n"
    files = [each for each in (ROOT / "keys").glob("*.py") if "cryptography" in each.read_text()]
    files.remove(ROOT / "keys" / "elliptic.py")  # signs requests, and reads no key pair's key
    exit_code, *loaded = run_and_inspect(line.split(), then, home)[-1].split()
    assert exit_code == "8"
    assert {f"lskeys.keys.{each.stem}" for each in files} <= {*loaded, "lskeys.keys.__init__"}
    assert {"cryptography.hazmat.primitives.serialization", "lskeys.storage.writing"} <= {*loaded}


@pytest.mark.parametrize("kind", ["names", "regions", "profiles"])
def test_tab_loads_its_own_files_alone(kind: str, home: Path) -> None:
    """Completion loads the door and the words, and nothing else that is not Python's.

    Of Python's own, nothing that takes longer to import than the completion takes.
    """
    then = (
        "loaded = set(sys.modules) - before\n"
        "own = {each for each in loaded if each.partition('.')[0] == 'lskeys'}\n"
        "slow = {'argparse', 'dataclasses', 'datetime', 'inspect', 'json', 'pathlib', 'shutil',\n"
        "        'socket', 'sqlite3', 'subprocess', 'tempfile', 'tomllib', 'typing'}\n"
        "other = {each.partition('.')[0] for each in loaded - own} - sys.stdlib_module_names\n"
        "print(*sorted(own), file=sys.stderr)\n"
        "print(*sorted(other), *sorted(loaded & slow), file=sys.stderr)\n"
    )
    own, other = run_and_inspect(["_complete", kind, "lskeys", "delete"], then, home)
    assert {each for each in own.split() if not each.startswith("lskeys.cli.completion")} == {
        "lskeys",
        "lskeys.cli",
        "lskeys.regular_files",
    }
    assert other == ""


def test_every_module_says_what_it_is() -> None:
    """The first lines of all files are the map: one sentence each."""
    for module in MODULES:
        said = ast.get_docstring(tree_of(module))
        assert said, module
        assert said.splitlines()[0].endswith("."), module


def test_every_error_is_made_with_a_next_step() -> None:
    """Whoever makes an error that a user must act on has thought of what to do next."""
    to_act_on = {"MissingError", "SetupError", "RefusedError", "RemoteError", "LocalError"}
    calls = (
        (module, node)
        for module in MODULES
        if room_of(module) != "sandbox"  # which speaks as AWS does
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )
    assert not [
        f"{module}:{node.lineno}"
        for module, node in calls
        if ast.unparse(node.func) in to_act_on
        and not {each.arg for each in node.keywords} & {"hint", None}
    ]


@pytest.mark.parametrize("verb", commands.VERBS, ids=lambda verb: verb.word)
def test_the_table_says_what_the_verb_says(verb: commands.Verb) -> None:
    """What the help page says of a verb is the first line of the verb's own help."""
    loaded = verb.load()
    said = loaded.info.help if isinstance(loaded, typer.Typer) else loaded.__doc__
    assert said is not None
    assert said.splitlines()[0] == verb.summary


def test_a_run_loads_the_file_of_its_verb_alone(home: Path) -> None:
    """A verb's file, and what only that verb needs, is read when it is typed."""
    then = (
        "start = 'lskeys.cli.commands.'\n"
        "print(*sorted(each for each in sys.modules if each.startswith(start)), file=sys.stderr)\n"
    )
    assert run_and_inspect(["config"], then, home)[-1] == "lskeys.cli.commands.config"


def test_every_verb_has_its_file_and_its_row_in_the_readme() -> None:
    """A verb is one file and one line in the table of verbs, and the README names it."""
    files = {each.stem for each in (ROOT / "cli" / "commands").glob("[!_]*.py")}
    words = {verb.word for verb in commands.VERBS}
    assert files == {verb.module for verb in commands.VERBS}
    readme = (REPOSITORY / "README.md").read_text()
    assert not {word for word in words if f"`{word}" not in readme}
