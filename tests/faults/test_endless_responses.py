"""What never stops coming is left in time: no answer, and no helper of AWS's, fills the memory."""

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
    "of a length that is told": Reply(b"{", length=10**12, ending=Ending.FLOOD),
}


def ended(line: str) -> tuple[int, str, int]:
    """Run a command line as a process: its exit code, its stderr, and its peak in KiB."""
    command = (sys.executable, "-m", "lskeys", *shlex.split(line))
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        told = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, told, used.ru_maxrss


@pytest.mark.parametrize("kind", FLOOD)
def test_an_endless_answer(kind: str, liar: Liar) -> None:
    """An answer that does not end is left long before memory or time runs out."""
    liar.responses("GetKeyPairs", FLOOD[kind])
    exit_code, told, peak = ended("list --timeout 600")
    assert (exit_code, peak < MAX_KIB) == (8, True), (told, peak)
    assert told.startswith("lskeys: error: cannot list key pairs in us-east-1: ")
    assert "it is larger than memory allows" in told


def test_an_endless_answer_to_a_change(liar: Liar) -> None:
    """Of a change that was answered so, it is said how to go on whether it happened or not."""
    liar.responses("GetKeyPair", said({"keyPair": pair()}))
    liar.responses("TagResource", FLOOD["of any length"])
    exit_code, told, peak = ended("tag web a=b --timeout 600")
    assert (exit_code, peak < MAX_KIB) == (8, True), (told, peak)
    assert "run the same command again: it changes what is still to be changed" in told


def test_an_endless_credential_process(home: Path, tmp_path: Path) -> None:
    """Credentials that do not end are none, and the rest of them is not waited for."""
    configure_aws(home, f"[default]\ncredential_process = {program(tmp_path / 'endless', 'yes')}\n")
    exit_code, told, peak = ended(f"list {NOWHERE} --timeout 600")
    assert (exit_code, peak < MAX_KIB) == (4, True), (told, peak)
    assert "check credential_process" in told
