"""list, through the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server, Tag
from tests.conftest import CREATED, REGION, Ran, Run
from tests.support.changes import operations

pytestmark = pytest.mark.usefixtures("server")

LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF6VpFvdLbOM2Cq8nFyoHt0jOJJGQ5YvWOkvGCDsW9qN"
FINGERPRINT = "SHA256:67rtPyuqfeVK9jZL9QQGDLVhsgQY8z4RdE1gc7Zy2WM"
EARLIER = CREATED.replace(year=2024)
LATER = CREATED.replace(day=20)

EMPTY = Ran(
    0,
    err="no key pairs found in us-east-1\n"
    "lskeys: hint: to make one: lskeys create NAME; to search all regions: --all-regions\n",
)
OTHERS = Ran(
    0,
    err="no key pair in us-east-1 matches Lightsail*\nlskeys: hint: to list all 5: lskeys list\n",
)


@pytest.fixture
def filled(account: Sandbox, rsa_pem: str) -> Sandbox:
    """Five custom pairs in one region, and a default pair; two of them are used."""
    add = account.add_key_pairs
    stage, owner = Tag("stage", "production"), Tag("owner", "ana")
    add(REGION, ["web"], public_line=LINE, tags=[stage, owner], created_at=CREATED)
    add(REGION, ["mail"], public_line=LINE, tags=[Tag("stage", "test")], created_at=EARLIER)
    add(REGION, ["Web"], public_line=LINE, created_at=LATER)
    add(REGION, ["old"], public_line=LINE, tags=[Tag("stage")], created_at=EARLIER)
    add(REGION, ["web-2"], public_line=LINE, tags=[owner], created_at=CREATED)
    account.add_default_key_pair(REGION, private_pem=rsa_pem, created_at=EARLIER)
    account.add_instance(REGION, "web-b", key_pair_name="web")
    account.add_instance(REGION, "web-a", key_pair_name="web")
    account.add_instance(REGION, "shop", key_pair_name=DEFAULT_PAIR)
    return account


# What is listed


def test_empty_account(server: Server, run: Run) -> None:
    """Nothing to list is no failure: stdout is empty, and stderr says where nothing was found."""
    assert run("list") == EMPTY
    assert operations(server) == ["GetKeyPairs"]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("list web-3", "did you mean web-2?"),
        ("list 'nothing*' mial", "did you mean mail?"),
        ("list --tag nothing", "to list all 5: lskeys list"),
        ("list --tag nothing -r us-east-1", "to list all 5: lskeys list --region us-east-1"),
        ("list -r eu-west-2", "the default key pair is listed with --include-default"),
        (
            "list -r us-west-2",
            (
                "to make one: lskeys create NAME --region us-west-2;"
                " to search all regions: --all-regions"
            ),
        ),
    ],
)
def test_nothing_found_says_what_next(line: str, hint: str, filled: Sandbox, run: Run) -> None:
    """An empty list comes with the nearest name, what else is there, or how to begin."""
    filled.add_default_key_pair("eu-west-2")
    ran = run(line)
    assert (ran.exit_code, ran.out) == (0, "")
    assert ran.err.partition("\n")[2] == f"lskeys: hint: {hint}\n"
    assert run(f"{line} -q") == Ran(0)


def test_empty_account_as_documents(server: Server, run: Run) -> None:
    """Programs get the empty list in their format."""
    document = {"keyPairs": [], "errors": [], "schemaVersion": 1}
    assert run("list -o json") == Ran(0, out=json.dumps(document, indent=4) + "\n", err=EMPTY.err)
    assert run("list -o jsonl") == EMPTY
    header = "name,region,created,fingerprint,tags\n"
    assert run("list -o csv") == Ran(0, out=header, err=EMPTY.err)
    assert run("list -o table") == EMPTY
    assert run("list -q") == Ran(0)
    assert len(server.requests) == 5


@pytest.mark.parametrize("line", ["list", "list --include-default"])
def test_the_default_pair_is_listed_on_request(
    line: str, account: Sandbox, server: Server, run: Run, rsa_pem: str
) -> None:
    """The default key pair is hidden without --include-default."""
    account.add_default_key_pair(REGION, private_pem=rsa_pem)
    wanted = "--include-default" in line
    assert run(f"{line} -q") == Ran(0, out=f"{DEFAULT_PAIR}\n" if wanted else "")
    assert operations(server) == ["GetKeyPairs"]


def test_the_default_pair_by_its_name(filled: Sandbox, server: Server, run: Run) -> None:
    """Its literal name is as good as --include-default; a pattern that would fit it is not."""
    assert filled.path.exists()
    assert run(f"list -q {DEFAULT_PAIR}") == Ran(0, out=f"{DEFAULT_PAIR}\n")
    assert run("list -q 'Lightsail*' --columns name") == Ran(0)
    assert run("list 'Lightsail*'") == OTHERS
    assert run("list -q 'Lightsail*' --include-default") == Ran(0, out=f"{DEFAULT_PAIR}\n")
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        ("--tag stage", ["mail", "old", "web"]),
        ("--tag stage=production", ["web"]),
        ("--tag 'stage=*'", ["mail", "old", "web"]),
        ("--tag 'stage=p*'", ["web"]),
        ("--tag stage=", ["old"]),
        ("--tag 's*'", ["mail", "old", "web"]),
        ("--tag '*=ana'", ["web", "web-2"]),
        ("--tag stage --tag owner", ["web"]),
        ("--tag Stage", []),
        ("--tag stag", []),
        ("--tag owner 'web-*'", ["web-2"]),
    ],
)
@pytest.mark.usefixtures("filled")
def test_tags(tags: str, names: list[str], run: Run) -> None:
    """--tag selects by a key, or a key and a value, by name or pattern; several narrow the list."""
    ran = run(f"list -q {tags}")
    assert (ran.exit_code, sorted(ran.out.split())) == (0, names)


# Usage


@pytest.mark.usefixtures("filled")
def test_in_use_and_unused(server: Server, run: Run) -> None:
    """--in-use and --unused part the pairs by whether an instance names them."""
    assert run("list -q --in-use --include-default --sort name") == Ran(
        0, out=f"{DEFAULT_PAIR}\nweb\n"
    )
    assert run("list -q --unused --include-default --sort name") == Ran(
        0, out="Web\nmail\nold\nweb-2\n"
    )
    assert sorted(operations(server)) == ["GetInstances"] * 2 + ["GetKeyPairs"] * 2


@pytest.mark.usefixtures("filled")
def test_instances_that_name_a_pair(server: Server, run: Run) -> None:
    """The used-by column names the instances, in order, and has them requested."""
    assert run("list web old --columns name,used-by") == Ran(0, out="web\tweb-a,web-b\nold\t-\n")
    assert run("list web old --columns name --sort used-by") == Ran(0, out="old\nweb\n")
    assert sorted(operations(server)) == ["GetInstances"] * 2 + ["GetKeyPairs"] * 2


@pytest.mark.usefixtures("filled")
def test_usage_that_is_unknown(server: Server, run: Run) -> None:
    """Where instances cannot be listed, no key pair is called unused."""
    server.add_fault("GetInstances=AccessDeniedException")
    ran = run("list -q --unused")
    assert (ran.exit_code, ran.out) == (4, "")
    assert ran.err.startswith("lskeys: error: cannot list instances in us-east-1: ")


# Order and columns


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("name", ["Web", "mail", "old", "web", "web-2"]),
        ("-name", ["web-2", "web", "old", "mail", "Web"]),
        ("created", ["mail", "old", "web", "web-2", "Web"]),
        ("-created", ["Web", "web", "web-2", "mail", "old"]),
        ("tags", ["Web", "web-2", "old", "web", "mail"]),
        ("-used-by", ["web", "mail", "Web", "old", "web-2"]),
        ("region", ["web", "mail", "Web", "old", "web-2"]),
        ("-region", ["web", "mail", "Web", "old", "web-2"]),
    ],
)
@pytest.mark.usefixtures("filled")
def test_order(order: str, names: list[str], run: Run) -> None:
    """--sort orders by any column, - turns it round, and equals keep the order they came in."""
    assert run("list -q").out.split() == ["web", "mail", "Web", "old", "web-2"]
    assert run(f"list -q --sort {order}").out.split() == names


@pytest.mark.usefixtures("filled")
def test_columns(run: Run) -> None:
    """--columns says which, in which order; case and blanks do not matter."""
    assert run("list web --columns fingerprint,name") == Ran(0, out=f"{FINGERPRINT}\tweb\n")
    assert run("list web --columns ' Name , REGION'") == Ran(0, out="web\tus-east-1\n")
    assert run("list web --columns name,name") == Ran(0, out="web\tweb\n")
    assert run("list web --columns account") == Ran(0, out="123456789012\n")


def test_local_files(account: Sandbox, server: Server, run: Run, home: Path) -> None:
    """The local-files column names the files that hold a pair's key, by content."""
    account.add_key_pairs(REGION, ["web"], public_line=LINE)
    account.add_key_pairs(REGION, ["mail"])
    (home / ".ssh").mkdir(mode=0o700)
    (home / ".ssh" / "any-name").write_text(f"{LINE} a comment\n")
    assert run("list --columns name,local-files") == Ran(
        0, out=f"web\t{home}/.ssh/any-name\nmail\t-\n"
    )
    assert operations(server) == ["GetKeyPairs"]


