"""Check what is in the built wheel and source distribution: python .ci/contents.py DIST."""

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

DIST = Path(sys.argv[1])
PYPROJECT = tomllib.loads(Path("pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
TARGETS = PYPROJECT["tool"]["hatch"]["build"]["targets"]


def tracked() -> set[str]:
    """Every file of the repository; where this is no clone, every one that should be packed."""
    if not Path(".git").exists():
        tops = [Path(each.removeprefix("/")) for each in TARGETS["sdist"]["include"]]
        found = [file for top in tops for file in (top, *top.rglob("*"))]
        return {str(each) for each in found if each.is_file() and "__pycache__" not in each.parts}
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {name for name in listed.split("\0") if name and Path(name).exists()}


def same(what: str, found: set[str], expected: set[str]) -> None:
    """End with what is missing and what is too much, unless the two are the same."""
    if found != expected:
        missing, extra = sorted(expected - found), sorted(found - expected)
        sys.exit(f"{what}: missing {missing}, not expected {extra}")
    print(f"{what}: {len(found)} files, as expected")


def shared(data: str) -> set[str]:
    """The files next to the package: a manual page for each command, a script for each shell."""
    verbs = (each.stem for each in Path("src/lskeys/cli/commands").glob("[!_]*.py"))
    words = ("lskeys", *(f"lskeys-{each.strip('_').replace('_', '-')}" for each in verbs))
    scripts = (
        "bash-completion/completions/lskeys",
        "zsh/site-functions/_lskeys",
        "fish/vendor_completions.d/lskeys.fish",
    )
    return {
        f"{data}/data/share/{each}"
        for each in (*scripts, *(f"man/man1/{word}.1" for word in words))
    }


def main() -> None:
    """Compare each archive with the repository, and the wheel's metadata with the project."""
    (wheel_file,), (sdist_file,) = DIST.glob("*.whl"), DIST.glob("*.tar.gz")
    name = "-".join(wheel_file.name.split("-")[:2])
    files = tracked()
    package = {each.removeprefix("src/") for each in files if each.startswith("src/")}
    described = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    with zipfile.ZipFile(wheel_file) as wheel:
        expected = package | {f"{name}.dist-info/{each}" for each in described}
        same("wheel", set(wheel.namelist()), expected | shared(f"{name}.data"))
        metadata = HeaderParser().parsestr(wheel.read(f"{name}.dist-info/METADATA").decode())
    assert "lskeys/py.typed" in package
    assert not any("test" in each for each in package)
    assert metadata["License-Expression"] == PROJECT["license"]
    assert metadata["License-File"] == "LICENSE"
    assert metadata["Requires-Python"] == PROJECT["requires-python"]
    assert len(metadata.get_all("Requires-Dist")) == len(PROJECT["dependencies"])
    with tarfile.open(sdist_file) as sdist:
        members = [each for each in sdist.getmembers() if each.isfile()]
    found = {each.name.removeprefix(f"{name}/") for each in members}
    same("source distribution", found, files | {"PKG-INFO"})
    assert not [each.name for each in members if each.uid or each.gid], "a builder's identity"


main()
