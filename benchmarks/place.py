"""Where it is measured: an environment for each side, and a server that is neither's own.

Touches: the disk (below .tools), the package index, localhost.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_STARTED_WITH = ("AWS_", "LSKEYS_", "XDG_", "PYTHON")


@dataclass(frozen=True, slots=True)
class Place:
    """The environments of both sides, and the home directory of what is measured.

    `lazy` is one of ours whose Python loads modules when they are used, if there is such a Python.
    """

    ours: Path
    theirs: Path
    home: Path
    lazy: Path | None

    def line(self, line: str) -> str:
        """A command line with the directory of the programs of `lazy`."""
        return line.replace("{lazy}", f"{self.lazy}/bin")

    def environ(self, endpoint: Mapping[str, str]) -> dict[str, str]:
        """The variables of a command: an empty home, both sides' programs, the server."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_STARTED_WITH) and not name.lower().endswith("_proxy")
        }
        directories = [str(self.ours / "bin"), str(self.theirs / "bin"), os.environ["PATH"]]
        return {
            **kept,
            **endpoint,
            "PATH": os.pathsep.join(directories),
            "HOME": str(self.home),
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def prepared(repository: Path) -> Place:
    """Both sides installed, each into its own environment: a wheel of ours, the current awscli."""
    below = repository / ".tools" / "bench"
    newest = shutil.which("python3.15") if sys.version_info < (3, 15) else sys.executable
    lazy = below / "lskeys-lazy" if newest else None
    place = Place(below / "lskeys", below / "aws", below / "home", lazy)
    wheels = below / "wheels"
    for old in (wheels, place.home):
        shutil.rmtree(old, ignore_errors=True)
    (place.home / "keys").mkdir(parents=True, mode=0o700)
    _pip(place.ours, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(repository))
    [wheel] = wheels.glob("*.whl")
    _install(place.ours, wheel, sys.executable)
    if place.lazy and newest:
        _install(place.lazy, wheel, newest)
    _pip(place.theirs, "install", "--upgrade", "awscli")
    key = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(place.home / "key"))
    subprocess.run(key, check=True, stdin=subprocess.DEVNULL)
    return place


@contextmanager
def serving(place: Place, *, runs: int) -> Iterator[Mapping[str, Mapping[str, str]]]:
    """The variables that point at each account of a server, as long as the block lasts."""
    program = Path(__file__).with_name("server.py")
    started = [str(place.ours / "bin" / "python"), str(program), str(place.home), str(runs)]
    with subprocess.Popen(started, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as server:
        assert server.stdout is not None
        try:
            yield json.loads(server.stdout.readline())
        finally:
            server.terminate()


def version(program: Path) -> str:
    """What a program says its version is."""
    said = subprocess.run((program, "--version"), check=True, capture_output=True, text=True)
    return said.stdout.strip()


def _install(environment: Path, wheel: Path, python: str) -> None:
    _pip(environment, "install", str(wheel), python=python)
    _pip(environment, "install", "--force-reinstall", "--no-deps", str(wheel))


def _pip(environment: Path, *arguments: str, python: str = sys.executable) -> None:
    if not (environment / "bin" / "python").exists():
        subprocess.run((python, "-m", "venv", str(environment)), check=True)
    pip = (str(environment / "bin" / "python"), "-m", "pip", "--quiet", *arguments)
    subprocess.run(pip, check=True)