# Many


def test_pages(account: Sandbox, server: Server, run: Run, rsa_pem: str) -> None:
    """250 pairs in pages of 20 list completely, the default one on the last page included."""
    names = [f"pair-{number:03}" for number in range(250)]
    account.add_key_pairs(REGION, names, public_line=LINE, created_at=EARLIER)
    account.add_default_key_pair(REGION, private_pem=rsa_pem, created_at=LATER)
    ran = run("list -q --include-default")
    assert ran == Ran(0, out="".join(f"{name}\n" for name in [*names, DEFAULT_PAIR]))
    assert len(server.requests) == 13
    tokens = [each.body.get("pageToken") for each in server.requests]
    assert len(set(tokens)) == 13
    assert all(each.body["includeDefaultKeyPair"] for each in server.requests)


def test_pages_of_instances(account: Sandbox, server: Server, run: Run) -> None:
    """An instance on the last page makes its pair a used one."""
    account.add_key_pairs(REGION, ["web", "mail"], public_line=LINE)
    for number in range(41):
        pair = "web" if number == 40 else DEFAULT_PAIR
        account.add_instance(REGION, f"instance-{number:02}", key_pair_name=pair)
    assert run("list -q --in-use") == Ran(0, out="web\n")
    assert sorted(operations(server)) == ["GetInstances"] * 3 + ["GetKeyPairs"]


