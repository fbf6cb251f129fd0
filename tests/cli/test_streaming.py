"""Lists that are shown while they arrive: what is known is printed, what is missing is reported."""

import subprocess
import sys
import threading

import pytest

from lskeys.sandbox import REGIONS
from tests.conftest import Ran, Run
from tests.support.lying_server import Call, Liar, Reply, pair, pairs, said

LISTING = (sys.executable, "-m", "lskeys", "list", "-q")
BROKEN_OFF = (
    "lskeys: error: cannot list key pairs in us-east-1: invalid response: it is not a JSON object\n"
)


def seven_pages(call: Call) -> Reply:
    """Six pages of one pair each, and a seventh that is invalid."""
    if call.number == 6:
        return said([])
    return pairs(pair(f"web-{call.number}"), token=f"page {call.number + 1}")


@pytest.mark.parametrize("options", [["-q"], ["-o", "text"], ["-o", "csv"], ["-o", "jsonl"]])
def test_names_are_printed_while_pages_arrive(options: list[str], liar: Liar) -> None:
    """The second page is sent only once the first page's name came out of the pipe."""
    was_read = threading.Event()

    def respond(call: Call) -> Reply:
        if call.number == 0:
            return pairs(pair("first"), token="2")
        assert was_read.wait(timeout=60)
        return pairs(pair("second"))

    liar.responses("GetKeyPairs", respond)
    command = (sys.executable, "-m", "lskeys", "list", *options)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listing:
        assert listing.stdout is not None
        while "first" not in (line := listing.stdout.readline()):
            assert line
        was_read.set()
        assert "second" in listing.stdout.read()
    assert listing.returncode == 0


@pytest.mark.parametrize("options", ["-q", "--columns name"])
def test_a_list_that_breaks_off(options: str, liar: Liar, run: Run) -> None:
    """What had arrived is there, the error says that more is missing, and the exit code too."""
    liar.responses("GetKeyPairs", seven_pages)
    assert run(f"list {options}") == Ran(
        8,
        out="".join(f"web-{number}\n" for number in range(6)),
        err=f"{BROKEN_OFF}lskeys: hint: what is shown of us-east-1 is not complete; "
        "run the same command again\n",
    )


@pytest.mark.parametrize("options", ["-o json", "-o table", "--query 'keyPairs[].name'"])
def test_what_does_not_stream_is_whole_or_absent(options: str, liar: Liar, run: Run) -> None:
    """A document or a table that lacks its end is not shown as if it were one."""
    liar.responses("GetKeyPairs", seven_pages)
    ran = run(f"list {options}")
    assert (ran.exit_code, ran.out) == (8, "")


def test_no_header_without_a_result(liar: Liar, run: Run) -> None:
    """Where nothing was found out, CSV has no header that looks like an empty list."""
    liar.responses("GetKeyPairs", said([]))
    ran = run("list -o csv")
    assert (ran.exit_code, ran.out) == (8, "")


def test_a_silent_region_delays_no_other(liar: Liar) -> None:
    """The first region does not respond before the rows of all others came out of the pipe."""
    names = [region.name for region in REGIONS]
    were_read = threading.Event()

    def respond(call: Call) -> Reply:
        if call.region == names[0]:
            assert were_read.wait(timeout=60)
        return pairs(pair(f"of-{call.region}"))

    liar.responses("GetRegions", said({"regions": [{"name": name} for name in names]}))
    liar.responses("GetKeyPairs", respond)
    command = (*LISTING, "--all-regions")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listing:
        assert listing.stdout is not None
        others = [listing.stdout.readline().strip() for _ in names[1:]]
        were_read.set()
        assert others == [f"of-{name}" for name in names[1:]]
        assert listing.stdout.read() == f"of-{names[0]}\n"
    assert listing.returncode == 0
