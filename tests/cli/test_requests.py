"""What a command requests: no call more than it needs, and none waits for nothing."""

import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from lskeys.sandbox import DEFAULT_PAIR, REGIONS, Sandbox, Server
from tests.conftest import REGION, Run
from tests.support.lying_server import Call, Liar, Reply, Script, pair, pairs, said

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture
def filled(account: Sandbox, server: Server, home: Path, rsa_pem: str) -> Server:
    """The server of an account with a default pair, two pairs and an instance; keys are here."""
    ssh = home / ".ssh"
    ssh.mkdir(mode=0o700)
    command = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "web.pem")
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    shutil.copy("web.pem", ssh / "web.pem")
    default = ssh / "default.pem"
    default.touch(mode=0o600)
    default.write_text(rsa_pem)
    account.add_default_key_pair(REGION, private_pem=rsa_pem)
    account.add_key_pairs(REGION, ["web", "old"], public_line=Path("web.pem.pub").read_text())
    account.add_instance(REGION, "blog", key_pair_name="web")
    return server


REQUESTS = {
    "list": "GetKeyPairs",
    "list --include-default --sort name": "GetKeyPairs",
    "list --in-use": "GetKeyPairs GetInstances",
    "list -r us-east-1 -r eu-west-1": "GetKeyPairs GetKeyPairs",
    "list --all-regions": f"GetRegions {'GetKeyPairs ' * len(REGIONS)}",
    "show web": "GetKeyPair GetInstances",
    # Is the name free, the import, its result: the response to the import has no key pair.
    "create new --type ed25519": "GetKeyPair ImportKeyPair GetKeyPair",
    "create new --service-generated": "GetKeyPair CreateKeyPair GetKeyPair",
    "import new web.pem.pub": "ImportKeyPair GetKeyPair GetKeyPairs",
    "import web web.pem.pub --if-absent": "GetKeyPair GetKeyPairs",
    "download-default": "GetKeyPairs DownloadDefaultKeyPair",
    "delete web --yes": "GetKeyPair GetInstances DeleteKeyPair",
    "delete web --yes --fingerprint": "GetKeyPair GetInstances DeleteKeyPair",
    "delete web old --yes": "GetKeyPair GetKeyPair GetInstances DeleteKeyPair DeleteKeyPair",
    f"delete {DEFAULT_PAIR} --yes --fingerprint": "GetKeyPairs GetInstances DeleteKeyPair",
    "delete web --dry-run": "GetKeyPair GetInstances",
    "delete we? --yes": "GetKeyPairs GetInstances DeleteKeyPair",
    # Saved, deleted, made again, and compared with what is there now.
    "rotate-default --yes": "GetKeyPairs GetInstances DownloadDefaultKeyPair DeleteKeyPair "
    "DownloadDefaultKeyPair GetKeyPairs",
    "tag web stage=test": "GetKeyPair TagResource",
    "untag web stage": "GetKeyPair",
    "fingerprint web.pem": "",
    "fingerprint web.pem --match": "GetKeyPairs",
    "audit": "GetKeyPairs GetInstances",
    "ssh-config": "GetKeyPairs GetInstances",
    "regions": "GetRegions",
    "config --all-regions": "",
}


@pytest.mark.parametrize("line", REQUESTS)
def test_a_verb_requests_what_it_needs(line: str, filled: Server, run: Run) -> None:
    """In its common case a command makes these calls and no other one."""
    run(line)
    assert Counter(each.operation for each in filled.requests) == Counter(REQUESTS[line].split())


THREADS = {
    "list": 1,
    "list -o json": 1,
    "list -r us-east-1 -r eu-west-1": 2,
    "list --all-regions": len(REGIONS) + 1,
    "list --all-regions -o json": len(REGIONS) + 1,
    "list --in-use": 2,
    "show web": 2,
    "audit": 2,
    "regions": 2,
    "config": 0,
}
"""Besides the main thread; GetRegions has one that is left behind where it does not end."""


EACH_IN_A_FORK = """
import os, runpy, sys, threading
import tests.support.loaded_modules
for line in sys.argv[1:]:
    if os.fork() == 0:
        {before}
        sys.argv = ["lskeys", *line.split()]
        try: runpy.run_module("lskeys", run_name="__main__")
        except SystemExit as ended: code = ended.code or 0
        started = int(threading.Thread().name.removeprefix("Thread-")) - 1
        sys.stderr.write(f"{{line}}\\t{{code}}\\t{{started}}\\n")
        sys.stderr.flush()
        os._exit(0)
    os.wait()
"""


def in_forks(*lines: str, before: str = "pass") -> dict[str, tuple[int, int]]:
    """Run each line in a new process: its exit code, and how many threads it had started."""
    command = (sys.executable, "-c", EACH_IN_A_FORK.format(before=before), *lines)
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    rows = [each.split("\t") for each in ended.stderr.splitlines() if each.count("\t") == 2]
    return {line: (int(code), int(threads)) for line, code, threads in rows}


def test_a_thread_for_each_region() -> None:
    """A region with one request has one thread, however many pages."""
    assert {line: threads for line, (_, threads) in in_forks(*THREADS).items()} == THREADS


@pytest.mark.fault("M4")
def test_without_threads() -> None:
    """Where the system has none to give, the same is requested, one after another."""
    lines = (*THREADS, "create new --type ed25519", "delete web --yes")
    ended = in_forks(*lines, before="threading.stack_size(1 << 47)")  # more than addresses
    assert {line: code for line, (code, _) in ended.items()} == {
        line: 6 if line == "audit" else 0 for line in lines
    }


@pytest.mark.parametrize("line", ["list --in-use", "show web", "audit", "ssh-config"])
def test_independent_calls_go_out_together(line: str, liar: Liar, run: Run) -> None:
    """Neither call waits for the other's response: both get theirs once both are there."""
    both = threading.Barrier(2)

    def together(response: Reply) -> Script:
        def script(_call: Call) -> Reply:
            both.wait(timeout=30)
            return response

        return script

    web = pair("web")
    for operation, response in {
        "GetKeyPair": said({"keyPair": web}),
        "GetKeyPairs": pairs(web),
        "GetInstances": said({"instances": []}),
    }.items():
        liar.responses(operation, together(response))
    assert run(line).exit_code in {0, 6}
    assert not both.broken
