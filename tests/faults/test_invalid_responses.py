"""Invalid responses: none of their content is shown, the error is one line, the exit code 8."""

import re
from pathlib import Path

import pytest

from tests.conftest import REGION, Ran, Run
from tests.support.deadlines import run_out_of_time
from tests.support.lying_server import Call, Liar, Reply, pair, pairs, refused, said

NOT_JSON, NOT_UTF8 = "it is not JSON", "it is not UTF-8"
NO_OBJECT = "it is not a JSON object"
DEEP = b"[" * 100_000 + b"]" * 100_000
DEEP_OBJECT = b'{"location":' * 100_000 + b"1" + b"}" * 100_000

BODIES = {
    "html": (Reply(b"<!doctype html><p>Log in", headers={"Content-Type": "text/html"}), NOT_JSON),
    "cut off": (Reply(b'{"keyPairs": ', length=16), "13 of 16 bytes arrived"),
    "whole but short": (Reply(b'{"keyPairs": []}', length=17), "16 of 17 bytes arrived"),
    "broken": (Reply(b'{"keyPairs": ['), NOT_JSON),
    "two values": (Reply(b'{"keyPairs": []}{}'), NOT_JSON),
    "empty": (Reply(b""), NOT_JSON),
    "no content": (Reply(b"", status=204), NOT_JSON),
    "no pairs": (said({}), "it has no keyPairs"),
    "null": (said(None), NO_OBJECT),
    "list": (said([]), NO_OBJECT),
    "text": (said("keyPairs"), NO_OBJECT),
    "number": (said(1), NO_OBJECT),
    "no UTF-8": (Reply(b'{"keyPairs": [], "a": "\xff"}'), NOT_UTF8),
    "UTF-16": (Reply('{"keyPairs": []}'.encode("utf-16")), NOT_UTF8),
    "byte order mark": (Reply('\ufeff{"keyPairs": []}'.encode()), NOT_JSON),
    "surrogate bytes": (Reply(b'{"keyPairs": [], "a": "\xed\xa0\x80"}'), NOT_UTF8),
    "deep list": (Reply(b'{"keyPairs": ' + DEEP + b"}"), NOT_JSON),
    "deep object": (Reply(b'{"keyPairs": [' + DEEP_OBJECT + b"]}"), NOT_JSON),
    "33 MiB": (Reply(b'{"keyPairs": []}' + b" " * 2**25), "it is larger than 32 MiB"),
}


def invalid_response(reason: str, doing: str = "list key pairs") -> Ran:
    """How an invalid response is reported."""
    return Ran(
        8,
        err=f"lskeys: error: cannot {doing} in us-east-1: invalid response: {reason}\n"
        "lskeys: hint: something between here and AWS may have changed it; "
        "try again, or with --debug\n",
    )


@pytest.mark.parametrize("kind", BODIES)
def test_an_invalid_response_with_status_200(kind: str, liar: Liar, run: Run) -> None:
    """It is reported, not requested again, and nothing is listed."""
    response, reason = BODIES[kind]
    liar.responses("GetKeyPairs", response)
    assert run("list") == invalid_response(reason)
    assert liar.operations == ["GetKeyPairs"]


MANY_REGIONS = [{"name": f"xx-a-{number}"} for number in range(5000)]
NO_REGIONS = {
    "wrong": (said({"regions": ""}), "invalid response: its regions is of the wrong type"),
    "endless": (said({"regions": MANY_REGIONS}), "invalid response: it lists 5000 regions"),
    "denied": (refused("AccessDeniedException", "no"), "no"),
    "failed": (refused("InternalFailure", "oops", status=500), "oops"),
}


@pytest.mark.parametrize("kind", NO_REGIONS)
def test_no_list_of_regions(kind: str, liar: Liar, run: Run) -> None:
    """A list of regions that cannot be had is not taken for none: the known ones are queried."""
    response, reason = NO_REGIONS[kind]
    liar.responses("GetRegions", response)
    liar.responses("GetKeyPairs", pairs(pair()))
    ran = run("list --all-regions -q")
    assert (ran.exit_code, set(ran.out.split())) == (0, {"web"})
    assert ran.err == (
        f"cannot list regions in us-east-1: {reason}; using the list that came with botocore\n"
    )
    assert 10 < len(liar.calls) < 60


@pytest.mark.parametrize("line", ["list --all-regions", "download-default --all-regions --create"])
@pytest.mark.parametrize("name", ["x.evil/", "../../escape"])
def test_hostile_regions_are_not_queried(
    name: str, line: str, liar: Liar, run: Run, home: Path
) -> None:
    """A region AWS names chooses no host and no path unless it can be a region's name."""
    liar.responses("GetRegions", said({"regions": [{"name": "us-east-1"}, {"name": name}]}))
    assert run(line) == Ran(
        8,
        err="lskeys: error: cannot list regions in us-east-1: invalid response: "
        f"{name} is not a region's name\n"
        "lskeys: hint: check the network, its proxies and HTTPS_PROXY\n",
    )
    assert liar.operations == ["GetRegions"]
    assert list(home.rglob("*.pem")) == []


