"""The network fails under every verb: at each of its calls, once or for good, before or after."""

import json
import re
from pathlib import Path

import pytest

from lskeys.sandbox import DEFAULT_PAIR
from lskeys.storage import temporary
from tests.cli.test_setup import configure_aws
from tests.conftest import REGION, Run
from tests.support.deadlines import run_out_of_time
from tests.support.lying_server import HOLD, RESET, Ending, Liar, Reply, only, refused
from tests.support.verb_cases import (
    CALLS,
    CHANGED,
    CHANGES,
    REMOTE,
    VERB_CASES,
    Stage,
    VerbCase,
    named,
)

pytestmark = pytest.mark.usefixtures("stage")

GATEWAY = Reply(b"<html>502 Bad Gateway</html>", status=502)
HTML = Reply(b"<html>Log in</html>")
CUT = Reply(b'{"operation": {', length=500)
ATTEMPTS = 3
PATIENT = {"CreateKeyPair": 1, "DeleteKeyPair": 2, "ImportKeyPair": 2}
"""How often a change is sent at most, responses lost; what has no number is sent once."""

READS = tuple((case, each) for case in REMOTE for each in case.calls)


def ids(calls: tuple[tuple[VerbCase, str], ...]) -> list[str]:
    """What pytest calls them."""
    return [f"{each}-{case}" for case, each in calls]


def is_tidy(stage: Stage) -> bool:
    """Whether no draft is left behind, and others cannot read a key that came."""
    directories = [stage.home / ".ssh", stage.home / "backup"]
    found = [
        each for directory in directories if directory.is_dir() for each in directory.iterdir()
    ]
    new = [each for each in found if each.name != "web.pem" and b"PRIVATE" in each.read_bytes()]
    drafts = [
        each
        for directory in directories
        if directory.is_dir()
        for each in temporary.leftovers(directory)
    ]
    return not drafts and all(each.stat().st_mode & 0o077 == 0 for each in new)


@pytest.mark.parametrize(("case", "operation"), READS, ids=ids(READS))
def test_a_read_that_fails_once(case: VerbCase, operation: str, liar: Liar, run: Run) -> None:
    """A failure that passes is not noticed, whatever was requested: it is sent again."""
    liar.responses(operation, only(GATEWAY, turn=0))
    ran = run(case.line, typed=case.typed)
    assert ran.exit_code == case.exit_code, ran.err
    assert liar.operations.count(operation) > 1


@pytest.mark.parametrize(("case", "operation"), READS, ids=ids(READS))
def test_a_read_that_fails_for_good(
    case: VerbCase, operation: str, liar: Liar, run: Run, stage: Stage
) -> None:
    """A failure that stays is reported after three attempts, or noted where it does not matter."""
    liar.responses(operation, RESET)
    ran = run(case.line, typed=case.typed)
    assert ran.exit_code in {0, 6, 7, 8}, ran.err
    looks = 2 if operation == "GetInstances" and "DeleteKeyPair" in case.operations else 1
    assert liar.operations.count(operation) == looks * ATTEMPTS  # before the prompt, and after it
    assert (ran.exit_code in {0, 6}) is (operation in SPARED.get(case.verb, ()))
    assert is_tidy(stage)


SPARED = {
    "delete": {"GetInstances"},
    "import": {"GetKeyPairs"},
    "rotate-default": {"GetInstances"},
    "regions": {"GetRegions"},
}
"""What a verb can do without: usage that is only shown, other pairs, a list that is known."""

REFUSALS = {
    "throttled": (refused("ThrottlingException", "Rate exceeded"), 8),
    "too many": (refused("TooManyRequestsException", status=429), 8),
    "denied": (refused("AccessDeniedException"), 4),
    "expired": (refused("ExpiredTokenException"), 4),
}


@pytest.mark.parametrize("kind", REFUSALS)
@pytest.mark.parametrize(("case", "operation"), CHANGED, ids=ids(CHANGED))
def test_a_change_that_is_refused(  # noqa: PLR0913  a fixture is a parameter
    case: VerbCase, operation: str, kind: str, *, liar: Liar, run: Run, stage: Stage
) -> None:
    """What was certainly not done is sent once; there is a key file where there is a key pair."""
    response, exit_code = REFUSALS[kind]
    liar.responses(operation, response)
    ran = run(case.unattended)
    assert ran.exit_code == exit_code, ran.err
    assert kind != "denied" or f"allow lightsail:{operation}, or enable the region" in ran.err
    assert liar.operations.count(operation) == 1
    assert is_tidy(stage)
    assert (ran.out, new_key(stage)) == saved_before(case, operation, stage)


