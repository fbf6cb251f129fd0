"""delete, through the command line: names, regions, results and lost responses."""

import json
from pathlib import Path

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.conftest import REGION, Ran, Run
from tests.support.changes import changes, delete_of, delete_of_default, operations
from tests.support.cli_keys import fingerprint, other_pem, own_pem, public_line, save

pytestmark = pytest.mark.usefixtures("server")

EU = "eu-west-1"
LOST = "DeleteKeyPair=lost-answer*{}"
RESET = "DeleteKeyPair=reset*{}"


@pytest.fixture
def default(account: Sandbox, home: Path) -> str:
    """The default pair, and its local key; the fingerprint AWS reports."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    save(home / ".ssh" / "key", own_pem())
    return fingerprint(own_pem(), "md5-spki")


@pytest.fixture
def web(account: Sandbox, home: Path) -> str:
    """The pair web, and its local key; the fingerprint AWS reports."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    save(home / ".ssh" / "key", own_pem())
    return fingerprint(own_pem(), "md5-spki")


# how it is spelled


@pytest.mark.parametrize(
    "line",
    [
        "delete web --fingerprint -y",
        "delete web -y --fingerprint",
        "delete --fingerprint --yes web",
        "delete -y --fingerprint -- web",
        "delete --fingerprint={value} web -y",
        "delete --fingerprint {value} web -y",
        "delete web --fingerprint {value} -y",
        "delete --fingerprint={value} -y -- web",
        "rm web --fingerprint -y",
    ],
)
def test_fingerprint_stands_anywhere(server: Server, run: Run, web: str, line: str) -> None:
    """Bare or with a value, before or after the name: AWS's fingerprint is sent."""
    assert run(line.format(value=web)).exit_code == 0
    assert changes(server) == [delete_of("web", web)]


# what is there


def test_missing(server: Server, run: Run) -> None:
    """A missing key pair is reported with the region that was queried, and AWS's tip."""
    assert run("delete web -y") == Ran(
        3,
        err=f"lskeys: error: there is no key pair web in {REGION}\n"
        "lskeys: aws says: Check the spelling of the name and the AWS Region.\n"
        "lskeys: hint: to list key pairs: lskeys list\n",
    )
    assert changes(server) == []


def test_misspelled(account: Sandbox, server: Server, run: Run) -> None:
    """The nearest name is a hint, never used; the account is searched once for all of them."""
    account.add_key_pairs(REGION, ["web-production", "mail"])
    ran = run("delete web-prodution mial -y")
    hints = [line for line in ran.err.splitlines() if line.startswith("lskeys: hint: ")]
    assert hints == [
        f"lskeys: hint: did you mean web-production in {REGION}?",
        f"lskeys: hint: did you mean mail in {REGION}?",
    ]
    assert (ran.exit_code, ran.out, changes(server)) == (3, "", [])
    assert operations(server).count("GetKeyPairs") == 1


def test_missing_default(server: Server, run: Run) -> None:
    """A region without a default pair is reported, and where to look."""
    assert run(f"delete {DEFAULT_PAIR} --fingerprint -y") == Ran(
        3,
        err=f"lskeys: error: {REGION} has no default key pair\n"
        "lskeys: hint: to find regions that have one:"
        " lskeys list --include-default --all-regions\n",
    )
    assert changes(server) == []


@pytest.mark.parametrize("name", ["web", DEFAULT_PAIR])
def test_missing_ok(server: Server, run: Run, name: str) -> None:
    """With --missing-ok it is a result like another."""
    ran = run(f"delete {name} --fingerprint --missing-ok -y")
    assert ran == Ran(0, out=f"{name}\t{REGION}\tabsent\t-\t-\t-\n")
    assert changes(server) == []


def test_several(account: Sandbox, server: Server, run: Run) -> None:
    """Each name is deleted, in the order given; one given twice is one."""
    account.add_key_pairs(REGION, ["aa", "bb", "cc"])
    assert run("delete cc aa cc -y") == Ran(
        0, out=f"cc\t{REGION}\tdeleted\t-\t-\t-\naa\t{REGION}\tdeleted\t-\t-\t-\n"
    )
    assert changes(server) == [delete_of("cc"), delete_of("aa")]


def test_some_failed(account: Sandbox, server: Server, run: Run) -> None:
    """One that fails hides no other: each is tried, and the whole is partial."""
    account.add_key_pairs(REGION, ["aa", "cc"])
    assert run("delete aa bb cc -y") == Ran(
        7,
        out=f"aa\t{REGION}\tdeleted\t-\t-\t-\ncc\t{REGION}\tdeleted\t-\t-\t-\n",
        err=f"lskeys: error: there is no key pair bb in {REGION}\n"
        "lskeys: aws says: Check the spelling of the name and the AWS Region.\n"
        "lskeys: hint: to list key pairs: lskeys list\n"
        "lskeys: error: 1 of 3 key pairs failed\n",
    )
    assert changes(server) == [delete_of("aa"), delete_of("cc")]


def test_a_failing_deletion_hides_no_other(account: Sandbox, server: Server, run: Run) -> None:
    """A deletion that AWS refuses leaves the others to be deleted."""
    account.add_key_pairs(REGION, ["aa", "bb"])
    server.add_fault("DeleteKeyPair=AccessDeniedException*1")
    ran = run("delete aa bb -y")
    assert (ran.exit_code, ran.out) == (7, f"bb\t{REGION}\tdeleted\t-\t-\t-\n")
    assert changes(server) == [delete_of("aa"), delete_of("bb")]


