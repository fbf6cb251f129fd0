"""The clients: where each comes from, how it is installed, run, and led to the sandbox."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.tools.conformance.steps import Step

_DRIVERS = Path(__file__).parent / "drivers"
_DEBIAN = (
    *("golang-1.19-go", "golang-1.19-src"),
    *("golang-github-aws-aws-sdk-go-dev", "golang-github-aws-aws-sdk-go-v2-dev"),
    *("golang-github-aws-smithy-go-dev", "golang-github-jmespath-go-jmespath-dev"),
    *("awscli", "python3-awscrt", "python3-ruamel.yaml", "python3-ruamel.yaml.clib"),
    *("python3-cffi-backend", "python3-colorama", "python3-cryptography", "python3-dateutil"),
    *("python3-distro", "python3-docutils", "python3-jmespath", "python3-prompt-toolkit"),
    *("python3-pyasn1", "python3-roman", "python3-six", "python3-urllib3", "python3-wcwidth"),
)
_OLD_BOTO3 = "boto3==1.26.165"
_OPERATION = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

Run = Callable[[Path, list[Step], Mapping[str, str]], dict[str, list[str]]]
"""Takes a directory, the steps and the environment; operation → members that came back."""


class NotHereError(Exception):
    """A client that cannot be had on this computer."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the table.

    Attributes:
        name: What it is called.
        source: The package, and where it comes from.
        option: What it needs besides the environment to be led to the sandbox, if anything.
        install: Installs it below a directory; gives its version.
        run: Takes it through the steps.
    """

    name: str
    source: str
    option: str | None
    install: Callable[[Path], str]
    run: Run


def _output(*command: str | Path, **options: object) -> str:
    """What a command prints; NotHereError with its last words if it fails."""
    try:
        done = subprocess.run(  # type: ignore[call-overload]
            command, capture_output=True, text=True, check=False, timeout=900, **options
        )
    except FileNotFoundError:
        raise NotHereError(f"no {command[0]}") from None
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or ["failed"]
        raise NotHereError(words[-1])
    return str(done.stdout)


def _pip(*packages: str) -> Callable[[Path], str]:
    def install(directory: Path) -> str:
        if not (directory / "bin").is_dir():
            _output(sys.executable, "-m", "venv", directory)
        python = directory / "bin" / "python"
        _output(python, "-m", "pip", "install", "--quiet", *packages)
        name = packages[0].partition("=")[0]
        code = f"import importlib.metadata as m; print(m.version('{name}'))"
        return _output(python, "-c", code).strip()

    return install


def _npm(package: str) -> Callable[[Path], str]:
    def install(directory: Path) -> str:
        directory.mkdir(parents=True, exist_ok=True)
        _output("npm", "install", "--silent", "--prefix", directory, package)
        found = directory / "node_modules" / package / "package.json"
        return str(json.loads(found.read_text())["version"])

    return install


def _debian(package: str) -> Callable[[Path], str]:
    """Unpacks Debian's packages without installing them; one directory for all of them."""

    def install(directory: Path) -> str:
        root = directory.parent / "debian"
        if not root.is_dir():
            root.mkdir(parents=True)
            _output("apt-get", "-qq", "download", *_DEBIAN, cwd=root)
            for each in root.glob("*.deb"):
                _output("dpkg", "-x", each, root)
        [archive] = root.glob(f"{package}_*.deb")
        return archive.name.split("_")[1].partition("-")[0]

    return install


def _driven(*command: str, uses: str = "") -> Run:
    """Runs a driver, which gets the steps on stdin and prints what came back."""

    def run(directory: Path, steps: list[Step], environ: Mapping[str, str]) -> dict[str, list[str]]:
        words = [word.format(directory=directory, drivers=_DRIVERS) for word in command]
        given = json.dumps([[name, members] for name, members, _ in steps])
        printed = _output(*words, input=given, env={**environ, "USES": uses}, cwd=directory.parent)
        found: dict[str, list[str]] = json.loads(printed)
        return found

    return run


