"""The whole program, watched by strace while it saves a key: in which order, by whose hand."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import lskeys
from lskeys.sandbox import Sandbox, Server
from tests.conftest import REGION

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")

CALL = re.compile(r"^(?:\d+ +)?(\w+\(.*)$", re.MULTILINE)
DRAFT = r"\.lskeys-[0-9a-f]{16}"
STARTS = ("execve(", "execveat(", "fork(", "vfork(", "clone(", "clone3(")
THREAD = "CLONE_THREAD"
PATIENCE = 120.0

VERBS = {
    "create": ("create web --type ed25519", "web.pem", "ImportKeyPair"),
    "create --service-generated": ("create web --service-generated", "web.pem", "CreateKeyPair"),
    "download-default": (
        "download-default",
        f"LightsailDefaultKey-{REGION}.pem",
        "DownloadDefaultKeyPair",
    ),
}


@dataclass(frozen=True, slots=True)
class Traced:
    """The system calls of a run, one line a call, in the order of their beginning."""

    lines: tuple[str, ...]

    def first(self, pattern: str, *, after: int = -1) -> int:
        """Where a call like this comes first behind a place; fails where none does."""
        found = re.compile(pattern)
        at = next(
            (at for at, line in enumerate(self.lines) if at > after and found.match(line)), -1
        )
        assert at >= 0, f"no call like {pattern}"
        return at


Trace = Callable[[str], Traced]


@pytest.fixture
def trace(server: Server, account: Sandbox, rsa_pem: str, tmp_path: Path) -> Trace:
    """Runs a command line as a program of its own, under strace."""
    account.add_default_key_pair(REGION, private_pem=rsa_pem)

    def run(line: str) -> Traced:
        log = tmp_path / "strace"
        watched = "%process,%network,openat,fallocate,pwrite64,fsync,linkat"
        strace = ("strace", "-f", "-y", "-s", "400", "--seccomp-bpf", "--trace", watched)
        ended = subprocess.run(
            (*strace, "-o", log, sys.executable, "-m", "lskeys", *line.split()),
            env={**os.environ, "PYTHONPATH": str(Path(lskeys.__file__).parents[1])},
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        assert ended.returncode == 0, ended.stderr.decode()
        # Where another thread comes between, a call has a line for its beginning, one for its end.
        text = log.read_text(errors="replace").replace(" <unfinished ...>", ")")
        return Traced(tuple(CALL.findall(text)))

    assert server.endpoint
    return run


@pytest.mark.parametrize("verb", VERBS)
def test_the_order_of_saving(trace: Trace, home: Path, verb: str) -> None:
    """Private draft and space, then the call; write, flush, name, flush the directory, read back.

    A local key is on the disk before its public key is sent. Only threads are started: no helper
    from PATH, no shell and no fork sees the key.
    """
    line, name, operation = VERBS[verb]
    traced = trace(line)
    directory = re.escape(str(home / ".ssh"))
    created = rf'openat\(\d+<{directory}>, "({DRAFT})", O_WRONLY\|O_CREAT\|O_EXCL\|O_NOFOLLOW'
    drafted = traced.first(created)
    draft = re.escape(re.findall(DRAFT, traced.lines[drafted])[0])
    reserved = traced.first(rf"fallocate\(\d+<{directory}/{draft}>", after=drafted)
    requested = traced.first(rf".*X-Amz-Target: Lightsail_20161128\.{operation}\b", after=reserved)
    written = traced.first(rf"pwrite64\(\d+<{directory}/{draft}>", after=reserved)
    flushed = traced.first(rf"fsync\(\d+<{directory}/{draft}>", after=written)
    named = traced.first(rf'linkat\(.*"{draft}", .*"{re.escape(name)}"', after=flushed)
    kept = traced.first(rf"fsync\(\d+<{directory}>\)", after=named)
    traced.first(rf'openat\(.*"{re.escape(name)}", O_RDONLY', after=kept)
    assert requested > kept if verb == "create" else requested < written
    started = [each for each in traced.lines if each.startswith(STARTS) and THREAD not in each]
    assert [each.partition("(")[0] for each in started] == ["execve"]
