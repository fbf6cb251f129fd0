"""Changes over TLS and through a proxy: lost in every way, and never sent in every way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lskeys import sandbox
from tests.conftest import REGION, Run
from tests.faults.test_connection import REFUSALS
from tests.support.certificates import Authority
from tests.support.deadlines import run_out_of_time
from tests.support.lying_server import RESET, Call, Liar, Reply, pair, refused, reworded, said
from tests.support.proxies import Proxies, Tunnel
from tests.support.verb_cases import CHANGED, CHANGES, REMOTE, Stage, VerbCase

IDS = [f"{each}-{case}" for case, each in CHANGED]
FAULTS = ["record", "reset", "close", "silence"]
KEY = Path(".ssh") / "new.pem"


@pytest.fixture
def liar(home: Path, signer: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """A server that speaks TLS; the environment points at it."""
    assert home.is_dir()
    with Liar(signer.server("good")).running() as running:
        for name, value in sandbox.environment(running.endpoint).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(signer.bundle))
        yield running


def saved_keys(stage: Stage) -> set[str]:
    """The names of the private keys that a run has saved below the home."""
    return {each.name for each in stage.home.rglob("*.pem")} - {"web.pem", "other.pem"}


@pytest.fixture
def tunnel(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tunnel]:
    """A proxy in front of it, which may break the tunnel."""
    made = Tunnel(liar.port)
    monkeypatch.setenv("HTTPS_PROXY", f"http://{made.address}")
    yield made
    made.close()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("case", "operation"), CHANGED, ids=IDS)
def test_a_change_that_was_done(  # noqa: PLR0913  a fixture is a parameter
    case: VerbCase,
    operation: str,
    fault: str,
    *,
    liar: Liar,
    tunnel: Tunnel,
    run: Run,
    stage: Stage,
) -> None:
    """Whatever fails after the request was sent, the change is found to be done, or may be."""

    def done(call: Call) -> Reply | None:
        tunnel.fault = fault if call.turn == 0 else None
        return None

    liar.responses(operation, done)
    if fault == "silence":
        ran, _ = run_out_of_time(run, case.unattended, lambda: operation in liar.operations)
    else:
        ran = run(f"{case.unattended} --timeout 20")
    assert liar.operations.count(operation) == 1, ran.err
    if operation == "CreateKeyPair":
        assert (ran.exit_code, ran.out) == (8, "")
        assert "it may have happened\n" in ran.err
        assert "a key pair is left whose private key is lost" in ran.err
        assert not (stage.home / KEY).exists()
        return
    assert ran.exit_code == case.exit_code, ran.err
    assert operation != "ImportKeyPair" or case.verb == "import" or (stage.home / KEY).exists()


@pytest.mark.parametrize(("case", "operation"), CHANGED, ids=IDS)
def test_a_change_that_is_not_finished(
    case: VerbCase, operation: str, liar: Liar, run: Run, stage: Stage
) -> None:
    """What AWS reports as started is looked up, and then reported as done."""

    def started(call: Call, reply: Reply) -> Reply:
        word = {"status": "Started"}
        is_it = call.operation == operation
        return reworded(reply, word.get) if is_it else reply

    liar.twist = started
    ran = run(case.unattended)
    assert (ran.exit_code, liar.operations.count(operation)) == (case.exit_code, 1), ran.err
    assert liar.operations[liar.operations.index(operation) + 1].startswith("GetKeyPair")
    assert case.verb != "create" or (stage.home / KEY).exists()


STATUSES = {
    "NotStarted": "AWS has started the operation, not finished it",
    "Started": "AWS has started the operation, not finished it",
    "Failed": "the operation failed: it is held",
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("case", "operation"), CHANGED, ids=IDS)
def test_a_change_that_is_not_done(  # noqa: PLR0913  a fixture is a parameter
    case: VerbCase, operation: str, status: str, *, liar: Liar, run: Run, stage: Stage
) -> None:
    """A change that AWS only started, or that failed, is reported as done only if it is found."""
    details = {"status": status, "errorDetails": "it is\nheld"}
    key = {"keyPair": pair("new", fingerprint=None), "privateKeyBase64": stage.keys[0]}
    liar.responses(operation, said({"operation": details, "operations": [details]} | key))
    ran = run(case.unattended)
    if operation == "CreateKeyPair" and status != "Failed":
        assert ran.out == f"{stage.home / KEY}\n"  # the only key is kept
        assert "AWS has started to create it, and does not show it yet" in ran.err
    else:
        assert f"{STATUSES[status]}; it may have happened" in ran.err
    assert (ran.exit_code, "lskeys: hint: " in ran.err) == (8, True), ran.err
    assert not [each for each in saved_keys(stage) if each not in ran.out + ran.err]


@pytest.mark.parametrize("fault", ["record", "reset", "close"])
@pytest.mark.parametrize(("case", "operation"), CHANGED, ids=IDS)
def test_a_lost_response_and_a_lost_look_up(  # noqa: PLR0913  a fixture is a parameter
    case: VerbCase,
    operation: str,
    fault: str,
    *,
    liar: Liar,
    tunnel: Tunnel,
    run: Run,
    stage: Stage,
) -> None:
    """Where the look-up fails, too, the error says that it may have happened, and what to run."""
    looks = [each for each in case.calls if each in {"GetKeyPair", "GetKeyPairs"}]

    def done(_: Call) -> Reply | None:
        tunnel.fault = fault
        for each in looks:
            liar.responses(each, RESET)
        return None

    liar.responses(operation, done)
    ran = run(f"{case.unattended} --timeout 20")
    assert ran.exit_code == 8, ran.err
    assert "it may have happened\n" in ran.err
    assert "lskeys: hint: " in ran.err
    assert f"--region {REGION}" in ran.err or "--if-absent" in ran.err
    assert operation != "ImportKeyPair" or case.verb == "import" or (stage.home / KEY).exists()


UNSENT = {
    "no proxy": None,
    **REFUSALS,
    "no TLS": b"HTTP/1.1 200 Connection established\r\n\r\nSSH-2.0-OpenSSH\r\n",
}


NEVER_SENT = [
    pytest.param(case, kind, id=f"{case}-{kind}")
    for case in REMOTE
    for kind in (*UNSENT, "certificate")
    if case.changes and (case.verb == "create" or kind in {"nothing", "certificate"})
]


@pytest.mark.parametrize(("case", "kind"), NEVER_SENT)
def test_a_change_that_was_never_sent(  # noqa: PLR0913  a fixture is a parameter
    case: VerbCase,
    kind: str,
    *,
    liar: Liar,
    proxies: Proxies,
    run: Run,
    stage: Stage,
    signer: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A refused tunnel or certificate, or no connection, is a plain failure: no new key is left.

    Changes have a connection of their own, which is made after the first read, if there is one.
    """

    def cut_off(_: Call, reply: Reply) -> Reply:
        if kind == "certificate":
            monkeypatch.setenv("AWS_CA_BUNDLE", str(other))
        else:
            response = UNSENT[kind]
            address = proxies(response).address if response is not None else "127.0.0.1:9"
            monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        return reply

    other = stage.home / "other.pem"
    other.write_bytes(signer.other_bundle())
    if case.verb == "import":
        cut_off(Call("", "", {}, 0, 0), Reply())
    liar.twist = cut_off
    ran = run(f"{case.unattended} --timeout 5")
    assert (ran.exit_code, ran.out) == (8, ""), ran.err
    assert "may have happened" not in ran.err
    assert not CHANGES & {*liar.operations}
    assert saved_keys(stage) <= {"LightsailDefaultKey-us-east-1.pem"}
    assert not [each for each in saved_keys(stage) if each not in ran.err]


