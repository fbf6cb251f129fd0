"""What never stops coming is left in time: no response and no helper fills the memory."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_setup import configure_aws, program
from tests.support.lying_server import Ending, Liar, Reply, pair, said

NOWHERE = "-r us-east-1 --endpoint-url http://127.0.0.1:9"
MAX_KIB = 1_500_000
FLOOD = {
    "of any length": Reply(
        wire=b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{", ending=Ending.FLOOD
    ),
    "of a stated length": Reply(b"{", length=10**12, ending=Ending.FLOOD),
}


def ended(line: str) -> tuple[int, str, int]:
    """Run a command line as a process: its exit code, its stderr, and its peak in KiB."""
    command = (sys.executable, "-m", "lskeys", *shlex.split(line))
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        message = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, message, used.ru_maxrss


@pytest.mark.parametrize("kind", FLOOD)
def test_an_endless_response(kind: str, liar: Liar) -> None:
    """A response that does not end is left long before memory or time runs out."""
    liar.responses("GetKeyPairs", FLOOD[kind])
    exit_code, message, peak = ended("list --timeout 600")
    assert (exit_code, peak < MAX_KIB) == (8, True), (message, peak)
    assert message.startswith("lskeys: error: cannot list key pairs in us-east-1: ")
    assert "it is larger than memory allows" in message


BIG_PARENT = """
import os, re, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
held = b"x" * (1_600 * 1024 * 1024)
child = os.fork()
if child == 0:
    os.execv(sys.executable, [sys.executable, "-m", "lskeys", *sys.argv[1:]])
most = 0
while not signal.sigtimedwait([signal.SIGCHLD], 0.05):
    is_lskeys = b"lskeys" in open(f"/proc/{child}/cmdline", "rb").read()
    found = re.search(r"VmRSS:\\s*(\\d+)", open(f"/proc/{child}/status").read())
    most = max(most, int(found[1])) if found and is_lskeys else most
print(most)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""Runs lskeys from a process that has more memory than lskeys may take; prints its most in KiB."""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count no parent's memory")
def test_an_endless_response_below_a_big_parent(liar: Liar) -> None:
    """What a parent had before it ran lskeys is not taken for its own, and moves no bound."""
    liar.responses("GetKeyPairs", FLOOD["of any length"])
    command = (sys.executable, "-c", BIG_PARENT, "list", "--timeout", "600")
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, 100_000 < int(ran.stdout) < MAX_KIB) == (8, True), ran
    assert "it is larger than memory allows" in ran.stderr


def test_an_endless_response_within_little_memory(liar: Liar) -> None:
    """Where the system refuses memory before the bound is reached, it is reported as the same."""
    liar.responses("GetKeyPairs", FLOOD["of any length"])
    command = f"ulimit -v 700000; exec {shlex.quote(sys.executable)} -m lskeys list --timeout 60"
    ran = subprocess.run(("sh", "-c", command), capture_output=True, text=True, check=False)
    assert ran.returncode == 8, ran.stderr
    assert "it is larger than memory allows" in ran.stderr


def test_an_endless_response_to_a_change(liar: Liar) -> None:
    """After such a response to a change, the hint works whether it happened or not."""
    liar.responses("GetKeyPair", said({"keyPair": pair()}))
    liar.responses("TagResource", FLOOD["of any length"])
    exit_code, message, peak = ended("tag web a=b --timeout 600")
    assert (exit_code, peak < MAX_KIB) == (8, True), (message, peak)
    assert "the same command changes what is still missing" in message


def test_an_endless_credential_process(home: Path, tmp_path: Path) -> None:
    """Credentials that do not end are none, are not quoted, and the rest is not waited for."""
    endless = program(tmp_path / "endless", "yes canary")
    configure_aws(home, f"[default]\ncredential_process = {endless}\n")
    exit_code, message, peak = ended(f"list {NOWHERE} --timeout 600")
    assert (exit_code, peak < MAX_KIB) == (4, True), (message, peak)
    assert ("check credential_process" in message, "canary" in message) == (True, False)