def new_key(stage: Stage) -> bool:
    """Whether `create` left a private key, or a part of it."""
    return any((stage.home / ".ssh").glob("new.*"))


def saved_before(case: VerbCase, operation: str, stage: Stage) -> tuple[str, bool]:
    """What is on stdout, and whether a key is there, where this change of a line failed.

    The path of a key that was saved is printed, whatever fails after that.
    """
    is_saved = case.verb == "create" and operation == "TagResource"
    return (f"{stage.home}/.ssh/new.pem\n" if is_saved else "", is_saved)


LOST = {"reset": RESET, "gateway": GATEWAY, "html": HTML, "cut": CUT}


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize(("case", "operation"), CHANGED, ids=ids(CHANGED))
def test_a_change_that_gets_lost(  # noqa: PLR0913  a fixture is a parameter
    case: VerbCase, operation: str, kind: str, *, liar: Liar, run: Run, stage: Stage
) -> None:
    """What may have been done is looked at, repeated only where that is safe, and no success.

    A key whose key pair may be there stays. Commands in the hint reach the same account and region.
    """
    liar.responses(operation, LOST[kind])
    configure_aws(stage.home, "[profile work]\naws_access_key_id = a\naws_secret_access_key = b\n")
    account = f"--profile work --endpoint-url {liar.endpoint}"
    ran = run(f"{account} {case.unattended}")
    out, is_saved = saved_before(case, operation, stage)
    is_kept = is_saved or (case.verb == "create" and operation == "ImportKeyPair")
    assert (ran.exit_code, ran.out, new_key(stage)) == (8, out, is_kept), ran.err
    assert liar.operations.count(operation) == PATIENT.get(operation, 1)
    assert "lskeys: hint: " in ran.err
    for command in re.findall(r"\blskeys [^;\n]+", ran.err.partition("lskeys: hint: ")[2]):
        assert f" {account} " in command, ran.err
        assert " --region " in command, ran.err
    assert is_tidy(stage)


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize(("case", "operation"), CHANGED, ids=ids(CHANGED))
def test_a_change_whose_response_gets_lost(  # noqa: PLR0913  a fixture is a parameter
    case: VerbCase, operation: str, kind: str, *, liar: Liar, run: Run, stage: Stage
) -> None:
    """What was done is found to be done; a private key that is lost is reported as lost."""
    liar.responses(operation, liar.done_but(LOST[kind]))
    ran = run(case.unattended)
    assert liar.operations.count(operation) == 1
    assert is_tidy(stage)
    if operation == "CreateKeyPair":
        assert (ran.exit_code, ran.out) == (8, "")
        assert "a key pair is left whose private key is lost" in ran.err
        assert not (stage.home / ".ssh" / "new.pem").exists()
        return
    assert ran.exit_code == case.exit_code, ran.err


@pytest.mark.parametrize("case", REMOTE, ids=named(REMOTE))
def test_a_black_hole(case: VerbCase, liar: Liar, run: Run, stage: Stage) -> None:
    """Against a service that takes every request and never responds, every command ends."""
    for operation in case.operations:
        liar.responses(operation, HOLD)
    ran, deadline = run_out_of_time(run, case.unattended, lambda: bool(liar.calls))
    assert ran.exit_code == (0 if case.verb == "regions" else case.failing(8)), ran.err
    assert f"no response within {deadline} seconds" in ran.err or "timeout on endpoint" in ran.err
    assert all(liar.operations.count(each) == 1 for each in liar.operations if each in CHANGES)
    assert is_tidy(stage)


CODES = {
    "ExpiredTokenException": 4,
    "AccountSetupInProgressException": 8,
}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("case", REMOTE, ids=named(REMOTE))
def test_credentials_that_do_not_do(
    case: VerbCase, code: str, liar: Liar, run: Run, stage: Stage
) -> None:
    """Credentials or an account that will not do are reported once, with a hint, by every verb."""
    for operation in case.operations:
        liar.responses(operation, refused(code, "It is so.", status=403))
    ran = run(case.unattended)
    falls_back = case.verb == "regions" and CODES[code] == 8
    assert ran.exit_code == (0 if falls_back else case.failing(CODES[code])), ran.err
    assert ran.err.count("It is so") == 1 or case.verb == "import"
    assert falls_back or "lskeys: hint: " in ran.err
    assert is_tidy(stage)


