"""tag, through the command line."""

import json

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Request, Sandbox, Server, Tag
from tests.cli.conftest import Serve
from tests.conftest import CREATED, REGION, Ran, Run
from tests.support.changes import changes, operations

LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF6VpFvdLbOM2Cq8nFyoHt0jOJJGQ5YvWOkvGCDsW9qN"
FINGERPRINT = "SHA256:67rtPyuqfeVK9jZL9QQGDLVhsgQY8z4RdE1gc7Zy2WM"
STAGE = Tag("stage", "test")
OWNER = Tag("owner", "ana")


def add_web(account: Sandbox, *tags: Tag, region: str = REGION) -> None:
    """A pair called web with these tags."""
    account.add_key_pairs(region, ["web"], public_line=LINE, tags=tags, created_at=CREATED)


def row(tags: str, region: str = REGION) -> str:
    """The line that shows web with these tags."""
    return f"web\t{region}\t2026-11-02T12:00:00.123Z\t{FINGERPRINT}\t{tags}\n"


def tag_request(*tags: dict[str, str], region: str = REGION) -> Request:
    """The request that gives web these tags."""
    return Request("TagResource", region, {"resourceName": "web", "tags": list(tags)})


def test_only_what_is_new_is_sent(account: Sandbox, server: Server, run: Run) -> None:
    """New tags and new values are sent, once; what is so already is not, and the rest stays."""
    add_web(account, STAGE, OWNER)
    assert run("tag web stage=production owner=ana automation a=b=c") == Ran(
        0,
        out=row("stage=production,owner=ana,automation,a=b=c"),
        err=f"tags of web in {REGION} were stage=test,owner=ana, "
        "are now stage=production,owner=ana,automation,a=b=c\n",
    )
    assert operations(server) == ["GetKeyPair", "TagResource"]
    assert changes(server) == [
        tag_request(
            {"key": "stage", "value": "production"},
            {"key": "automation"},
            {"key": "a", "value": "b=c"},
        )
    ]
    assert run("list").out == row("stage=production,owner=ana,automation,a=b=c")


def test_what_is_so_is_left_alone(account: Sandbox, server: Server, run: Run) -> None:
    """Tags that are so already change nothing and cost no call."""
    add_web(account, STAGE, Tag("automation"))
    assert run("tag web stage=test automation") == Ran(
        0,
        out=row("stage=test,automation"),
        err=f"tags of web in {REGION} are stage=test,automation, unchanged\n",
    )
    assert operations(server) == ["GetKeyPair"]


def test_dry_run(account: Sandbox, server: Server, run: Run) -> None:
    """--dry-run shows before and after, and asks only."""
    add_web(account)
    assert run("tag web stage=test -n") == Ran(
        0,
        out=row("stage=test"),
        err=f"tags of web in {REGION} were none, would be stage=test\n",
    )
    assert operations(server) == ["GetKeyPair"]


def test_an_instance_of_that_name_gets_no_tag(account: Sandbox, server: Server, run: Run) -> None:
    """Tags go by name to any resource, so a name that is no key pair's is refused before."""
    account.add_instance(REGION, "web")
    ran = run("tag web stage=test")
    assert (ran.exit_code, ran.out) == (3, "")
    assert ran.err.startswith(f"lskeys: error: there is no key pair web in {REGION}\n")
    assert operations(server) == ["GetKeyPair", "GetKeyPairs"]


def test_a_near_name_is_told(account: Sandbox, server: Server, run: Run) -> None:
    """A name that is missing everywhere brings up the nearest one, and where it is."""
    add_web(account, region="eu-west-1")
    ran = run("tag wep x -r us-east-1 -r eu-west-1 -o json")
    said = json.loads(ran.err)
    assert (ran.exit_code, said["message"], said["hint"]) == (
        3,
        "there is no key pair wep in us-east-1, eu-west-1",
        "did you mean web in eu-west-1?",
    )
    assert changes(server) == []


def test_several_regions(account: Sandbox, server: Server, run: Run) -> None:
    """The pair is tagged wherever it is; a region without it is no failure."""
    for region in (REGION, "eu-west-1"):
        add_web(account, region=region)
    assert run("tag web a=b -q -r us-east-1 -r us-west-2 -r eu-west-1") == Ran(0, "web\nweb\n")
    sent = sorted(changes(server), key=lambda each: each.region)
    raw = {"key": "a", "value": "b"}
    assert sent == [tag_request(raw, region="eu-west-1"), tag_request(raw)]


def test_a_region_that_fails(account: Sandbox, server: Server, run: Run) -> None:
    """One region's refusal hides no other's success: exit 7, with both told."""
    for region in (REGION, "eu-west-1"):
        add_web(account, region=region)
    server.add_fault("TagResource@eu-west-1=AccessDeniedException")
    ran = run("tag web a=b -r us-east-1 -r eu-west-1")
    assert (ran.exit_code, ran.out) == (7, row("a=b"))
    assert "cannot tag web in eu-west-1" in ran.err
    assert ran.err.endswith("lskeys: error: 1 of 2 regions failed\n")


def test_a_lost_answer_that_was_done(account: Sandbox, server: Server, run: Run) -> None:
    """A lost answer is looked after: the tags are there, so it is success, and sent once."""
    add_web(account)
    server.add_fault("TagResource=lost-answer")
    assert run("tag web a=b -q") == Ran(0, "web\n")
    assert operations(server) == ["GetKeyPair", "TagResource", "GetKeyPair"]


def test_a_lost_answer_that_was_not_done(account: Sandbox, server: Server, run: Run) -> None:
    """Where the tags are not there after a lost answer, that is said: exit 8, and sent once."""
    add_web(account)
    server.add_fault("TagResource=reset")
    ran = run("tag web a=b")
    assert (ran.exit_code, ran.out) == (8, "")
    assert ran.err.endswith(
        f"lskeys show web --region {REGION}; the same command changes what is still missing\n"
    )
    assert operations(server) == ["GetKeyPair", "TagResource", "GetKeyPair"]


def test_the_default_pair(serve: Serve, account: Sandbox, run: Run, rsa_pem: str) -> None:
    """The default pair is found although GetKeyPair does not know it."""
    server = serve("default-by-name=no")
    account.add_default_key_pair(REGION, private_pem=rsa_pem)
    assert run(f"tag {DEFAULT_PAIR} a=b -q") == Ran(0, f"{DEFAULT_PAIR}\n")
    assert operations(server) == ["GetKeyPairs", "TagResource"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("''", "KEY[=VALUE] is empty"),
        ("=value", "a tag has no key"),
        ("stage=", "tag stage= has an empty value"),
        ("a=1 a=2", "tag a is there twice"),
    ],
)
def test_what_is_no_tag(server: Server, run: Run, words: str, message: str) -> None:
    """Emptiness and contradiction are refused before anything is asked."""
    ran = run(f"tag web {words}")
    assert (ran.exit_code, ran.err.splitlines()[0]) == (2, f"lskeys: error: {message}")
    assert operations(server) == []


def test_the_limits_are_the_services(account: Sandbox, server: Server, run: Run) -> None:
    """What a tag may be is AWS's to say: its message is shown."""
    add_web(account)
    ran = run("tag web 'a=b;c'")
    assert (ran.exit_code, ran.out) == (8, "")
    assert "a is not a valid tag" in ran.err
    assert operations(server) == ["GetKeyPair", "TagResource"]
