"""What is installed: it runs without a warning from anywhere, and says of itself what is true.

The built wheel, the oldest and newest dependencies and each Python are tried by running the whole
suite on them (.ci/run); this is what can be seen from inside.
"""

import ast
import importlib.metadata
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import lskeys
from tests.support.matrix import Injected

ROOT = Path(lskeys.__file__).parent
STRICT = ("-X", "dev", "-W", "error", "-bb")


def strictly(*words: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in development mode, every warning an error, from an empty directory."""
    return subprocess.run(
        [sys.executable, *STRICT, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=directory,
    )


def test_every_module_loads_without_a_warning(home: Path, injected: Injected) -> None:
    """Each on its own name, in one fresh interpreter where every warning is an error."""
    names = [
        ".".join(("lskeys", *each.relative_to(ROOT).with_suffix("").parts))
        for each in sorted(ROOT.rglob("*.py"))
        if each.stem not in {"__init__", "__main__"}
    ]
    code = f"import importlib\nfor name in {names!r}: importlib.import_module(name)"
    ended = strictly("-c", code, directory=home)
    assert (ended.returncode, ended.stderr) == (0, "")
    injected(len(names))


@pytest.mark.parametrize("line", ["--version", "regions --sandbox -q", "sandbox path"])
def test_a_run_without_a_warning(home: Path, line: str) -> None:
    """No file is left open, bytes are not used as text, nothing deprecated is used."""
    ended = strictly("-m", "lskeys", *line.split(), directory=home)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout


def test_a_life_without_a_warning(home: Path) -> None:
    """The same for commands that write, prompt and delete."""
    for line in ("create web --type ed25519 -q", "delete web --fingerprint --yes -q"):
        ended = strictly("-m", "lskeys", "--sandbox", *line.split(), directory=home)
        assert (ended.returncode, ended.stderr) == (0, ""), line


def test_types_are_for_others_too() -> None:
    """The marker of PEP 561 is installed."""
    assert (files("lskeys") / "py.typed").is_file()


def test_the_version_is_the_installed_one() -> None:
    """What the program says is what a package manager says."""
    assert importlib.metadata.version("lskeys") == lskeys.__version__


def test_nothing_is_imported_that_is_not_depended_on() -> None:
    """Each library is a dependency by name, or comes with one that says so."""
    needed = {re.split(r"[^\w-]", line)[0] for line in importlib.metadata.requires("lskeys") or ()}
    comes_with = {"botocore": "boto3", "jmespath": "boto3", "urllib3": "boto3"}
    imported = {
        name.split(".")[0]
        for module in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        for name in _names(node)
    }
    others = imported - set(sys.stdlib_module_names) - {"lskeys", "_typeshed"}
    assert {comes_with.get(name, name) for name in others} == needed


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [each.name for each in node.names] if isinstance(node, ast.Import) else []


def test_the_program_is_a_command() -> None:
    """One entry point, and it is the program's door."""
    (command,) = importlib.metadata.entry_points(group="console_scripts", name="lskeys")
    assert command.value == "lskeys.__main__:main"