def test_the_region_is_the_one_requested(liar: Liar, run: Run) -> None:
    """Where a pair is, and where it is deleted, is not for a response to choose."""
    elsewhere = pair(location={"regionName": "eu-west-1"})
    liar.responses("GetKeyPairs", pairs(elsewhere))
    liar.responses("GetKeyPair", said({"keyPair": elsewhere}))
    liar.responses("DeleteKeyPair", said({"operation": {}}))
    assert run("list --columns name,region") == Ran(0, out="web\tus-east-1\n")
    assert run("delete web --yes").exit_code == 0
    assert {"GetKeyPair", "DeleteKeyPair"} <= {*liar.operations}
    assert {call.region for call in liar.calls} == {REGION}


# What may be odd without being wrong


def test_members_may_be_absent(liar: Liar, run: Run) -> None:
    """A pair of nothing but a name is listed; what is not known is a dash, or left out."""
    liar.responses("GetKeyPairs", pairs({"name": "web"}))
    assert run("list") == Ran(0, out="web\tus-east-1\t-\t-\t-\n")
    assert run("list -o jsonl") == Ran(
        0,
        out='{"name": "web", "location": {"regionName": "us-east-1"}, "tags": [], '
        '"isDefault": false}\n',
    )


def test_unknown_members_are_passed_over(liar: Liar, run: Run) -> None:
    """Members from a later version of AWS do no harm."""
    liar.responses("GetKeyPairs", said({"keyPairs": [pair(new={"a": [1]})], "more": {"b": None}}))
    assert run("list -q") == Ran(0, out="web\n")


def test_duplicate_names(liar: Liar, run: Run) -> None:
    """What AWS says twice is shown twice: nothing is hidden."""
    liar.responses("GetKeyPairs", pairs(pair(), pair()))
    assert run("list -q") == Ran(0, out="web\nweb\n")


def test_long_name(liar: Liar, run: Run) -> None:
    """A name of a million letters is shown whole to programs."""
    liar.responses("GetKeyPairs", pairs(pair("a" * 1_000_000)))
    assert run("list -q") == Ran(0, out="a" * 1_000_000 + "\n")


# Pages


def test_empty_pages(liar: Liar, run: Run) -> None:
    """An empty page is not the last one as long as it names another."""
    liar.responses(
        "GetKeyPairs", pairs(token="1"), pairs(token="2"), pairs(pair(), token="3"), pairs(token="")
    )
    assert run("list -q") == Ran(0, out="web\n")
    assert [call.members.get("pageToken") for call in liar.calls] == [None, "1", "2", "3"]


ENDLESS = Ran(
    8,
    err="lskeys: error: cannot list key pairs in us-east-1: pagination did not end\n"
    "lskeys: hint: the list would not be complete, so none is given; try again later\n",
)


@pytest.mark.parametrize(("tokens", "calls"), [("a", 2), ("ab", 3), ("abc", 4), ("abb", 3)])
def test_pages_in_circles(tokens: str, calls: int, liar: Liar, run: Run) -> None:
    """A repeated token ends the request immediately; only a list that streams shows a part."""

    def page(call: Call) -> Reply:
        return pairs(pair(), token=tokens[call.number % len(tokens)])

    liar.responses("GetKeyPairs", page)
    assert run("list --sort name") == ENDLESS
    assert len(liar.calls) == calls
    liar.calls.clear()
    ran = run("list -q")
    assert (ran.exit_code, ran.out) == (8, "web\n" * calls)
    assert "pagination did not end" in ran.err


@pytest.mark.parametrize("options", ["--sort name", "-q"])
def test_pages_without_end(options: str, liar: Liar, run: Run) -> None:
    """Ever new tokens end with the deadline of the request, that of all pages."""
    liar.responses("GetKeyPairs", lambda call: pairs(token=f"page {call.number}"))
    ran, deadline = run_out_of_time(run, f"list {options}", lambda: bool(liar.calls))
    error, hint = ran.err.splitlines()
    assert (ran.exit_code, ran.out) == (8, "")
    assert error.endswith(f" key pairs in us-east-1: no response within {deadline} seconds")
    assert "not complete" in hint if options == "-q" else "more with --timeout SECONDS" in hint