def test_a_refusal_hides_no_other(
    account: Sandbox, server: Server, run: Run, home: Path, web: str
) -> None:
    """What the guard refuses stays; what it clears is deleted."""
    account.add_key_pairs(REGION, ["db"], public_line=public_line(other_pem()))
    assert run("delete db web --fingerprint -y").exit_code == 7
    assert changes(server) == [delete_of("web", web)]
    assert (home / ".ssh" / "key").exists()


def test_all_failed_alike(server: Server, run: Run) -> None:
    """Where all failed in one way, that way is the exit code."""
    ran = run("delete aa bb -y")
    assert (ran.exit_code, ran.out) == (3, "")
    assert ran.err.endswith("lskeys: error: 2 of 2 key pairs failed\n")
    assert changes(server) == []


@pytest.mark.usefixtures("web")
def test_all_failed_differently(server: Server, run: Run) -> None:
    """Where all failed, each in its way, the whole is partial."""
    server.add_fault("DeleteKeyPair=AccessDeniedException")
    assert run("delete web db -y").exit_code == 7


# several regions


def test_several_regions(account: Sandbox, server: Server, run: Run) -> None:
    """A name is deleted in each region that has it; those that do not are no failure."""
    account.add_key_pairs(REGION, ["aa"])
    account.add_key_pairs(EU, ["aa", "bb"])
    assert run(f"delete aa bb -r {EU} -r {REGION} -r ap-south-1 -y") == Ran(
        0,
        out=f"aa\t{EU}\tdeleted\t-\t-\t-\n"
        f"aa\t{REGION}\tdeleted\t-\t-\t-\n"
        f"bb\t{EU}\tdeleted\t-\t-\t-\n",
    )
    assert changes(server) == [
        delete_of("aa", region=EU),
        delete_of("aa"),
        delete_of("bb", region=EU),
    ]


def test_missing_everywhere(server: Server, run: Run) -> None:
    """A name that no region has is missing once, not once a region."""
    ran = run(f"delete aa -r {REGION} -r {EU} -y")
    assert (ran.exit_code, ran.out) == (3, "")
    assert ran.err.count("error") == 1
    assert changes(server) == []


def test_default_pairs_of_two_regions(
    account: Sandbox, server: Server, run: Run, default: str
) -> None:
    """Each region's default pair is guarded on its own: the one without a local key stays."""
    account.add_default_key_pair(EU, private_pem=other_pem())
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint -r {REGION} -r {EU} -y")
    assert ran.exit_code == 7
    assert changes(server) == [delete_of_default(default)]


# lost responses


STILL_THERE = "it is still there; wait a little, then run the same command again\n"


@pytest.mark.parametrize(
    ("faults", "exit_code", "hint"),
    [
        *(
            ((f"DeleteKeyPair={fault}*1",), 0, "")
            for fault in ("reset", "http-503", "html", "InternalFailure")
        ),
        (("DeleteKeyPair=reset*1", "DeleteKeyPair=lost-answer"), 0, ""),
        (("DeleteKeyPair=reset",), 8, f"lskeys: hint: {STILL_THERE}"),
    ],
)
def test_lost(  # noqa: PLR0913  fixtures and cases
    faults: tuple[str, ...], exit_code: int, hint: str, *, server: Server, run: Run, web: str
) -> None:
    """A key pair that is still there is deleted once more, by the same fingerprint; no third time.

    Where it is not known to be deleted, that is no success.
    """
    for fault in faults:
        server.add_fault(fault)
    ran = run("delete web -y")
    assert ran.exit_code == exit_code
    assert ran.err.endswith(hint)
    assert changes(server) == [delete_of("web", web)] * 2


def test_lost_default(server: Server, run: Run, default: str) -> None:
    """The default pair is looked for in the list, where it is, not by its name."""
    server.add_fault("DeleteKeyPair=lost-answer")
    assert run(f"delete {DEFAULT_PAIR} --fingerprint -y").exit_code == 0
    assert operations(server)[-2:] == ["DeleteKeyPair", "GetKeyPairs"]
    assert changes(server) == [delete_of_default(default)]


# formats


def test_json(run: Run, home: Path, default: str) -> None:
    """json: one document, named as the AWS CLI names operations."""
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint -y -o json")
    assert (ran.exit_code, ran.err) == (0, "")
    assert json.loads(ran.out) == {
        "operations": [
            {
                "resourceName": DEFAULT_PAIR,
                "resourceType": "KeyPair",
                "location": {"regionName": REGION},
                "operationType": "DeleteKeyPair",
                "outcome": "deleted",
                "expectedFingerprint": default,
                "fingerprintType": "md5-spki",
                "fingerprintForm": "md5-spki",
                "localFile": str(home / ".ssh" / "key"),
            }
        ],
        "errors": [],
        "schemaVersion": 1,
    }


@pytest.mark.parametrize("output", ["json", "jsonl"])
def test_json_errors_of_many(run: Run, output: str) -> None:
    """Several failures are one object still, and each of them is in it."""
    ran = run(f"delete aa bb -y -o {output}")
    raw = json.loads(ran.err)
    assert (ran.exit_code, ran.out, raw["message"]) == (3, "", "2 of 2 key pairs failed")
    assert [each["message"].split()[5] for each in raw["errors"]] == ["aa", "bb"]
