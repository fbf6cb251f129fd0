"""Several regions: queried in parallel, shown in order, one's failure hiding no other."""

import json
import threading
from pathlib import Path

import pytest

from lskeys.sandbox import REGIONS, Sandbox, Server
from tests.conftest import Ran, Run
from tests.support.lying_server import Call, Liar, Reply, pair, pairs, said

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF6VpFvdLbOM2Cq8nFyoHt0jOJJGQ5YvWOkvGCDsW9qN"
THREE = ["us-west-2", "eu-west-1", "ap-south-1"]
IN_THREE = " ".join(f"-r {name}" for name in THREE)
LATER = "lskeys: hint: wait a little, then run the same command again\n"
EVERY_PAIR = "arn:aws:lightsail:eu-west-1:123456789012:*/*"
DENIED = f"lskeys: hint: allow lightsail:GetKeyPairs on {EVERY_PAIR}, or enable the region\n"


def queried_regions(server: Server) -> list[str]:
    """The regions whose key pairs were requested, in alphabetical order."""
    return sorted(each.region for each in server.requests if each.operation == "GetKeyPairs")


@pytest.mark.parametrize("last", THREE)
def test_the_order_is_the_one_given(last: str, liar: Liar, run: Run) -> None:
    """Whichever region is slowest, rows come in the order of the options."""
    others = threading.Semaphore(0)

    def respond(call: Call) -> Reply:
        if call.region == last:
            assert all(others.acquire(timeout=30) for _ in range(2))
        else:
            others.release()
        return pairs(pair(f"of-{call.region}"))

    liar.responses("GetKeyPairs", respond)
    assert run(f"list -q {IN_THREE}") == Ran(0, out="".join(f"of-{name}\n" for name in THREE))


def test_all_are_queried_in_parallel(liar: Liar, run: Run) -> None:
    """No region waits for another: each gets its response once all were queried."""
    names = [region.name for region in REGIONS]
    everyone = threading.Barrier(len(names))

    def respond(call: Call) -> Reply:
        everyone.wait(timeout=30)
        return pairs(pair(f"of-{call.region}"))

    liar.responses("GetRegions", said({"regions": [{"name": name} for name in names]}))
    liar.responses("GetKeyPairs", respond)
    assert run("list -q --all-regions") == Ran(0, out="".join(f"of-{name}\n" for name in names))


def test_all_regions(account: Sandbox, server: Server, run: Run) -> None:
    """--all-regions, and the word all wherever regions are named, query AWS for them."""
    account.add_key_pairs("ap-south-1", ["web"])
    account.add_key_pairs("us-east-2", ["mail"])
    expected = Ran(0, out="mail\tus-east-2\nweb\tap-south-1\n")
    for options in ("--all-regions", "-r all", "-r eu-west-1 -r all"):
        assert run(f"list --columns name,region {options}") == expected
    requested = [each.operation for each in server.requests]
    assert requested.count("GetRegions") == 3
    assert queried_regions(server) == sorted([region.name for region in REGIONS] * 3)


def test_the_region_list_is_queried_at_home(server: Server, run: Run) -> None:
    """The list of regions is requested in the first region that is named."""
    run("list -q -r eu-west-2 -r all")
    assert (server.requests[0].operation, server.requests[0].region) == ("GetRegions", "eu-west-2")


def test_a_region_twice(account: Sandbox, server: Server, run: Run) -> None:
    """A region that is named twice is queried once."""
    account.add_key_pairs("eu-west-1", ["web"])
    assert run("list -q -r eu-west-1 -r eu-west-1") == Ran(0, out="web\n")
    assert queried_regions(server) == ["eu-west-1"]


def test_order_over_all_regions(account: Sandbox, server: Server, run: Run) -> None:
    """--sort orders the whole list, not each region's part of it."""
    account.add_key_pairs("us-west-2", ["b1", "b3"])
    account.add_key_pairs("eu-west-1", ["b2", "b4"])
    assert run(f"list -q {IN_THREE} --sort -name") == Ran(0, out="b4\nb3\nb2\nb1\n")
    assert run(f"list -q {IN_THREE}") == Ran(0, out="b1\nb3\nb2\nb4\n")
    assert len(server.requests) == 6


# Failures


def test_one_fails(account: Sandbox, server: Server, run: Run) -> None:
    """What was found is shown, what failed is reported, and the exit code says partial."""
    account.add_key_pairs("us-west-2", ["web"])
    account.add_key_pairs("ap-south-1", ["mail"])
    server.add_fault("GetKeyPairs@eu-west-1=AccessDeniedException")
    assert run(f"list -q {IN_THREE}") == Ran(
        7,
        out="web\nmail\n",
        err="lskeys: error: cannot list key pairs in eu-west-1: "
        "User: arn:aws:iam::123456789012:user/(hidden) is not authorized to perform: "
        f"lightsail:GetKeyPairs on resource: {EVERY_PAIR}\n"
        f"{DENIED}lskeys: error: 1 of 3 regions failed\n",
    )


def test_one_fails_and_the_others_are_empty(server: Server, run: Run) -> None:
    """An empty list of the others is still partial."""
    server.add_fault("GetKeyPairs@eu-west-1=AccessDeniedException")
    ran = run(f"list -q {IN_THREE}")
    assert (ran.exit_code, ran.out) == (7, "")


def test_all_fail_alike(server: Server, run: Run) -> None:
    """Where nothing was found out, the exit code is that of the failures."""
    server.add_fault("GetKeyPairs=AccessDeniedException")
    ran = run(f"list {IN_THREE}")
    expected = [f"cannot list key pairs in {name}: User: arn:" for name in THREE]
    assert (ran.exit_code, ran.out) == (4, "")
    assert [each for each in expected if each not in ran.err] == []
    assert ran.err.endswith("lskeys: error: 3 of 3 regions failed\n")


def test_all_fail_each_in_its_way(server: Server, run: Run) -> None:
    """Where the failures differ, partial is what is left to say."""
    server.add_fault("GetKeyPairs@eu-west-1=AccessDeniedException")
    server.add_fault("GetKeyPairs=RegionSetupInProgressException")
    ran = run(f"list {IN_THREE}")
    assert (ran.exit_code, ran.out) == (7, "")
    assert ran.err.count(LATER) == 2
    assert ran.err.count(DENIED) == 1


def test_the_only_region_fails(server: Server, run: Run) -> None:
    """One region's failure alone is the command's, reported once."""
    server.add_fault("GetKeyPairs=RegionSetupInProgressException")
    assert run("list -r eu-west-1") == Ran(
        8,
        err="lskeys: error: cannot list key pairs in eu-west-1: "
        f"The AWS Region is still being set up for your account\n{LATER}",
    )


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "verb", ["list", "show web", "delete web -y", "import new id.pub", "audit"]
)
def test_what_concerns_no_region_blames_none(verb: str, run: Run, home: Path) -> None:
    """Without credentials there is one error, and it names no region, in no format."""
    (home / "id.pub").write_text(KEY)
    error = json.loads(run(f"{verb} -r us-west-2 -r eu-west-1 -o json").err)
    assert (error["code"], error["region"], "errors" in error) == (
        "NoCredentialsError",
        None,
        False,
    )
    err = run(f"{verb} -r us-west-2 -r eu-west-1").err
    assert err.startswith("lskeys: error: no AWS credentials found\n")
    assert err.count("lskeys: error:") == 1