PAGES = {
    "page of a proxy": Reply(b"<html>Blocked</html>", status=403),
    "not found": Reply(b"<html>404</html>", status=404),
    "timeout": Reply(b"", status=408),
    "redirect": Reply(b"", status=302, headers={"Location": "https://portal.example/"}),
    "about another": said({"operation": {"resourceName": "other", "status": "Succeeded"}}),
    "failed": said({"operation": {"resourceName": "new", "status": "Failed"}}),
    "cut off": Reply(b'{"operation": {', length=500),
    "nothing": Reply(b""),
}


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_is_no_refusal(kind: str, liar: Liar, run: Run, stage: Stage) -> None:
    """Only AWS refuses: what something in between responds may hide that the import was done."""
    liar.responses("ImportKeyPair", liar.done_but(PAGES[kind]))
    ran = run("create new --type ed25519")
    assert ran.exit_code == 0, ran.err
    assert (stage.home / KEY).exists()
    assert liar.operations.count("ImportKeyPair") == 1


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_a_refusal_that_is_made_up(code: str, liar: Liar, run: Run, stage: Stage) -> None:
    """A refusal of an import that was done removes no key: AWS is queried for the key pair."""
    liar.responses("ImportKeyPair", liar.done_but(refused(code)))
    ran = run("create new --type ed25519")
    assert (ran.exit_code in {4, 8}, ran.out) == (True, ""), ran.err
    assert (stage.home / KEY).exists()
    assert f"the key is kept in {stage.home / KEY}" in ran.err