# JSON is the AWS CLI's


@pytest.mark.usefixtures("filled")
def test_json_has_the_members_of_the_service(run: Run) -> None:
    """Each member of AWS's KeyPair shape is there under its name, and ours next to them."""
    model = Session().get_service_model("lightsail")
    shape: Any = model.shape_for("KeyPair")
    document = json.loads(run("list web -o json --columns name,used-by").out)
    [pair] = document["keyPairs"]
    assert set(document) == {"keyPairs", "errors", "schemaVersion"}
    assert set(pair) == {*shape.members, "isDefault", "usedBy"}
    assert set(pair["location"]) == set(shape.members["location"].members)
    assert set(pair["tags"][0]) == set(shape.members["tags"].member.members)


@pytest.mark.usefixtures("filled")
def test_json_says_what_the_service_says(run: Run) -> None:
    """The values are AWS's own; timestamps are as the AWS CLI prints them."""
    document = json.loads(run("list web -o json").out)
    [pair] = document["keyPairs"]
    assert pair.pop("arn").startswith("arn:aws:lightsail:us-east-1:123456789012:KeyPair/")
    assert pair.pop("supportCode").endswith("/web")
    assert document == {
        "keyPairs": [
            {
                "name": "web",
                "createdAt": "2026-11-02T12:00:00.123000+00:00",
                "location": {"availabilityZone": "all", "regionName": "us-east-1"},
                "resourceType": "KeyPair",
                "tags": [
                    {"key": "stage", "value": "production"},
                    {"key": "owner", "value": "ana"},
                ],
                "fingerprint": FINGERPRINT,
                "isDefault": False,
            }
        ],
        "errors": [],
        "schemaVersion": 1,
    }