# Errors


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (Reply(b"", status=400), "HTTP status 400 without an error of AWS"),
        (Reply(b"<html>", status=404), "HTTP status 404 without an error of AWS"),
        (said([1], status=400), "HTTP status 400 without an error of AWS"),
        (said(None, status=400), "HTTP status 400 without an error of AWS"),
        (said({"__type": 3}, status=400), "HTTP status 400 without an error of AWS"),
        (said({"message": "odd"}, status=400), "odd"),
        (said({"__type": "a.b#OddException"}, status=400), "AWS responded OddException"),
        (refused("OddException", ["a", "b"]), "['a', 'b']"),
        (refused("OddException", {"a": 1}), "{'a': 1}"),
        (refused("OddException", "It is odd."), "It is odd"),
        (refused("OddException", "two\nlines\tof  text"), "two lines of text"),
        (
            Reply(b"", status=301, headers={"Location": "http://x/"}),
            "HTTP status 301 without an error of AWS",
        ),
    ],
)
def test_odd_errors(response: Reply, message: str, liar: Liar, run: Run) -> None:
    """An error without a message, or with one of the wrong type, is still one line."""
    liar.responses("GetKeyPairs", response)
    ran = run("list")
    error, *hints = ran.err.splitlines()
    assert (ran.exit_code, ran.out) == (8, "")
    assert error == f"lskeys: error: cannot list key pairs in us-east-1: {message}"
    expected = ["lskeys: hint: check the network, its proxies and HTTPS_PROXY"]
    assert hints == (expected if "HTTP" in message or message == "odd" else [])
    assert len(liar.calls) == 1


def test_long_error(liar: Liar, run: Run) -> None:
    """An error message of megabytes is cut."""
    liar.responses("GetKeyPairs", refused("OddException", "long " * 1_000_000))
    ran = run("list")
    assert (ran.exit_code, ran.out, ran.err.count("\n")) == (8, "", 1)
    assert len(ran.err) < 1000


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        ("AccessDeniedException", 4),
        ("UnrecognizedClientException", 4),
        ("InvalidSignatureException", 4),
        ("ExpiredTokenException", 4),
        ("com.amazonaws.lightsail#ExpiredTokenException", 4),
        ("RequestExpired", 4),
        ("OptInRequired", 4),
        ("NotFoundException", 3),
        ("RegionSetupInProgressException", 8),
        ("AccountSetupInProgressException", 8),
        ("InvalidInputException", 8),
        ("UnknownToLskeysException", 8),
    ],
)
def test_errors_of_the_service(code: str, exit_code: int, liar: Liar, run: Run) -> None:
    """Each error of AWS has its exit code, and its message is shown."""
    liar.responses("GetKeyPairs", refused(code, "It is so.", tip="Do this.", docs="https://x"))
    ran = run("list")
    assert (ran.exit_code, ran.out, len(liar.calls)) == (exit_code, "", 1)
    message = ran.err.splitlines()[0]
    assert message == "lskeys: error: cannot list key pairs in us-east-1: It is so"


# Keys


@pytest.mark.parametrize(
    "member",
    [
        *("", "no key", "\ud800", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n", "\x00" * 100),
        *(3, ["a"], None),
    ],
)
def test_an_invalid_key_is_not_saved(member: object, liar: Liar, run: Run, home: Path) -> None:
    """An invalid private key is reported, and no file is left."""
    liar.responses("GetKeyPairs", pairs(pair("LightsailDefaultKeyPair")))
    liar.responses("DownloadDefaultKeyPair", said({"privateKeyBase64": member}))
    ran = run("download-default --out keys")
    assert (ran.exit_code, ran.out) == (8, "")
    assert re.match(r"lskeys: error: (what AWS returned|cannot download)[^\n]*\n", ran.err)
    assert [each for each in home.rglob("*") if each.is_file()] == []


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        *((text, None) for text in ("no key", "\ud800", "ssh-rsa AAAA", "ssh-rsa", " ")),
        *((text, "unknown") for text in (None, "")),
    ],
)
def test_what_is_unreadable_is_no_proof(  # noqa: PLR0913, PLR0917  fixtures and cases
    text: str | None, reported: str | None, liar: Liar, run: Run, home: Path, rsa_pem: str
) -> None:
    """With an invalid public key or fingerprint, nothing belongs together, or is saved."""
    liar.responses("GetKeyPairs", pairs(pair("LightsailDefaultKeyPair", fingerprint=reported)))
    liar.responses(
        "DownloadDefaultKeyPair", said({"privateKeyBase64": rsa_pem, "publicKeyBase64": text})
    )
    ran = run("download-default --out keys")
    assert (ran.exit_code, ran.out) == (5, "")
    assert ("the private and the public key from AWS in us-east-1" in ran.err) is bool(text)
    assert [each for each in home.rglob("*") if each.is_file()] == []
