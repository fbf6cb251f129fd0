"""Several accounts, each a profile, in parallel in every command that only reads."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from lskeys import sandbox
from lskeys.cli.commands._tree import tree
from lskeys.cli.completion.candidates import candidates
from lskeys.sandbox import ACCOUNT, Sandbox, Server
from tests.conftest import CREATED, NOW, REGION, Ran, Run
from tests.support.cli_keys import other_pem, own_pem, public_line, save
from tests.support.lying_server import Call, Liar, Reply, lying, pair, pairs
from tests.support.verb_cases import HOST_KEY

pytestmark = pytest.mark.usefixtures("servers")

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
def accounts(tmp_path: Path) -> dict[str, Sandbox]:
    """Two accounts, by the profiles that are to lead there."""
    return {
        name: Sandbox(tmp_path / "accounts" / name / "sandbox.sqlite3", now=lambda: NOW, seed=False)
        for name in ("work", "home")
    }


@pytest.fixture
def servers(home: Path, accounts: dict[str, Sandbox]) -> Iterator[dict[str, Server]]:
    """Two accounts, each with a profile, a region and a key pair of its own."""
    accounts["work"].add_key_pairs(REGION, ["web"], public_line=LINE, created_at=CREATED)
    accounts["home"].add_key_pairs("eu-west-1", ["mail"], public_line=LINE, created_at=CREATED)
    with sandbox.serve(accounts["work"]) as work, sandbox.serve(accounts["home"]) as own:
        profiles = (("work", REGION, work.endpoint), ("home", "eu-west-1", own.endpoint))
        texts = (PROFILE.format(name=n, region=r, endpoint=e) for n, r, e in profiles)
        save(home / ".aws" / "config", "".join(texts))
        yield {"work": work, "home": own}


def test_side_by_side(run: Run) -> None:
    """Each account is queried in its own region; columns in front say whose a key pair is."""
    ran = run(f"list {BOTH} -o csv")
    header, *rows = ran.out.splitlines()
    assert header == "profile,account,name,region,created,fingerprint,tags"
    assert [row.split(",")[:4] for row in rows] == [
        ["work", "123456789012", "web", REGION],
        ["home", "123456789012", "mail", "eu-west-1"],
    ]
    assert run("list -p work -p home --columns profile,name") == Ran(0, "work\tweb\nhome\tmail\n")
    assert run("-p work -p home list -q --sort name") == Ran(0, "mail\nweb\n")


@pytest.mark.parametrize("columns", [120, 160, 200])
def test_one_row_each(columns: int, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """From 120 columns on, a key pair is a row that says whose and where it is."""
    monkeypatch.setenv("COLUMNS", str(columns))
    ran = run(f"list {BOTH} --color never", terminal=True)
    heads, _, *rows = ran.out.splitlines()
    assert {"PROFILE", "NAME", "REGION", "FINGERPRINT"} <= {*heads.split()}
    assert [row.split()[0] for row in rows] == ["work", "home"]


@pytest.mark.parametrize(
    ("options", "queried", "left_out"),
    [
        ("--all-profiles", "work home", "hollow, bare"),
        ("-p *", "work home", "hollow, bare"),
        ("-p ho* -p w?rk", "home work", "hollow"),
        ("-p ho*", "home", "hollow"),
        ("-p home -p [wx]*", "home work", ""),
    ],
)
def test_profiles_by_pattern(
    options: str, queried: str, left_out: str, run: Run, home: Path
) -> None:
    """A pattern stands for the profiles like it that have credentials, also if it is one.

    Those without are named once.
    """
    with (home / ".aws" / "config").open("a") as config:
        config.write("[profile hollow]\nregion = eu-west-1\n[profile bare]\n")
    assert run(f"list {options} --columns profile") == Ran(
        0,
        "".join(f"{name}\n" for name in queried.split()),
        f"left out, without credentials: {left_out}\n" if left_out else "",
    )
    assert run(f"list -q {options}").err == ""


def test_a_profile_that_is_named_is_queried(run: Run, home: Path) -> None:
    """Its lack of credentials is an error, also next to a pattern that would leave it out."""
    with (home / ".aws" / "config").open("a") as config:
        config.write("[profile hollow]\nregion = eu-west-1\n")
    ran = run("list -p ho* -p hollow -q")
    assert (ran.exit_code, ran.out) == (7, "mail\n")
    assert ran.err.startswith("lskeys: error: profile hollow: no AWS credentials found\n")


def test_a_pattern_that_stands_for_none(run: Run, home: Path) -> None:
    """It is an error, as a name that is unknown is; so is a configuration without credentials."""
    assert run("list -p 'cust-*'") == Ran(
        4,
        err="lskeys: error: no profile of the AWS configuration matches cust-*\n"
        "lskeys: hint: profiles are work, home\n",
    )
    assert run("list --all-profiles -p work").exit_code == 2
    save(home / ".aws" / "config", "[profile bare]\n")
    ran = run("list --all-profiles")
    assert (ran.exit_code, ran.err.splitlines()[0]) == (
        4,
        "lskeys: error: no profile of the AWS configuration has credentials",
    )


def test_one_account_looks_as_ever(run: Run) -> None:
    """With one profile, also if it is given twice, no profile is shown."""
    header = "name,region,created,fingerprint,tags"
    for line in ("list -p work", "list -p work -p work", "-p home list -p work"):
        assert run(f"{line} -o csv").out.splitlines()[0] == header
        assert "profile" not in json.loads(run(f"{line} -o json").out)["keyPairs"][0]


def test_each_account_is_remembered_for_tab(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one list of several accounts saw is remembered of each."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    assert run(f"list {BOTH} --sort name").exit_code == 0
    for name, seen in (("work", "web"), ("home", "mail")):
        typed = ["lskeys", "delete", "-p", name, "--all-regions"]
        assert list(candidates("names", typed, os.environ)) == [seen]


@pytest.mark.parametrize("wrong", ["-p unknown", "-p wokr"])
def test_a_failing_account_hides_no_other(wrong: str, run: Run) -> None:
    """A profile that does not work is reported by its name; the others are listed: partial."""
    ran = run(f"list {wrong} -p home -q")
    name = wrong.split()[1]
    assert (ran.exit_code, ran.out) == (7, "mail\n")
    first = f"lskeys: error: profile {name}: the config profile ({name}) could not be found"
    assert ran.err.splitlines()[0] == first
    assert ran.err.endswith("lskeys: error: 1 of 2 regions failed\n")


def test_a_failing_region_is_of_its_account(servers: dict[str, Server], run: Run) -> None:
    """Which account it was that a region failed for is reported."""
    servers["home"].add_fault("GetKeyPairs=AccessDeniedException")
    ran = run(f"list {BOTH} -r {REGION} -r eu-west-1 -q")
    assert (ran.exit_code, ran.out) == (7, "web\n")
    errors = [line for line in ran.err.splitlines() if "profile home: cannot list" in line]
    assert len(errors) == 2


def test_nothing_in_any(run: Run) -> None:
    """Where nothing is found, the accounts are named."""
    assert run(f"list {BOTH} zzz").err.startswith("no key pair named zzz in work, home\n")


def test_show_finds_it_in_either(run: Run) -> None:
    """A pair is shown wherever it is, as of several regions; whose it is comes first."""
    ran = run(f"show web {BOTH}")
    assert (ran.exit_code, ran.err) == (0, "")
    assert ran.out.splitlines()[:3] == ["profile\twork", "name\tweb", f"region\t{REGION}"]
    [pair] = json.loads(run(f"show mail {BOTH} -o json").out)["keyPairs"]
    assert (pair["profile"], pair["name"]) == ("home", "mail")
    alone = json.loads(run("show mail -p home -o jsonl").out)
    assert alone == {each: pair[each] for each in pair if each != "profile"}


def test_show_in_both(servers: dict[str, Server], accounts: dict[str, Sandbox], run: Run) -> None:
    """Accounts may have pairs of one name, and each is used by its own instances alone."""
    accounts["home"].add_key_pairs(REGION, ["web"], public_line=LINE, created_at=CREATED)
    for name, account in accounts.items():
        account.add_instance(REGION, f"{name}-1", key_pair_name="web")
    line = f"show web {BOTH} -r {REGION}"
    assert run(f"{line} -o csv --query 'keyPairs[].[profile, usedBy[0]]'") == Ran(
        0, "work,work-1\nhome,home-1\n"
    )
    servers["home"].add_fault("GetInstances=AccessDeniedException")
    ran = run(f"{line} -q")
    assert (ran.exit_code, ran.out) == (7, "web\nweb\n")
    assert ran.err.startswith("lskeys: error: profile home: cannot list instances")


def test_show_in_none(run: Run) -> None:
    """Where none has it, the accounts are named, and in which of them the nearest name is."""
    assert run(f"show mial {BOTH}") == Ran(
        3,
        err="lskeys: error: there is no key pair mial in work, home\n"
        "lskeys: aws says: Check the spelling of the name and the AWS Region.\n"
        "lskeys: hint: did you mean mail in eu-west-1 of home?\n",
    )


def test_regions_of_each(run: Run, servers: dict[str, Server]) -> None:
    """The regions of every account are listed; one that fails is reported by its name."""
    rows = [each.split("\t") for each in run(f"regions {BOTH}").out.splitlines()]
    names = run("regions -p work -q").out.split()
    assert [row[:2] for row in rows] == [[who, name] for who in ("work", "home") for name in names]
    alone = run("regions -p home -o json")
    assert "profile" not in alone.out
    both = json.loads(run(f"regions {BOTH} -o json").out)["regions"]
    assert [each | {"profile": "home"} for each in json.loads(alone.out)["regions"]] == [
        each for each in both if each["profile"] == "home"
    ]
    servers["home"].add_fault("GetRegions=AccessDeniedException")
    assert "profile home: cannot list regions" in run(f"regions {BOTH}").err
    failing = run("regions -p unknown -p work -q")
    assert (failing.exit_code, failing.out.split()) == (7, names)
    assert "profile unknown: the config profile (unknown) could not be found" in failing.err
    assert run("regions -p unknown -p absent").exit_code == 4


def test_whose_key_a_file_is(
    servers: dict[str, Server], accounts: dict[str, Sandbox], run: Run, home: Path
) -> None:
    """Of each pair that has the key, fingerprint --match says in whose account it is."""
    accounts["home"].add_key_pairs("eu-west-1", ["mine"], public_line=public_line(own_pem()))
    save(home / "id.pub", LINE)
    save(home / "own.pem", own_pem())
    line = f"fingerprint id.pub own.pem {BOTH}"
    rows = [each.split("\t") for each in run(f"{line} --match").out.splitlines()]
    assert [(row[0], row[1], row[-1]) for row in rows] == [
        ("work,home", "id.pub", f"web@{REGION},mail@eu-west-1"),
        ("home", "own.pem", "mine@eu-west-1"),
    ]
    document = json.loads(run(f"{line} --match -o json").out)
    assert [[each["profile"] for each in key["keyPairs"]] for key in document["localKeys"]] == [
        ["work", "home"],
        ["home"],
    ]
    before = [len(each.requests) for each in servers.values()]
    offline = run(line)
    assert offline == run("fingerprint id.pub own.pem")
    assert [len(each.requests) for each in servers.values()] == before


def test_instances_of_several(accounts: dict[str, Sandbox], run: Run) -> None:
    """Each is listed with whose it is; two profiles of one account are one to ssh."""
    for account in accounts.values():
        account.add_instance(REGION, "blog", host_keys=[HOST_KEY])
    line = f"{BOTH} -r {REGION}"
    rows = [each.split("\t") for each in run(f"instances {line}").out.splitlines()]
    assert [row[:3] for row in rows] == [[who, ACCOUNT, "blog"] for who in ("home", "work")]
    document = json.loads(run(f"instances {line} -o json").out)
    assert [each["profile"] for each in document["instances"]] == ["home", "work"]
    hosts = json.loads(run(f"ssh-config {line} --known-hosts -o json").out)["hosts"]
    assert [(each["profile"], each["host"], len(each["hostKeys"])) for each in hosts] == [
        ("work", "blog", 1)
    ]


def test_an_audit_knows_all_accounts(accounts: dict[str, Sandbox], run: Run, home: Path) -> None:
    """A key of one account is no orphan of the other; a command names the account of its pair."""
    accounts["home"].add_key_pairs("eu-west-1", ["mine"], public_line=public_line(own_pem()))
    save(home / ".ssh" / "mine.pem", own_pem())
    save(home / ".ssh" / "mine.pem.pub", public_line(own_pem()))
    save(home / ".ssh" / "stray.pem", other_pem())
    ran = run(f"audit {BOTH} --ignore unused-pair --ignore missing-private -o json")
    assert (ran.exit_code, "1 warning in work, home" in ran.err) == (6, True)
    twin, orphan = json.loads(ran.out)["findings"]
    assert (orphan["file"], "profile" in orphan) == (str(home / ".ssh" / "stray.pem"), False)
    assert f"matches no key pair in eu-west-1 of home, {REGION} of work" in orphan["message"]
    assert twin["message"] == "same key as mail in eu-west-1 of home"
    assert (twin["profile"], twin["region"], twin["name"]) == ("work", REGION, "web")
    assert twin["command"] == f"lskeys --profile work delete web --region {REGION}"
    assert run(f"audit {BOTH} -o csv").out.startswith("profile,code,region,subject,message,command")


def test_an_audit_keeps_instances_apart(accounts: dict[str, Sandbox], run: Run) -> None:
    """A default key pair is outdated by the instances of its own account, not of another."""
    for account in accounts.values():
        account.add_default_key_pair(REGION, created_at=CREATED)
    accounts["work"].add_instance(REGION, "old-1", created_at=CREATED - timedelta(days=1))
    ran = run(f"audit {BOTH} -r {REGION} -o json")
    assert [
        (each["profile"], each["message"])
        for each in json.loads(ran.out)["findings"]
        if each["code"] == "stale-default"
    ] == [("work", "newer than old-1, which it opens only if added there")]


def test_an_audit_of_a_failing_account(servers: dict[str, Server], run: Run, home: Path) -> None:
    """It hides no other; as long as it is silent, no key is called an orphan."""
    save(home / ".ssh" / "stray.pem", other_pem())
    ran = run(f"audit -p unknown {BOTH} -o json")
    document = json.loads(ran.out)
    assert ran.exit_code == 7
    assert {each["code"] for each in document["findings"]} == {
        "duplicate-key",
        "missing-private",
        "unused-pair",
    }
    assert [each["message"].partition(":")[0] for each in document["errors"]] == ["profile unknown"]
    servers["home"].add_fault("GetInstances=AccessDeniedException")
    denied = run(f"audit {BOTH} -q")
    assert denied.exit_code == 7
    assert "lskeys: error: profile home: cannot list instances" in denied.err


def test_an_error_of_all_regions_names_its_account_once(home: Path, run: Run) -> None:
    """An error of all regions of an account, such as missing credentials, is reported once."""
    save(home / ".aws" / "config", "[profile work]\n[profile home]\n")
    ran = run(f"list {BOTH} -r {REGION} -r eu-west-1")
    assert ran.exit_code == 4
    assert ran.err.count("profile work: ") == ran.err.count("profile work: no AWS credentials") > 0


@pytest.mark.usefixtures("home")
def test_an_unknown_profile_is_reported_once(run: Run) -> None:
    """Its error is shown once for all regions, in both formats."""
    line = f"audit -p unknown -p absent -r {REGION} -r eu-west-1"
    expected = [
        f"profile {name}: the config profile ({name}) could not be found"
        for name in ("unknown", "absent")
    ]
    ran = run(line)
    assert (ran.exit_code, [ran.err.count(each) for each in expected]) == (4, [1, 1])
    assert ran.err.endswith("4 of 4 regions failed\n")
    error = json.loads(run(f"{line} -o json").err)
    assert [each["message"] for each in error["errors"]] == expected


CREDENTIALS = "aws_access_key_id = a\naws_secret_access_key = b\n"


@pytest.fixture
def liar(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """A server that responds as a test says, for five profiles."""
    with lying(monkeypatch) as running:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name, raising=False)
        profiles = (f"[profile cust-{number}]\n{CREDENTIALS}" for number in range(5))
        save(home / ".aws" / "config", "".join(profiles))
        yield running


@pytest.mark.parametrize("options", ["-q", "--sort name -q", "-o json --query keyPairs[].name"])
def test_all_accounts_and_regions_in_parallel(options: str, liar: Liar, run: Run) -> None:
    """None waits for another: each gets its response once all were queried."""
    everyone = threading.Barrier(15)

    def respond(call: Call) -> Reply:
        everyone.wait(timeout=60)
        return pairs(pair(f"of-{call.region}"))

    liar.responses("GetKeyPairs", respond)
    ran = run(f"list -p cust-* -r us-east-1 -r us-west-2 -r eu-west-1 {options}")
    assert (ran.exit_code, ran.out.count("of-")) == (0, 15), ran.err


def test_a_slow_account_delays_no_other(liar: Liar, home: Path) -> None:
    """One whose credentials do not come is shown behind the others, which come out meanwhile."""
    liar.responses("GetKeyPairs", pairs(pair("web")))
    process = f"sh -c 'until [ -e {home}/go ]; do sleep 0.1; done'"
    slow = f"[profile cust-a]\ncredential_process = {process}\n"
    save(home / ".aws" / "config", slow + (home / ".aws" / "config").read_text())
    command = (sys.executable, "-m", "lskeys", "list", "--all-profiles", "-r", REGION)
    with subprocess.Popen(
        (*command, "-o", "text"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as listing:
        assert listing.stdout is not None
        rows = [listing.stdout.readline().split("\t")[0] for _ in range(5)]
        (home / "go").touch()
        assert rows == [f"cust-{number}" for number in range(5)]
        out, err = listing.communicate(timeout=60)
    assert (listing.returncode, out) == (7, "")
    assert err.startswith("lskeys: error: profile cust-a: ")


SEVERAL = {
    "list": "list",
    "show": "show web",
    "audit": "audit",
    "fingerprint": "fingerprint --match",
    "ssh-config": "ssh-config",
    "instances": "instances",
    "regions": "regions",
}
ONE = [
    " ".join([command.word, *(each.noun for each in command.arguments if each.metavar[0] != "[")])
    for command in tree().commands
    if command.word not in SEVERAL and any("--profile" in each.flags for each in command.options)
]
"""Every other verb that takes a profile, with a word for each argument that it must have."""


@pytest.mark.parametrize("line", SEVERAL.values())
def test_a_verb_that_takes_several(
    line: str, accounts: dict[str, Sandbox], run: Run, home: Path
) -> None:
    """It queries all of them, and says of all that it found whose it is."""
    accounts["work"].add_instance(REGION, "blog", key_pair_name="web")
    save(home / ".ssh" / "id.pub", LINE)
    ran = run(f"{line} {BOTH} -o csv")
    assert ran.exit_code in {0, 6}
    assert ran.out.startswith("profile,")
    table = run(f"{line} {BOTH} -o table").out
    assert table.startswith("PROFILE ") or "(home, eu-west-1)" in table


@pytest.mark.parametrize("line", ONE)
def test_other_verbs_take_one(line: str, servers: dict[str, Server], run: Run, home: Path) -> None:
    """A command of one account refuses several, before it requests or writes anything."""
    several = [*SEVERAL]
    assert run(f"{line} {BOTH}") == Ran(
        2,
        err="lskeys: error: several profiles are given, and this command uses one account\n"
        f"lskeys: hint: give one; {', '.join(several[:-1])} and {several[-1]} take several\n",
    )
    assert [each.requests for each in servers.values()] == [[], []]
    assert [each.name for each in home.iterdir()] == [".aws"]


def test_the_sandbox_has_no_profiles(run: Run) -> None:
    """The sandbox is one account; the same pairs twice would be a lie."""
    assert run(f"--sandbox list {BOTH}") == Ran(
        2,
        err="lskeys: error: the sandbox has one account, and no profiles\n"
        "lskeys: hint: leave --profile and --all-profiles out\n",
    )
