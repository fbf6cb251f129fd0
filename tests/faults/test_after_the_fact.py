"""What was done is shown or said, whatever fails after it; what was shown must still be so."""

from collections.abc import Callable

import pytest

from lskeys.sandbox import DEFAULT_PAIR
from tests.conftest import Run
from tests.support.lying_server import RESET, Liar, Reply, pair, pairs, refused, said
from tests.support.verb_cases import EMPTY, REMOTE, VERB_CASES, VerbCase, named

pytestmark = pytest.mark.usefixtures("stage")

CREATING = [
    f"download-default --create -r {EMPTY}",
    f"download-default --create -r {EMPTY} --file -",
]
AFTER = {
    "look": RESET,
    "denied": refused("AccessDeniedException"),
    "gone": said({"keyPairs": []}),
}


@pytest.mark.parametrize("kind", AFTER)
@pytest.mark.parametrize("line", CREATING)
def test_a_default_pair_that_was_created(line: str, kind: str, liar: Liar, run: Run) -> None:
    """A default key pair that the request made is reported, with the command that shows it."""
    liar.responses("GetKeyPairs", lambda call: AFTER[kind] if call.turn else None)
    ran = run(line)
    assert ran.exit_code in {3, 4, 8}, ran.err
    assert f"; a default key pair was created in {EMPTY}\n" in ran.err
    assert f"lskeys list --include-default --region {EMPTY}\n" in ran.err


@pytest.mark.parametrize("line", CREATING)
def test_a_default_pair_that_may_have_been_created(line: str, liar: Liar, run: Run) -> None:
    """Where the response is lost, it may have been."""
    liar.responses("DownloadDefaultKeyPair", liar.done_but(RESET))
    ran = run(line)
    assert ran.exit_code == 8
    assert f"; a default key pair may have been created in {EMPTY}\n" in ran.err


@pytest.mark.parametrize("line", [*CREATING, "rotate-default --yes"])
def test_a_default_pair_whose_key_is_none(line: str, liar: Liar, run: Run) -> None:
    """Where AWS sends an invalid key, it is reported that the pair was created."""
    none = said({"privateKeyBase64": "none"})
    turn = 1 if line.startswith("rotate") else 0
    liar.responses("DownloadDefaultKeyPair", liar.done_but(none, turn=turn))
    ran = run(line)
    assert (ran.exit_code, ran.out) == (8, "")
    assert "; a default key pair was created in " in ran.err


# Another key pair than the one requested

ABOUT = tuple(case for case in REMOTE if "GetKeyPair" in case.operations)


@pytest.mark.parametrize("case", ABOUT, ids=named(ABOUT))
def test_a_look_up_about_another_pair(case: VerbCase, liar: Liar, run: Run) -> None:
    """A response about another key pair is invalid: nothing is changed, and nothing shown."""
    liar.responses("GetKeyPair", said({"keyPair": pair("production")}))
    ran = run(case.unattended)
    assert (ran.exit_code, ran.out) in {(8, ""), (0, "")} or case.changes, ran.err
    if case.verb not in {"create", "import"}:
        assert (ran.exit_code, ran.out) == (8, "")
        assert "invalid response: it is about production, not " in ran.err
        assert not set(case.changes) & set(liar.operations)
    sent = [each.members for each in liar.calls if each.operation != "GetKeyPair"]
    assert "production" not in str(sent)


# After a prompt


def replaced(liar: Liar) -> None:
    """Another key pair has the name by now."""
    liar.responses("GetKeyPair", said({"keyPair": pair("web", fingerprint="aa:bb")}))
    liar.responses("GetKeyPairs", pairs(pair(DEFAULT_PAIR, fingerprint="aa:bb")))


def used(liar: Liar) -> None:
    """Another instance uses it by now."""
    names = [{"name": "new", "sshKeyName": each} for each in ("web", DEFAULT_PAIR)]
    liar.responses("GetInstances", said({"instances": names}))


def gone(liar: Liar) -> None:
    """There is no such key pair any more."""
    liar.responses("GetKeyPair", refused("NotFoundException", "The KeyPair does not exist: web"))
    liar.responses("GetKeyPairs", pairs())


PROMPTS = (
    *(case for case in VERB_CASES if "DeleteKeyPair" in case.operations and case.typed),
    VerbCase("delete w?? --older-than 1h", typed="web\n"),
)


@pytest.mark.parametrize("change", [replaced, used, gone])
@pytest.mark.parametrize("case", PROMPTS, ids=named(PROMPTS))
def test_what_was_shown_must_still_be_so(
    case: VerbCase, change: Callable[[Liar], None], liar: Liar, run: Run
) -> None:
    """What changed while the prompt was shown is refused, and nothing is deleted."""
    liar.twist = lambda _, reply: _changing(liar, change, reply)
    ran = run(case.line, typed=case.typed)
    assert ran.exit_code in {3, 5}, ran.err
    assert "DeleteKeyPair" not in liar.operations
    assert ran.out == ""


def _changing(liar: Liar, change: Callable[[Liar], None], reply: Reply) -> Reply:
    """Change the account once both requests before the prompt have their responses."""
    sent = {each.operation for each in liar.calls}
    if "GetInstances" in sent and sent & {"GetKeyPair", "GetKeyPairs"}:
        liar.twist = None
        change(liar)
    return reply


# Dry runs

DRY = tuple(case for case in REMOTE if case.planned != case.line)


@pytest.mark.parametrize("case", DRY, ids=named(DRY))
def test_a_dry_run_needs_no_more_than_the_run(case: VerbCase, liar: Liar, run: Run) -> None:
    """It begins by saying what it is, and what the run does not request may be denied."""
    for operation in ("GetInstances", "GetKeyPair", "GetKeyPairs", "GetRegions"):
        if operation not in case.operations:
            liar.responses(operation, refused("AccessDeniedException"))
    ran = run(case.planned)
    assert (ran.exit_code, ran.is_dry_run) == (case.exit_code, True)
    assert not set(case.changes) & set(liar.operations)
