"""delete: what is shown before, when it prompts, and that nothing is sent without consent."""

from pathlib import Path

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.conftest import CREATED, REGION, Ran, Run
from tests.support.changes import changes, delete_of, delete_of_default
from tests.support.cli_keys import fingerprint, other_pem, own_pem, public_line, save

REVOKES_NOTHING = "(deleting the key pair does not revoke its access)"
UNSEEN = "not checked: snapshots, authorized_keys files\n"
PROMPT = "Type the name to delete it: "
PEMS = {"web": own_pem(), "db": other_pem()}
NO = "cancelled; nothing was changed\n"


@pytest.fixture
def web(account: Sandbox) -> str:
    """The pair web, three weeks old; its fingerprint."""
    line = public_line(own_pem())
    account.add_key_pairs(REGION, ["web"], public_line=line, created_at=CREATED)
    return fingerprint(own_pem(), "md5-spki")


def stake(name: str, found: str, proof: str, warning: str | None = None) -> str:
    """What is shown of a key pair before the prompt for its name."""
    unused = "" if warning else "not used by any instance\n"
    return (
        f"{f'lskeys: warning: {warning}' if warning else ''}"
        f"key pair {name} in {REGION}, account 123456789012,"
        " created 2026-11-02T12:00:00.123Z (20d)\n"
        f"fingerprint {found}, {proof}\n"
        f"{unused}{UNSEEN}"
    )


def test_typed_name(server: Server, run: Run, web: str) -> None:
    """The key pair and its account are shown, and the typed name deletes it."""
    assert run("delete web", typed="web\n") == Ran(
        0,
        out=f"web\t{REGION}\tdeleted\t-\t-\t-\n",
        err=stake("web", web, "not verified against a local key") + PROMPT,
    )
    assert changes(server) == [delete_of("web")]


USED = f"web in us-east-1 is used by blog, shop {REVOKES_NOTHING}"
UNKNOWN = "the instances that use web in us-east-1 could not be listed"


@pytest.mark.parametrize(
    ("fault", "usage"), [("", USED), ("AccessDeniedException", UNKNOWN)], ids=["used", "unknown"]
)
def test_who_uses_it(  # noqa: PLR0913  fixtures
    account: Sandbox, server: Server, run: Run, web: str, *, fault: str, usage: str
) -> None:
    """The instances that use the pair are named in a warning: at the prompt, with --yes, dry."""
    for name, pair in (("blog", "web"), ("shop", "web"), ("mail", DEFAULT_PAIR)):
        account.add_instance(REGION, name, key_pair_name=pair)
    if fault:
        server.add_fault(f"GetInstances={fault}")
    shown = stake("web", web, "not verified against a local key", f"{usage}\n")
    assert run("delete web", typed="no\n").err == shown + PROMPT + NO
    assert run("delete web --dry-run --quiet").err == shown
    assert changes(server) == []
    assert run("delete web --yes").err == f"lskeys: warning: {usage}\n"
    assert changes(server) == [delete_of("web")]


def test_proof_in_the_stake(account: Sandbox, server: Server, run: Run, home: Path) -> None:
    """The local key that was found, and the form that matched, are shown."""
    account.add_default_key_pair(REGION, private_pem=own_pem(), created_at=CREATED)
    saved = save(home / ".ssh" / "key", own_pem())
    expected = fingerprint(own_pem(), "md5-spki")
    assert run(f"delete {DEFAULT_PAIR} --fingerprint", typed=f"{DEFAULT_PAIR}\n").err == (
        stake(DEFAULT_PAIR, expected, f"verified with {saved} (md5-spki)") + PROMPT
    )
    assert changes(server) == [delete_of_default(expected)]


def test_value_in_the_stake(server: Server, run: Run, web: str) -> None:
    """A fingerprint that only was typed is not called verified."""
    assert run(f"delete web --fingerprint {web}", typed="web\n").err == (
        stake("web", web, "as you gave it") + PROMPT
    )
    assert changes(server) == [delete_of("web", web)]


def test_backup_in_the_stake(account: Sandbox, server: Server, run: Run, home: Path) -> None:
    """A backup still to be made is named as such, and is not made before consent."""
    account.add_default_key_pair(REGION, private_pem=own_pem(), created_at=CREATED)
    expected = fingerprint(own_pem(), "md5-spki")
    assert run(f"delete {DEFAULT_PAIR} --fingerprint --backup keys", typed="no\n").err == (
        stake(DEFAULT_PAIR, expected, "will be verified against the backup") + PROMPT + NO
    )
    assert (changes(server), (home / "keys").exists()) == ([], False)


@pytest.mark.parametrize("typed", ["y", "n"])
def test_several_are_one_list_and_one_confirmation(
    account: Sandbox, server: Server, run: Run, home: Path, typed: str
) -> None:
    """Each of them is shown with its fingerprint and proof; a no keeps them all."""
    found = {name: fingerprint(pem, "md5-spki") for name, pem in PEMS.items()}
    for name, pem in PEMS.items():
        account.add_key_pairs(REGION, [name], public_line=public_line(pem), created_at=CREATED)
    account.add_instance(REGION, "blog", key_pair_name="db")
    saved = save(home / ".ssh" / "key", own_pem())
    ran = run("delete web db", typed=f"{typed}\n")
    unproved = f"fingerprint {found['db']}, not verified against a local key"
    proved = f"fingerprint {found['web']}, verified with {saved} (md5-spki)"
    assert ran.err.removesuffix(NO).partition("\r")[0] == (
        f"lskeys: warning: db in {REGION} is used by blog"
        f" {REVOKES_NOTHING}\n"
        "2 key pairs, account 123456789012:\n"
        f"web in {REGION}, created 2026-11-02 (20d), {proved}, not used by any instance\n"
        f"db in {REGION}, created 2026-11-02 (20d), {unproved}\n"
        f"{UNSEEN}Delete these 2 key pairs? [y/N] "
    )
    assert (ran.exit_code, changes(server)) == (
        (0, [delete_of("web", found["web"]), delete_of("db")]) if typed == "y" else (10, [])
    )


# --dry-run


@pytest.mark.parametrize("options", ["--dry-run", "-n --yes", "-n --no-input"])
def test_dry_run(server: Server, run: Run, web: str, options: str) -> None:
    """A dry run shows the key pair and what would happen, without a prompt or a change."""
    assert run(f"delete web {options}") == Ran(
        0,
        out=f"web\t{REGION}\twould delete\t-\t-\t-\n",
        err=stake("web", web, "not verified against a local key"),
    )
    assert changes(server) == []
