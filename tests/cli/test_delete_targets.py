"""delete: what globs and filters select, which is what is shown, and that alone is deleted."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server, Tag
from tests.conftest import NOW, REGION, Run
from tests.support.changes import changes, delete_of
from tests.support.cli_keys import fingerprint, own_pem, public_line, save

EU = "eu-west-1"
OLD = NOW - timedelta(days=400)


@pytest.fixture(autouse=True)
def pairs(account: Sandbox) -> None:
    """A default pair, and five others: old and new, used and unused, with and without a tag."""
    account.add_default_key_pair(REGION, created_at=OLD)
    account.add_key_pairs(REGION, ["ci-1", "ci-2"], created_at=OLD, tags=(Tag("team", "web"),))
    account.add_key_pairs(REGION, ["ci-new", "mail"], created_at=NOW - timedelta(days=3))
    account.add_key_pairs(EU, ["ci-1"], created_at=OLD)
    account.add_instance(REGION, "runner", key_pair_name="ci-2")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("'ci-*'", "ci-1 ci-2 ci-new"),
        ("'ci-?'", "ci-1 ci-2"),
        ("'ci-[n1]*' mail", "mail ci-1 ci-new"),
        ("mail 'mai*' mail", "mail"),
        ("'*'", "ci-1 ci-2 ci-new mail"),
        ("--unused", "ci-1 ci-new mail"),
        ("--older-than 365d", "ci-1 ci-2"),
        ("--older-than 48h --unused", "ci-1 ci-new mail"),
        ("--unused --older-than 1y", "ci-1"),
        ("'ci-*' --unused", "ci-1 ci-new"),
        ("mail ci-1 --unused", "mail ci-1"),
        ("--tag team", "ci-1 ci-2"),
        ("--tag team=w* --unused", "ci-1"),
        ("--tag team=db", ""),
        ("'zz-*'", ""),
        ("ci-2 --unused", ""),
        ("'LightsailDefault*'", ""),
        ("'LightsailDefault*' --fingerprint", ""),
        ("'*efault*' --older-than 1d --backup .", None),
        (f"{DEFAULT_PAIR} --unused --fingerprint", None),
        ("--older-than 365", None),
        ("--older-than 0d", None),
        ("--all", None),
    ],
)
def test_what_is_selected(server: Server, run: Run, line: str, names: str | None) -> None:
    """Globs and filters select these, never the default pair; none is exit 3, nonsense exit 2."""
    selected = names.split() if names else []
    dry = run(f"delete {line} --dry-run --quiet")
    assert (dry.exit_code, dry.out.split()) == (2 if names is None else 0 if names else 3, selected)
    ran = run(f"delete {line} --yes --quiet")
    assert (ran.exit_code, ran.out) == (dry.exit_code, dry.out)
    assert changes(server) == [delete_of(name) for name in selected]


def test_each_of_many_must_match_a_local_key(
    account: Sandbox, server: Server, run: Run, home: Path
) -> None:
    """With --fingerprint those without a local key stay, with the reason; the rest is deleted."""
    line, expected = public_line(own_pem()), fingerprint(own_pem(), "md5-spki")
    account.add_key_pairs(REGION, ["ci-own"], public_line=line, created_at=OLD)
    save(home / ".ssh" / "key", own_pem())
    ran = run("delete 'ci-*' --fingerprint --unused --yes --quiet")
    assert (ran.exit_code, ran.out) == (7, "ci-own\n")
    assert changes(server) == [delete_of("ci-own", expected)]
    refused = re.findall("no local key matches the fingerprint of ([^ ]+) ", ran.err)
    assert refused == ["ci-1", "ci-new"]


def test_several_regions(server: Server, run: Run) -> None:
    """A glob selects in every region; one that selects nothing anywhere is a failure of its own."""
    ran = run(f"delete 'ci-1*' 'zz-*' -r {REGION},{EU},eu-west-2 --yes")
    assert (ran.exit_code, changes(server)) == (
        7,
        [delete_of("ci-1"), delete_of("ci-1", region=EU)],
    )
    assert f"lskeys: error: no key pair in {REGION}, {EU}, eu-west-2 matches zz-*\n" in ran.err


def test_a_region_that_cannot_be_listed(server: Server, run: Run) -> None:
    """It is a failure; nothing is reported about its pairs, and the others are done."""
    server.add_fault(f"GetKeyPairs@{REGION}=AccessDeniedException")
    ran = run(f"delete 'ci-1' 'ci-n*' --unused -r {REGION},{EU} --yes -q")
    assert (ran.exit_code, ran.out, changes(server)) == (
        7,
        "ci-1\n",
        [delete_of("ci-1", region=EU)],
    )
    assert "matches" not in ran.err


def test_use_that_is_not_known(server: Server, run: Run) -> None:
    """Where instances cannot be listed, --unused selects nothing, and that is the failure."""
    server.add_fault("GetInstances=AccessDeniedException")
    assert run("delete 'ci-*' --unused --yes").exit_code == 4
    assert changes(server) == []


def test_missing_ok(server: Server, run: Run) -> None:
    """With --missing-ok a glob that matches nothing is a result like another."""
    ran = run("delete 'zz-*' --missing-ok --yes")
    assert (ran.exit_code, ran.out) == (0, f"zz-*\t{REGION}\tabsent\t-\t-\t-\n")
    assert changes(server) == []


def test_without_a_terminal(server: Server, run: Run) -> None:
    """Without a terminal and --yes the list is refused as a whole, before any change."""
    ran = run("delete 'ci-*'")
    assert (ran.exit_code, ran.out, changes(server)) == (5, "", [])
    assert ran.err.endswith("to delete these 3 key pairs without confirmation, add --yes\n")
