"""tag and untag, through the command line."""

import json

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Request, Sandbox, Server, Tag
from tests.cli.conftest import Serve
from tests.conftest import CREATED, REGION, Ran, Run
from tests.support.changes import changes, operations

EU = "eu-west-1"
LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF6VpFvdLbOM2Cq8nFyoHt0jOJJGQ5YvWOkvGCDsW9qN"
FINGERPRINT = "SHA256:67rtPyuqfeVK9jZL9QQGDLVhsgQY8z4RdE1gc7Zy2WM"
STAGE = Tag("stage", "test")
OWNER = Tag("owner", "ana")
NEW = "stage=production,owner=ana,automation,a=b=c"


def add_web(account: Sandbox, *tags: Tag, regions: tuple[str, ...] = (REGION,)) -> None:
    """A pair called web with these tags."""
    for each in regions:
        account.add_key_pairs(each, ["web"], public_line=LINE, tags=tags, created_at=CREATED)


def row(tags: str) -> str:
    """The line that shows web with these tags."""
    return f"web\t{REGION}\t2026-11-02T12:00:00.123Z\t{FINGERPRINT}\t{tags}\n"


def tag_request(*tags: dict[str, str], region: str = REGION) -> Request:
    """The request that gives web these tags."""
    return Request("TagResource", region, {"resourceName": "web", "tags": list(tags)})


@pytest.mark.parametrize(
    ("line", "tags", "shown", "sent"),
    [
        (
            "tag web stage=production owner=ana automation a=b=c",
            NEW,
            f"changed from stage=test,owner=ana to {NEW}",
            tag_request(
                {"key": "stage", "value": "production"},
                {"key": "automation"},
                {"key": "a", "value": "b=c"},
            ),
        ),
        (
            "untag web stage gone",
            "owner=ana",
            "changed from stage=test,owner=ana to owner=ana",
            Request("UntagResource", REGION, {"resourceName": "web", "tagKeys": ["stage"]}),
        ),
        ("tag web stage=test owner=ana", "stage=test,owner=ana", None, None),
        ("untag web gone", "stage=test,owner=ana", None, None),
        (
            "tag web a -n",
            "stage=test,owner=ana,a",
            "would change from stage=test,owner=ana to stage=test,owner=ana,a",
            None,
        ),
        ("untag web stage owner -n", "-", "would change from stage=test,owner=ana to none", None),
    ],
)
def test_only_what_is_new_is_sent(  # noqa: PLR0913  fixtures and cases
    line: str,
    tags: str,
    shown: str | None,
    sent: Request | None,
    *,
    account: Sandbox,
    server: Server,
    run: Run,
) -> None:
    """One request has what changes; what is so already, and a dry run, cost none; the rest stays.

    Before and after are reported, and the pair is shown as it is then.
    """
    add_web(account, STAGE, OWNER)
    said = shown or "unchanged: stage=test,owner=ana"
    assert run(line) == Ran(0, out=row(tags), err=f"tags of web in {REGION} {said}\n")
    assert changes(server) == ([sent] if sent else [])
    assert operations(server)[0] == "GetKeyPair"
    if "-n" not in line:
        assert run("list").out == row(tags)


def test_an_instance_of_that_name_gets_no_tag(account: Sandbox, server: Server, run: Run) -> None:
    """A tag is for any resource of a name, so a name that is no key pair's is refused before."""
    account.add_instance(REGION, "web")
    ran = run("tag web stage=test")
    assert (ran.exit_code, ran.out) == (3, "")
    assert ran.err.startswith(f"lskeys: error: there is no key pair web in {REGION}\n")
    assert changes(server) == []


def test_a_near_name_is_suggested(account: Sandbox, server: Server, run: Run) -> None:
    """A name that is missing everywhere is reported with the nearest one and its region."""
    add_web(account, regions=(EU,))
    ran = run("tag wep x -r us-east-1 -r eu-west-1 -o json")
    said = json.loads(ran.err)
    assert (ran.exit_code, said["message"], said["hint"]) == (
        3,
        "there is no key pair wep in us-east-1, eu-west-1",
        "did you mean web in eu-west-1?",
    )
    assert changes(server) == []


def test_several_regions(account: Sandbox, server: Server, run: Run) -> None:
    """The pair is tagged wherever it is; a region without it is no failure, and hides none."""
    add_web(account, regions=(REGION, EU))
    assert run("tag web a=b -q -r us-east-1 -r us-west-2 -r eu-west-1") == Ran(0, "web\nweb\n")
    raw = {"key": "a", "value": "b"}
    sent = sorted(changes(server), key=lambda each: each.region)
    assert sent == [tag_request(raw, region=EU), tag_request(raw)]
    server.add_fault("TagResource@eu-west-1=AccessDeniedException")
    ran = run("tag web a=c -r us-east-1 -r eu-west-1")
    assert (ran.exit_code, ran.out) == (7, row("a=c"))
    assert "cannot tag web in eu-west-1" in ran.err
    assert ran.err.endswith("lskeys: error: 1 of 2 regions failed\n")


def test_the_default_pair(serve: Serve, account: Sandbox, run: Run, rsa_pem: str) -> None:
    """The default pair is found although GetKeyPair does not know it."""
    server = serve("default-by-name=no")
    account.add_default_key_pair(REGION, private_pem=rsa_pem)
    assert run(f"tag {DEFAULT_PAIR} a=b -q") == Ran(0, f"{DEFAULT_PAIR}\n")
    assert operations(server) == ["GetKeyPairs", "TagResource"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("=value", "a tag has no key"),
        ("stage=", "tag stage= has an empty value"),
        ("a=1 a=2", "tag a is there twice"),
    ],
)
def test_what_is_no_tag(server: Server, run: Run, words: str, message: str) -> None:
    """Emptiness and contradiction are refused before any request is sent."""
    ran = run(f"tag web {words}")
    assert (ran.exit_code, ran.err.splitlines()[0]) == (2, f"lskeys: error: {message}")
    assert operations(server) == []


@pytest.mark.parametrize(
    ("tag", "message", "hint"),
    [
        ("a=b;c", "; is not allowed in tags", "allowed are letters, digits, spaces and + - ="),
        ("a!", "! is not allowed in tags", "allowed are letters"),
        ("key=owner,value=ana", "key=owner,value=ana is in the spelling of", "write owner=ana"),
        ("k" * 129, "k… is too long for a tag", "keys have at most 128 characters, values 256"),
    ],
)
@pytest.mark.parametrize("line", ["tag web {}", "create new --tag {}"])
def test_what_no_tag_is(  # noqa: PLR0913  fixtures
    line: str, tag: str, message: str, hint: str, *, account: Sandbox, server: Server, run: Run
) -> None:
    """What Lightsail's user guide does not allow is refused before any request."""
    add_web(account)
    ran = run(line.format(f"'{tag}'"))
    assert (ran.exit_code, ran.out, operations(server)) == (2, "", [])
    assert f"{message}" in ran.err
    assert f"lskeys: hint: {hint}" in ran.err
