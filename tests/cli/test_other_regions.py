"""A name that is not found: every command that takes one says where it is, ready to paste."""

from pathlib import Path

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.conftest import REGION, Run
from tests.support.changes import changes, operations

pytestmark = pytest.mark.usefixtures("server")

EU = "eu-west-1"
LINES = {
    "show web": 3,
    "tag web a=b": 3,
    "untag web a": 3,
    "delete web --yes": 3,
    "list web": 0,
}
"""Each command that takes the name of a key pair, and its exit code without one."""
INSTANCE_LINES = {
    "ssh shop --print": (3, "ssh"),
    "instances shop": (0, "instances"),
    "authorize shop --key-pair default": (3, "instances"),
}
"""Each command that takes the name of an instance, its exit code, and the command of its hint."""


@pytest.fixture(autouse=True)
def elsewhere(account: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A pair in another region, one with nearly its name here, and nothing remembered."""
    account.add_key_pairs(EU, ["web"])
    account.add_key_pairs(REGION, ["wab"])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.parametrize("line", LINES)
def test_the_other_regions_are_queried(server: Server, run: Run, line: str) -> None:
    """Without a remembered name the regions are; what they fail with is not reported."""
    server.add_fault("GetKeyPair@eu-north-1=AccessDeniedException")
    ran = run(line)
    assert (ran.exit_code, changes(server)) == (LINES[line], [])
    assert ran.err.endswith(f"hint: web exists in {EU}: lskeys show web -r {EU}\n"), ran.err
    assert ran.err.count("error:") == (LINES[line] != 0)


@pytest.mark.parametrize("line", LINES)
def test_what_was_seen_is_remembered(server: Server, run: Run, line: str) -> None:
    """A name that an earlier command saw needs no query, and the hint has the options given."""
    run(f"list -r {EU}")
    earlier = len(operations(server))
    ran = run(f"{line} --endpoint-url {server.endpoint}")
    assert ran.exit_code == LINES[line]
    given = f"--endpoint-url {server.endpoint}"
    assert ran.err.endswith(f"hint: web was seen in {EU}: lskeys {given} show web -r {EU}\n")
    assert "GetRegions" not in operations(server)[earlier:]


@pytest.mark.parametrize("line", INSTANCE_LINES)
@pytest.mark.parametrize("is_seen", [True, False])
def test_an_instance_in_another_region(
    account: Sandbox, server: Server, run: Run, line: str, *, is_seen: bool
) -> None:
    """It is found as a key pair is, rather than one here with nearly its name."""
    account.add_instance(EU, "shop")
    account.add_instance(REGION, "shap")
    code, command = INSTANCE_LINES[line]
    run(f"list -r {EU}")
    if is_seen:
        run(f"instances -r {EU}")
    ran = run(line)
    verb = "was seen" if is_seen else "exists"
    assert (ran.exit_code, changes(server)) == (code, [])
    assert ran.err.endswith(f"hint: shop {verb} in {EU}: lskeys {command} shop -r {EU}\n"), ran.err


def test_names_of_another_kind(run: Run, account: Sandbox) -> None:
    """What was seen as an instance is not called a key pair that was seen."""
    account.add_instance(EU, "game")
    account.add_instance(REGION, "shap")
    run(f"instances -r {EU}")
    assert "game" not in run("show game").err.rpartition("hint:")[2]
    assert run("ssh me@shap").err.endswith("whom AWS reports: lskeys ssh shap\n")


@pytest.mark.parametrize("word", ["us-east-1", "ap-southeast-2"])
@pytest.mark.parametrize("line", LINES)
def test_a_region_in_place_of_a_name(server: Server, run: Run, line: str, word: str) -> None:
    """It says how a region is chosen, and looks for no key pair of that name anywhere."""
    ran = run(line.replace("web", word))
    assert ran.exit_code == LINES[line]
    hint = "to list the key pairs" if line == "list web" else "to choose a region: -r"
    assert f"lskeys: hint: {hint}" in ran.err
    assert ran.err.endswith(f"-r {word}\n")
    assert "GetRegions" not in operations(server)


@pytest.mark.parametrize("line", ["show {}", "tag {} a=b", "untag {} a", "list {}", "delete {} -n"])
@pytest.mark.parametrize("has_one", [False, True])
def test_default_is_a_name(account: Sandbox, run: Run, line: str, *, has_one: bool) -> None:
    """`default` means the default pair, unless a key pair has this name."""
    account.add_default_key_pair(REGION)
    if has_one:
        account.add_key_pairs(REGION, ["default"])
    by_alias, by_name = run(f"{line.format('default')} -q"), run(f"{line.format(DEFAULT_PAIR)} -q")
    if has_one:
        assert "default" in by_alias.out.split()
    else:
        assert (by_alias.exit_code, by_alias.out) == (by_name.exit_code, by_name.out)


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("list", "1 default key pair is not shown; add --include-default\n"),
        (f"list -r {REGION},{EU} -o csv", "2 default key pairs are not shown; add "),
        ("list -o json", ""),
        ("list --unused --sort name", "1 default key pair is not shown; add --include-default\n"),
        ("list --include-default", ""),
        ("list 'w*'", ""),
        ("list --in-use", f"no key pair in {REGION} matches --in-use"),
        ("list -q", ""),
        ("list -r eu-west-2", "no key pairs found"),
    ],
)
def test_a_default_pair_that_is_not_shown(account: Sandbox, run: Run, line: str, note: str) -> None:
    """One note says so, where it is left out for no other reason."""
    for region in (REGION, EU):
        account.add_default_key_pair(region)
    ran = run(line)
    assert (ran.exit_code, DEFAULT_PAIR in ran.out) == (0, "include" in line)
    assert ran.err.startswith(note) if note else ran.err == ""
