"""list of several accounts, each a profile."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lskeys import sandbox
from lskeys.sandbox import Sandbox, Server
from lskeys.words.answer import words
from tests.conftest import CREATED, NOW, REGION, Ran, Run

from .keys import save

LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF6VpFvdLbOM2Cq8nFyoHt0jOJJGQ5YvWOkvGCDsW9qN"
BOTH = "-p work -p home"
PROFILE = """
[profile {name}]
region = {region}
endpoint_url = {endpoint}
aws_access_key_id = a
aws_secret_access_key = b
"""


@pytest.fixture
def servers(home: Path, tmp_path: Path) -> Iterator[dict[str, Server]]:
    """Two accounts, each with a profile, a region and a key pair of its own."""
    accounts = {
        name: Sandbox(tmp_path / "accounts" / name / "sandbox.sqlite3", now=lambda: NOW, seed=False)
        for name in ("work", "home")
    }
    accounts["work"].add_key_pairs(REGION, ["web"], public_line=LINE, created_at=CREATED)
    accounts["home"].add_key_pairs("eu-west-1", ["mail"], public_line=LINE, created_at=CREATED)
    with sandbox.serve(accounts["work"]) as work, sandbox.serve(accounts["home"]) as own:
        profiles = (("work", REGION, work.endpoint), ("home", "eu-west-1", own.endpoint))
        texts = (PROFILE.format(name=n, region=r, endpoint=e) for n, r, e in profiles)
        save(home / ".aws" / "config", "".join(texts))
        yield {"work": work, "home": own}


@pytest.mark.usefixtures("servers")
def test_side_by_side(run: Run) -> None:
    """Each account is asked in its own region; a column in front says whose a pair is."""
    ran = run(f"list {BOTH} -o csv")
    header, *rows = ran.out.splitlines()
    assert header == "profile,name,region,created,fingerprint,tags"
    assert [row.split(",")[:3] for row in rows] == [
        ["work", "web", REGION],
        ["home", "mail", "eu-west-1"],
    ]
    assert run("list -p work -p home --columns profile,name") == Ran(0, "work\tweb\nhome\tmail\n")
    assert run("-p work -p home list -q --sort name") == Ran(0, "mail\nweb\n")


@pytest.mark.usefixtures("servers")
def test_one_account_looks_as_ever(run: Run) -> None:
    """With one profile, also if it is given twice, nothing tells of profiles."""
    header = "name,region,created,fingerprint,tags"
    for line in ("list -p work", "list -p work -p work", "-p home list -p work"):
        assert run(f"{line} -o csv").out.splitlines()[0] == header
        assert "profile" not in json.loads(run(f"{line} -o json").out)["keyPairs"][0]


@pytest.mark.usefixtures("servers")
def test_each_account_is_remembered_for_tab(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one list of several accounts saw is remembered of each."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    assert run(f"list {BOTH} --sort name").exit_code == 0
    for name, pair in (("work", "web"), ("home", "mail")):
        typed = ["lskeys", "delete", "-p", name, "--all-regions"]
        assert list(words("names", typed, os.environ)) == [pair]


@pytest.mark.usefixtures("servers")
def test_json_names_the_profile(run: Run) -> None:
    """In JSON each pair has the member, where several accounts are asked."""
    document = json.loads(run(f"list {BOTH} -o json").out)
    assert [(each["profile"], each["name"]) for each in document["keyPairs"]] == [
        ("work", "web"),
        ("home", "mail"),
    ]


@pytest.mark.parametrize("wrong", ["-p nobody", "-p wokr"])
@pytest.mark.usefixtures("servers")
def test_a_failing_account_hides_no_other(wrong: str, run: Run) -> None:
    """A profile that does not work is told by its name; the others are listed: partial."""
    ran = run(f"list {wrong} -p home -q")
    name = wrong.split()[1]
    assert (ran.exit_code, ran.out) == (7, "mail\n")
    first = f"lskeys: error: profile {name}: the config profile ({name}) could not be found"
    assert ran.err.splitlines()[0] == first
    assert ran.err.endswith("lskeys: error: 1 of 2 regions failed\n")


def test_a_failing_region_is_of_its_account(servers: dict[str, Server], run: Run) -> None:
    """Which account it was that a region failed for is told."""
    servers["home"].add_fault("GetKeyPairs=AccessDeniedException")
    ran = run(f"list {BOTH} -r {REGION} -r eu-west-1 -q")
    assert (ran.exit_code, ran.out) == (7, "web\n")
    told = [line for line in ran.err.splitlines() if "profile home: cannot list" in line]
    assert len(told) == 2


@pytest.mark.usefixtures("servers")
def test_nothing_in_any(run: Run) -> None:
    """Where nothing is found, the accounts are named."""
    assert run(f"list {BOTH} zzz").err.startswith("lskeys: no key pairs found in work, home\n")


@pytest.mark.parametrize(
    "line",
    ["delete web -y", "create new", "import new -", "tag web a=b", "rotate-default -y", "show web"],
)
def test_other_verbs_take_one(line: str, servers: dict[str, Server], run: Run, home: Path) -> None:
    """A verb that asks one account refuses several, before it asks or writes anything."""
    assert run(f"{line} {BOTH}") == Ran(
        2,
        err="lskeys: error: --profile is given 2 times, and this asks one account\n"
        "lskeys: hint: give one; lskeys list takes several\n",
    )
    assert [each.requests for each in servers.values()] == [[], []]
    assert [each.name for each in home.iterdir()] == [".aws"]


def test_the_sandbox_has_no_profiles(run: Run) -> None:
    """The sandbox is one account; the same pairs twice would be a lie."""
    assert run(f"--sandbox list {BOTH}") == Ran(
        2,
        err="lskeys: error: the sandbox has one account, and no profiles\n"
        "lskeys: hint: leave --profile out\n",
    )
