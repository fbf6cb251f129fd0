"""A gateway that quotes what was sent to it: nothing of that is shown."""

import pytest

from tests.conftest import Run
from tests.support.fake_region import small_pem
from tests.support.lying_server import Call, Liar, Reply, said
from tests.support.verb_cases import REMOTE, VerbCase, named

SECRET = "c4n4ry-canary-CANARY"  # noqa: S105  what must not be quoted


@pytest.mark.parametrize("case", REMOTE, ids=named(REMOTE))
@pytest.mark.usefixtures("stage")
def test_a_gateway_that_echoes(
    case: VerbCase, liar: Liar, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No command shows a token, a signature or key text that a gateway quotes in its refusal."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", SECRET)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET[::-1])

    def echo(call: Call) -> Reply:
        heads = " ".join(f"{name}: {value}" for name, value in liar.heads[-1].items())
        message = f"refused: {heads} {call.members} {small_pem('own')}"
        return said({"__type": "OddException", "message": message, "tip": message}, status=400)

    for operation in case.operations:
        liar.responses(operation, echo)
    for output in ("", "-o json") if case.formats else ("",):
        ran = run(f"{case.unattended} --debug {output}")
        shown = ran.out + ran.err
        signatures = [each["authorization"].rpartition("=")[2] for each in liar.heads]
        assert "refused: " in shown or case.verb in {"delete", "rotate-default"}
        for secret in (SECRET, SECRET[::-1], "PRIVATE KEY", *signatures):
            assert secret not in shown, shown
