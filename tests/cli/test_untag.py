"""untag, through the command line."""

import json

from lskeys.sandbox import Request, Sandbox, Server
from tests.cli.test_tag import OWNER, STAGE, add_web, row
from tests.conftest import REGION, Ran, Run
from tests.support.changes import changes, operations


def test_tags_go_by_their_keys(account: Sandbox, server: Server, run: Run) -> None:
    """Keys that are there are taken away, in one request; nothing is asked of the user."""
    add_web(account, STAGE, OWNER)
    assert run("untag web stage gone") == Ran(
        0,
        out=row("owner=ana"),
        err=f"tags of web in {REGION} were stage=test,owner=ana, are now owner=ana\n",
    )
    assert operations(server) == ["GetKeyPair", "UntagResource"]
    assert changes(server) == [
        Request("UntagResource", REGION, {"resourceName": "web", "tagKeys": ["stage"]})
    ]
    assert run("list").out == row("owner=ana")


def test_nothing_to_take(account: Sandbox, server: Server, run: Run) -> None:
    """A tag that is not there is no failure, and costs no call."""
    add_web(account, OWNER)
    assert run("untag web stage") == Ran(
        0, out=row("owner=ana"), err=f"tags of web in {REGION} are owner=ana, unchanged\n"
    )
    assert operations(server) == ["GetKeyPair"]


def test_dry_run(account: Sandbox, server: Server, run: Run) -> None:
    """--dry-run shows the pair as it would be, and changes nothing."""
    add_web(account, OWNER)
    ran = run("untag web owner --dry-run -o json")
    assert ran.exit_code == 0
    assert json.loads(ran.out)["keyPairs"][0]["tags"] == []
    assert ran.err == f"tags of web in {REGION} were owner=ana, would be none\n"
    assert operations(server) == ["GetKeyPair"]


def test_a_lost_answer_that_was_done(account: Sandbox, server: Server, run: Run) -> None:
    """A lost answer is looked after: the tag is gone, so it is success, and sent once."""
    add_web(account, OWNER)
    server.add_fault("UntagResource=lost-answer")
    assert run("untag web owner -q") == Ran(0, "web\n")
    assert operations(server) == ["GetKeyPair", "UntagResource", "GetKeyPair"]


def test_an_empty_key(server: Server, run: Run) -> None:
    """An empty word is refused before anything is asked."""
    ran = run("untag web ''")
    assert (ran.exit_code, operations(server)) == (2, [])