def _aws(*command: str, python_path: str = "") -> Run:
    """Runs `aws lightsail OPERATION` for each step."""

    def run(directory: Path, steps: list[Step], environ: Mapping[str, str]) -> dict[str, list[str]]:
        endpoint = environ["AWS_ENDPOINT_URL_LIGHTSAIL"]
        root = directory.parent / "debian"
        words = [word.format(directory=directory, root=root, endpoint=endpoint) for word in command]
        environ = {**environ, "PYTHONPATH": python_path.format(root=root)}
        found: dict[str, list[str]] = {}
        for name, members, _ in steps:
            word = _OPERATION.sub("-", name).lower()
            given = ("--cli-input-json", json.dumps(members), "--output", "json")
            try:
                printed = _output(*words, "lightsail", word, *given, env=environ)
            except NotHereError:
                continue
            found[name] = sorted(key for key, value in json.loads(printed or "{}").items() if value)
        return found

    return run


def _go(program: str) -> Run:
    def run(directory: Path, steps: list[Step], environ: Mapping[str, str]) -> dict[str, list[str]]:
        root = directory.parent / "debian"
        directory.mkdir(exist_ok=True)
        building = {
            **environ,
            "GOROOT": str(root / "usr" / "lib" / "go-1.19"),
            "GOPATH": str(root / "usr" / "share" / "gocode"),
            "GO111MODULE": "off",
            "GOCACHE": str(directory.parent / "go-cache"),
            "GOFLAGS": "-buildvcs=false",
            "CGO_ENABLED": "0",
        }
        go = root / "usr" / "lib" / "go-1.19" / "bin" / "go"
        binary = directory / "driver"
        _output(go, "build", "-o", binary, _DRIVERS / program, env=building)
        return _driven(str(binary))(directory, steps, environ)

    return run


_DIST_PACKAGES = "{root}/usr/lib/python3/dist-packages"

CLIENTS: Sequence[Client] = (
    Client("AWS CLI v1", "awscli, PyPI", None, _pip("awscli"), _aws("{directory}/bin/aws")),
    Client(
        "AWS CLI v2",
        "awscli, Debian",
        "`--endpoint-url`",
        _debian("awscli"),
        _aws(
            "/usr/bin/python3",
            "{root}/usr/bin/aws",
            "--endpoint-url",
            "{endpoint}",
            python_path=_DIST_PACKAGES,
        ),
    ),
    Client(
        "boto3",
        "boto3, PyPI",
        None,
        _pip("boto3"),
        _driven("{directory}/bin/python", "{drivers}/drive.py", uses="boto3"),
    ),
    Client(
        "boto3 before 1.28",
        "boto3, PyPI",
        "`endpoint_url=`",
        _pip(_OLD_BOTO3),
        _driven("{directory}/bin/python", "{drivers}/drive.py", uses="boto3 endpoint"),
    ),
    Client(
        "aiobotocore",
        "aiobotocore, PyPI",
        None,
        _pip("aiobotocore"),
        _driven("{directory}/bin/python", "{drivers}/drive.py", uses="aiobotocore"),
    ),
    Client(
        "JavaScript v3",
        "@aws-sdk/client-lightsail, npm",
        None,
        _npm("@aws-sdk/client-lightsail"),
        _driven("node", "{drivers}/drive_v3.cjs", "{directory}"),
    ),
    Client(
        "JavaScript v2",
        "aws-sdk, npm",
        "`endpoint:`",
        _npm("aws-sdk"),
        _driven("node", "{drivers}/drive_v2.cjs", "{directory}"),
    ),
    Client(
        "Go v2",
        "aws-sdk-go-v2, Debian",
        "`EndpointResolver`",
        _debian("golang-github-aws-aws-sdk-go-v2-dev"),
        _go("drive_v2.go"),
    ),
    Client(
        "Go v1",
        "aws-sdk-go, Debian",
        "`WithEndpoint`",
        _debian("golang-github-aws-aws-sdk-go-dev"),
        _go("drive_v1.go"),
    ),
)


def path() -> str:
    """Where the programs of this computer are."""
    return os.environ["PATH"]