@pytest.mark.parametrize("case", REMOTE, ids=named(REMOTE))
def test_a_redirect_is_never_followed(case: VerbCase, liar: Liar, run: Run) -> None:
    """No verb takes its signed requests to another host because one says so."""
    with Liar().running() as elsewhere:
        there = {"Location": f"{elsewhere.endpoint}/"}
        for status in (301, 302, 307, 308):
            for operation in case.operations:
                liar.responses(operation, Reply(status=status, headers=there))
            ran = run(case.unattended)
            assert ran.exit_code == (0 if case.verb == "regions" else case.failing(8)), ran.err
        assert elsewhere.calls == []


OTHER = "eu-west-1"
SEVERAL = {
    "list": ("GetKeyPairs", "web"),
    "show web": ("GetKeyPair", "web"),
    "import new .ssh/own": ("ImportKeyPair", "new"),
    "download-default --out keys": ("GetKeyPairs", f"LightsailDefaultKey-{REGION}.pem"),
    f"delete web {DEFAULT_PAIR} --fingerprint --no-backup --yes": ("GetKeyPair", "web"),
    "tag web a=b": ("GetKeyPair", "web"),
    "untag web stage": ("GetKeyPair", "web"),
    "fingerprint --match": ("GetKeyPairs", f"web@{REGION}"),
    "audit": ("GetKeyPairs", "loose-permissions"),
    "ssh-config": ("GetInstances", "Host blog"),
}


@pytest.mark.parametrize("kind", ["denied", "reset", "html"])
@pytest.mark.parametrize("line", SEVERAL)
def test_one_region_of_several(line: str, kind: str, liar: Liar, run: Run) -> None:
    """A region that fails takes nothing from the others: their result is shown, and 7 says so."""
    operation, shown = SEVERAL[line]
    response = {"denied": refused("AccessDeniedException"), "reset": RESET, "html": HTML}[kind]
    liar.responses(operation, only(response, region=OTHER))
    ran = run(f"{line} -r {OTHER} -r {REGION}")
    assert ran.exit_code == 7, ran.err
    assert shown in ran.out
    assert OTHER in ran.err


# Below HTTP

WIRES = {
    "nothing": b"",
    "noise": bytes(range(256)),
    "TLS": b"\x15\x03\x01\x00\x02\x02\x46",
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "cut off head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "no such status": b"HTTP/1.1 abc OK\r\n\r\n{}",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n{}",
    "long header": b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000 + b"\r\n\r\n{}",
    "no length": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
    "less than none": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    "last chunk missing": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "packed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    "ever going on": b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,
}


@pytest.mark.parametrize("kind", WIRES)
@pytest.mark.parametrize("line", ["list", "create new --service-generated"])
def test_what_is_no_http(line: str, kind: str, liar: Liar, run: Run, home: Path) -> None:
    """Bytes that are no response are none: the read is sent again, the change is not."""
    operation = "GetKeyPairs" if line == "list" else "CreateKeyPair"
    liar.responses(operation, Reply(wire=WIRES[kind]))
    ran = run(line)
    assert (ran.exit_code, ran.out) == (8, ""), ran.err
    assert liar.operations.count(operation) <= (ATTEMPTS if line == "list" else 1)
    assert not (home / ".ssh" / "new.pem").exists()


@pytest.mark.parametrize("ending", [Ending.DRIP, Ending.STALL])
@pytest.mark.parametrize("line", ["list", "create new --service-generated"])
def test_a_slow_response(line: str, ending: Ending, liar: Liar, run: Run) -> None:
    """A byte now and then, or a part of a response and silence, ends with the deadline."""
    operation = "GetKeyPairs" if line == "list" else "CreateKeyPair"
    whole = json.dumps({"keyPairs": []}).encode() + b" " * 10_000
    liar.responses(operation, Reply(whole, length=20_000, ending=ending))
    ran, _ = run_out_of_time(run, line, lambda: operation in liar.operations)
    assert (ran.exit_code, ran.out) == (8, "")
    assert liar.operations.count(operation) <= (ATTEMPTS if line == "list" else 1)


def test_every_call_is_there() -> None:
    """What the sweeps go over: each change and each read of every verb that sends a request."""
    assert len(CALLS) == len(READS) + len(CHANGED)
    assert {case.verb for case in VERB_CASES} - {case.verb for case in REMOTE} == {
        "completion",
        "config",
        "help",
        "iam-policy",
        "sandbox",
    }
