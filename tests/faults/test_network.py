"""The network fails: reads are sent again a few times, changes are not, and all of it ends."""

import pytest

from lskeys.sandbox import Server
from tests.conftest import Ran, Run
from tests.support.deadlines import run_out_of_time
from tests.support.lying_server import HOLD, RESET, Call, Liar, Reply, pair, pairs, refused, said

LATER = "lskeys: hint: wait a little, then run the same command again\n"
SLOW = "lskeys: hint: check the network, or allow more with --timeout SECONDS\n"
DOING = "lskeys: error: cannot list key pairs in us-east-1: "
FAILURES = {
    "reset": RESET,
    "cut off in the head": Reply(length=0, ending=RESET.ending),
    "throttled": refused("ThrottlingException", "Rate exceeded"),
    "too many": refused("TooManyRequestsException", status=429),
    "internal": refused("InternalFailure", status=500),
    "gateway": Reply(b"<html>502 Bad Gateway</html>", status=502),
    "busy": Reply(b"<html>503</html>", status=503),
    "late": Reply(b"", status=504),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_read_is_sent_again(kind: str, liar: Liar, run: Run) -> None:
    """A failure that passes is not noticed; one that stays is reported after three attempts."""
    liar.responses("GetKeyPairs", FAILURES[kind], pairs(pair()))
    assert run("list -q") == Ran(0, out="web\n")
    assert len(liar.calls) == 2
    liar.responses("GetKeyPairs", FAILURES[kind])
    ran = run("list")
    assert (ran.exit_code, ran.out, len(liar.calls)) == (8, "", 2 + 3)
    assert ran.err.startswith(DOING)


def test_each_page_is_sent_again(liar: Liar, run: Run) -> None:
    """A failure between pages costs that page only."""
    liar.responses(
        "GetKeyPairs",
        pairs(pair("a1"), token="2"),
        RESET,
        pairs(pair("a2")),
    )
    assert run("list -q") == Ran(0, out="a1\na2\n")
    assert [call.members.get("pageToken") for call in liar.calls] == [None, "2", "2"]


# Time


def test_a_silent_region_hides_no_other(liar: Liar, run: Run) -> None:
    """The others are shown when one region stays silent."""
    liar.responses(
        "GetKeyPairs", lambda call: HOLD if call.region == "eu-west-1" else pairs(pair())
    )
    line = "list -r eu-west-1 -r us-east-1 -r us-west-2 --columns name,region"
    ran, deadline = run_out_of_time(run, line, lambda: len(liar.calls) == 3)
    assert ran == Ran(
        7,
        out="web\tus-east-1\nweb\tus-west-2\n",
        err="lskeys: error: cannot list key pairs in eu-west-1: no response within "
        f"{deadline} seconds\n"
        f"{SLOW}lskeys: error: 1 of 3 regions failed\n",
    )


@pytest.mark.usefixtures("liar")
def test_no_tls_where_tls_is_required(liar: Liar, run: Run) -> None:
    """A server that speaks no TLS is not spoken to in the clear."""
    ran = run(f"list --endpoint-url {liar.endpoint.replace('http', 'https')}")
    assert (ran.exit_code, ran.out, liar.calls) == (8, "", [])
    assert ran.err.startswith(DOING)


# Regions


def test_wrong_credentials_are_not_taken_for_a_missing_list(server: Server, run: Run) -> None:
    """Where no region would do better, none is queried."""
    server.add_fault("GetRegions=ExpiredTokenException")
    ran = run("list --all-regions")
    assert (ran.exit_code, ran.out) == (4, "")
    assert [request.operation for request in server.requests] == ["GetRegions"]


# Changes


def test_a_lost_response_and_another_pair_has_the_name(liar: Liar, run: Run) -> None:
    """Another pair that got the name meanwhile is not deleted in its place."""
    another = pair(arn="arn:aws:lightsail:us-east-1:123456789012:KeyPair/1", fingerprint="aa:bb")

    def look(call: Call) -> Reply:
        return said({"keyPair": another if call.number else pair()})

    liar.responses("GetKeyPair", look)
    liar.responses("DeleteKeyPair", RESET)
    assert run("delete web --yes").exit_code == 0
    sent = [each for each in liar.operations if each != "GetInstances"]
    assert sent == ["GetKeyPair", "DeleteKeyPair", "GetKeyPair"]


def test_a_misspelled_region_where_no_other_hint_is_known(liar: Liar, run: Run) -> None:
    """The near region is all of the hint, where lskeys knows no other way out."""
    liar.responses("GetKeyPairs", refused("OddException"))
    ran = run("list -r eu-wst-1")
    assert ran.exit_code == 8
    assert ran.err.splitlines()[-1] == "lskeys: hint: did you mean eu-west-1?"
