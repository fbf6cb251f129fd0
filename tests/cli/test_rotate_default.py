"""rotate-default, through the command line: what is requested, saved, kept and shown."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from lskeys import sandbox
from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.cli.conftest import Serve
from tests.conftest import CREATED, REGION, Ran, Run
from tests.support.changes import changes, delete_of_default, download, operations
from tests.support.cli_keys import (
    fingerprint,
    opened,
    openssh,
    other_pem,
    own_pem,
    said,
    save,
)

KEY_FILE = "LightsailDefaultKey-us-east-1.pem"
KEPT_FILE = f"{KEY_FILE}.old-20261123T120000Z"
ACCOUNT = "123456789012"
LOOK = ["GetInstances", "GetKeyPairs"]
CHANGE = ["DownloadDefaultKeyPair", "DeleteKeyPair", "DownloadDefaultKeyPair", "GetKeyPairs"]


@pytest.fixture
def old(account: Sandbox) -> str:
    """The region's default pair; the fingerprint AWS reports."""
    account.add_default_key_pair(REGION, private_pem=own_pem(), created_at=CREATED)
    return fingerprint(own_pem(), "md5-spki")


@pytest.fixture
def directory(home: Path) -> Path:
    """Where keys are saved by default."""
    return home / ".ssh"


def requested(server: Server) -> list[str]:
    """The operations in order; the two that are requested in parallel by name."""
    every = operations(server)
    return [*sorted(every[:2]), *every[2:]]


def journals(home: Path) -> list[Path]:
    """What is remembered of rotations under way."""
    return [*(home / ".local/state/lskeys/rotations").glob("*")]


def reported(run: Run) -> str:
    """The fingerprint of the current default pair; empty without one."""
    said = run("list --include-default -q -o json --query 'keyPairs[].fingerprint | [0]'")
    return str(json.loads(said.out) or "")


def is_rotated(run: Run, directory: Path, old: str) -> bool:
    """Whether the current pair's key is in its place and verified, and the old one kept."""
    texts = [each.read_text() for each in directory.iterdir()]
    held = {fingerprint(text, "md5-spki") for text in texts if "PRIVATE KEY" in text}
    current = fingerprint((directory / KEY_FILE).read_text(), "md5-spki")
    return current == reported(run) != old and old in held and not journals(directory.parent)


def deletion_warning(old: str, usage: str) -> str:
    """What is reported about the pair before anything is done."""
    return (
        f"key pair {DEFAULT_PAIR} in {REGION}, account {ACCOUNT},"
        " created 2026-11-02T12:00:00.123Z (20d)\n"
        f"fingerprint {old}, to be verified before anything is deleted\n"
        f"{usage}\n"
        "not checked: snapshots, authorized_keys files\n"
    )


def plan(directory: Path, old: str) -> str:
    """What is reported about the steps."""
    return (
        f"plan: save the current key as {directory / KEY_FILE} and verify it\n"
        f"plan: delete the key pair, if its fingerprint is still {old}\n"
        f"plan: create a new key pair and save its key as {directory / KEY_FILE};"
        f" the current key is kept as {directory / KEY_FILE}.old-TIME\n"
    )


def report(old: str, new: str, kept: Path) -> str:
    """What is reported when it is done."""
    return (
        f"rotated the default key pair of {REGION}: new fingerprint {new},"
        f" verified (md5-spki); old fingerprint {old}\n"
        f"the old key is kept as {kept}\n"
    )


@pytest.mark.parametrize("words", ["", "--force"])
def test_a_link_is_met_before_anything_is_deleted(
    server: Server, old: str, run: Run, directory: Path, words: str
) -> None:
    """A link to the old key is the old key, and no place for the new one: nothing is changed."""
    real = save(directory / "elsewhere", own_pem())
    (directory / KEY_FILE).symlink_to(real)
    ran = run(f"rotate-default --yes {words}")
    assert (ran.exit_code, "is a symbolic link" in ran.err) == (5, True)
    assert changes(server) == []
    assert reported(run) == old


def test_whole_rotation(server: Server, old: str, run: Run, home: Path, directory: Path) -> None:
    """Old key saved, pair deleted with its fingerprint, new key saved; both are on the disk."""
    ran = run("rotate-default --yes")
    new = fingerprint((directory / KEY_FILE).read_text(), "md5-spki")
    assert ran == Ran(
        0, out=f"{directory / KEY_FILE}\n", err=report(old, new, directory / KEPT_FILE)
    )
    assert requested(server) == LOOK + CHANGE
    assert changes(server) == [download(), delete_of_default(old), download()]
    assert {each.name: f"{each.stat().st_mode & 0o777:o}" for each in directory.iterdir()} == {
        KEY_FILE: "600",
        f"{KEY_FILE}.pub": "644",
        KEPT_FILE: "600",
        f"{KEY_FILE}.pub.old-20261123T120000Z": "644",
    }
    assert (directory / KEPT_FILE).read_text() == own_pem()
    assert new == reported(run) != old
    assert journals(home) == []


def test_prompt_first(server: Server, old: str, run: Run, directory: Path) -> None:
    """On a terminal the pair, who names it and each step are shown, and the name is typed.

    Both are looked at again after that.
    """
    ran = run("rotate-default", typed=f"{DEFAULT_PAIR}\n")
    new = fingerprint((directory / KEY_FILE).read_text(), "md5-spki")
    assert ran == Ran(
        0,
        out=f"{directory / KEY_FILE}\n",
        err=deletion_warning(old, "not used by any instance")
        + plan(directory, old)
        + "Type the name to rotate it: "
        + report(old, new, directory / KEPT_FILE),
    )
    assert sorted(requested(server)) == sorted(LOOK + LOOK + CHANGE)


@pytest.mark.parametrize("option", ["", "--yes"])
def test_dry_run(server: Server, old: str, run: Run, directory: Path, option: str) -> None:
    """A dry run shows the plan and the path, without a prompt or a change."""
    assert run(f"rotate-default --dry-run {option}") == Ran(
        0,
        out=f"{directory / KEY_FILE}\n",
        err=deletion_warning(old, "not used by any instance") + plan(directory, old),
    )
    assert (requested(server), directory.exists(), journals(directory.parent)) == (LOOK, False, [])


SSH = {
    "lskeys.config": "Host game\n    IdentityFile ~/.ssh/{key}\n",
    "config": 'Host *.example\n  identityfile="~/.ssh/{key}" # mine\n',
    "config.d/work": "IdentityFile %d/.ssh/{key}\n",
    "other": "Host game\n    IdentityFile ~/.ssh/{key}.old-1\n#   IdentityFile ~/.ssh/{key}\n",
}


@pytest.mark.parametrize("option", ["--dry-run", "--yes"])
@pytest.mark.parametrize("name", SSH)
@pytest.mark.usefixtures("server", "old")
def test_ssh_settings_change(run: Run, directory: Path, option: str, name: str) -> None:
    """Files of ssh that name the default key are reported before, with the command for them."""
    directory.mkdir(mode=0o700)
    file = directory / name.replace("other", "config")
    if "/" in name:
        (directory / "config").write_text("Match all\nInclude config.d/*\n")
    save(file, SSH[name].format(key=KEY_FILE))
    warning = (
        f"lskeys: warning: {file} refers to {directory / KEY_FILE},"
        " which will hold the new key; after the rotation, update that file:\n"
        f"lskeys ssh-config --write --region {REGION}\n"
    )
    ran = run(f"rotate-default {option}")
    assert (ran.exit_code, ran.err.startswith(warning)) == (0, name != "other"), ran.err


@pytest.mark.parametrize("verb", ["download-default", "create web --bits 2048"])
@pytest.mark.usefixtures("server", "old")
def test_ssh_settings_name_a_replaced_key(run: Run, directory: Path, verb: str) -> None:
    """Whatever replaces a key that ssh's files name says so, with the command for them."""
    path = save(directory / ("web.pem" if verb[0] == "c" else KEY_FILE), other_pem())
    save(directory / "lskeys.config", SSH["lskeys.config"].format(key=path.name))
    ran = run(f"{verb} --force")
    assert ran.exit_code == 0, ran.err
    assert (
        f"lskeys: warning: {directory}/lskeys.config refers to {path}, which holds the new key;"
        f" update that file:\nlskeys ssh-config --write --region {REGION}\n"
    ) in ran.err


@pytest.mark.parametrize("option", ["--dry-run", "--yes"])
def test_place_is_taken(server: Server, old: str, run: Run, directory: Path, option: str) -> None:
    """Another key in the old key's place is left alone, before anything is done."""
    path = save(directory / KEY_FILE, other_pem())
    assert run(f"rotate-default {option}") == Ran(
        5,
        err=f"lskeys: error: {path} holds another key\n"
        "lskeys: hint: use --force to replace it; the old file is kept next to it\n",
    )
    assert (requested(server), path.read_text(), reported(run)) == (LOOK, other_pem(), old)


@pytest.mark.parametrize(
    ("options", "there", "made"),
    [
        ("--force", other_pem, ".ssh"),
        ("", own_pem, ".ssh"),
        ("--out keys/lightsail", None, "keys/lightsail"),
    ],
    ids=["another key is replaced", "the old key is there already", "a directory that is made"],
)
@pytest.mark.usefixtures("server")
def test_places(  # noqa: PLR0913  fixtures and cases
    options: str, there: Callable[[], str] | None, made: str, *, old: str, run: Run, home: Path
) -> None:
    """Old and new key are both there afterwards, closed to others, and no other key is lost."""
    path = home / made / KEY_FILE
    if there:
        save(path, there(), mode=0o644)
    assert run(f"rotate-default --yes --quiet {options}") == Ran(0, out=f"{path}\n")
    private = [each for each in path.parent.iterdir() if ".pub" not in each.name]
    texts = [each.read_text() for each in private]
    assert {own_pem(), *([there()] if there else [])} <= {*texts}
    assert {each.stat().st_mode & 0o777 for each in private} == {0o600}
    assert fingerprint(path.read_text(), "md5-spki") == reported(run) != old


def test_no_default_pair(server: Server, run: Run) -> None:
    """Without a default pair nothing is rotated, and the way to get one is reported."""
    assert run("rotate-default --yes") == Ran(
        3,
        err=f"lskeys: error: {REGION} has no default key pair\n"
        "lskeys: hint: to have one made: lskeys download-default --create"
        f" --region {REGION}\n",
    )
    assert requested(server) == LOOK


def test_pair_without_fingerprint(serve: Serve, account: Sandbox, run: Run) -> None:
    """What cannot be verified is not deleted."""
    server = serve("fingerprint-default=none")
    account.add_default_key_pair(REGION, private_pem=own_pem())
    assert run("rotate-default --yes") == Ran(
        5,
        err=f"lskeys: error: {DEFAULT_PAIR} in {REGION} has no fingerprint at AWS,"
        " so nothing can be verified\n"
        "lskeys: hint: to see what AWS reports of it:"
        f" lskeys show {DEFAULT_PAIR} --region {REGION}\n",
    )
    assert requested(server) == LOOK


# instances


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("before", ["", "secret words"])
def test_under_a_passphrase(
    account: Sandbox, run: Run, home: Path, directory: Path, before: str
) -> None:
    """--passphrase-file encrypts the new key, and opens the old one if that is encrypted."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    save(home / "words", "secret words\n")
    if before:
        save(directory / KEY_FILE, openssh(own_pem(), before))
        assert run("rotate-default --yes --dry-run").exit_code == 0
    assert run("rotate-default --yes --quiet --passphrase-file words").exit_code == 0
    for name in (KEY_FILE, KEPT_FILE):
        derive = ("ssh-keygen", "-y", "-f", directory / name, "-P")
        assert said(*derive, "secret words").startswith(b"ssh-rsa ")
        assert subprocess.run((*derive, ""), capture_output=True, check=False).returncode != 0


@pytest.mark.usefixtures("server", "agent", "instances")
def test_into_the_agent(old: str, run: Run, home: Path, directory: Path) -> None:
    """--agent saves the old key and loads the new one, of which no file is written."""
    ran = run("rotate-default --yes --agent --lifetime 1h")
    line = said("ssh-add", "-L").decode().strip()
    assert (ran.exit_code, ran.out, journals(home)) == (0, "", [])
    assert {each.name for each in directory.iterdir()} == {KEY_FILE, f"{KEY_FILE}.pub"}
    assert (directory / KEY_FILE).read_text() == own_pem()
    save_it = f"download-default --file {directory / KEY_FILE} --force --region {REGION}"
    assert f"the new key is only in ssh-agent; to save it: lskeys {save_it}\n" in ran.err
    added = f"echo '{line.split()[0]} {line.split()[1]} {DEFAULT_PAIR}@{REGION}' | ssh -i"
    assert f"\nblog:\n{added} {directory / KEY_FILE} bitnami@" in ran.err
    assert reported(run) != old
    assert run(f"{save_it} -q").exit_code == 0
    assert opened(directory / KEY_FILE) == " ".join(line.split()[:2])


@pytest.fixture
def instances(account: Sandbox) -> None:
    """Machines of each kind that matters."""
    later = CREATED + timedelta(days=1)
    account.add_instance(REGION, "blog", blueprint_id="wordpress", created_at=later)
    account.add_instance(REGION, "office", blueprint_id="windows_server_2022", created_at=later)
    account.add_instance(REGION, "ancient", created_at=CREATED - timedelta(days=1))
    account.add_instance(REGION, "other", key_pair_name="web", created_at=later)


WARNING = (
    "lskeys: warning: office is a Windows instance: its administrator password can only be"
    " decrypted with the key it was launched with; the old key is kept in {}\n"
)


@pytest.mark.usefixtures("server", "instances")
def test_what_is_left_to_do(old: str, run: Run, directory: Path) -> None:
    """Each instance that names the pair: a command, a warning, or why it will not open."""
    ran = run("rotate-default --yes")
    path, kept = directory / KEY_FILE, directory / KEPT_FILE
    new = fingerprint(path.read_text(), "md5-spki")
    command = f"'{{ echo; cat; }} >> ~/.ssh/authorized_keys' < {path}.pub"
    assert ran == Ran(
        0,
        out=f"{path}\n",
        err=WARNING.format(directory)
        + report(old, new, kept)
        + f"line for authorized_keys:\n{opened(path)} {DEFAULT_PAIR}@{REGION}\n"
        "ancient (launched with an even older key):\n"
        f"lskeys authorize ancient --key-pair default --region {REGION}\n"
        f"blog:\nssh -i {kept} bitnami@203.0.113.1 {command}\n"
        f"office: its administrator password can only be decrypted with {kept}\n",
    )


@pytest.mark.usefixtures("server", "instances")
def test_document(old: str, run: Run, directory: Path) -> None:
    """The JSON document, whole."""
    ran = run("rotate-default --yes -o json")
    path, kept = directory / KEY_FILE, directory / KEPT_FILE
    command = f"'{{ echo; cat; }} >> ~/.ssh/authorized_keys' < {path}.pub"
    assert (ran.exit_code, json.loads(ran.out)) == (
        0,
        {
            "keyPairs": [
                {
                    "name": DEFAULT_PAIR,
                    "createdAt": "2026-11-23T12:00:00+00:00",
                    "location": {"regionName": REGION},
                    "fingerprint": fingerprint(path.read_text(), "md5-spki"),
                    "fingerprintType": "md5-spki",
                    "fingerprintForm": "md5-spki",
                    "verified": True,
                    "outcome": "rotated",
                    "privateKeyFile": str(path),
                    "publicKeyFile": f"{path}.pub",
                    "oldFingerprint": old,
                    "oldKeyFile": str(kept),
                    "authorizedKey": f"{opened(path)} {DEFAULT_PAIR}@{REGION}",
                    "instances": [
                        {
                            "name": "ancient",
                            "blueprintId": "ubuntu_24_04",
                            "username": "ubuntu",
                            "publicIpAddress": "203.0.113.1",
                            "isWindows": False,
                            "predatesOldPair": True,
                            "command": "lskeys authorize ancient --key-pair default"
                            f" --region {REGION}",
                        },
                        {
                            "name": "blog",
                            "blueprintId": "wordpress",
                            "username": "bitnami",
                            "publicIpAddress": "203.0.113.1",
                            "isWindows": False,
                            "predatesOldPair": False,
                            "command": f"ssh -i {kept} bitnami@203.0.113.1 {command}",
                        },
                        {
                            "name": "office",
                            "blueprintId": "windows_server_2022",
                            "username": "Administrator",
                            "publicIpAddress": "203.0.113.1",
                            "isWindows": True,
                            "predatesOldPair": False,
                        },
                    ],
                }
            ],
            "errors": [],
            "schemaVersion": 1,
        },
    )


@pytest.mark.usefixtures("old", "instances")
def test_windows_is_warned_of_before_anything(server: Server, run: Run, directory: Path) -> None:
    """The warning comes first, even without a prompt and with --quiet."""
    server.add_fault("DownloadDefaultKeyPair=AccessDeniedException*1")
    ran = run("rotate-default --yes --quiet")
    assert (ran.exit_code, ran.err.startswith(WARNING.format(directory))) == (4, True)


def test_instances_that_cannot_be_seen(server: Server, old: str, run: Run, directory: Path) -> None:
    """Without the right to list instances the pair is rotated, and the gap is reported."""
    server.add_fault("GetInstances=AccessDeniedException")
    ran = run("rotate-default --yes")
    new = fingerprint((directory / KEY_FILE).read_text(), "md5-spki")
    assert ran == Ran(
        0,
        out=f"{directory / KEY_FILE}\n",
        err="lskeys: warning: cannot list the instances that use the default key pair\n"
        + report(old, new, directory / KEPT_FILE)
        + "cannot list the instances that use the key pair;"
        " each keeps the key it has\n",
    )


# going on after a failure


@pytest.mark.parametrize("effect", ["lost-answer", "reset", "half-body", "http-503", "empty"])
@pytest.mark.parametrize("operation", ["DownloadDefaultKeyPair", "DeleteKeyPair"])
def test_one_bad_response(server: Server, old: str, run: Run, operation: str, effect: str) -> None:
    """After a single lost or garbled response the rotation succeeds, if need be in a second run."""
    directory = Path("~/.ssh").expanduser()
    server.add_fault(f"{operation}={effect}*1")
    ran = run("rotate-default --yes --quiet")
    if ran.exit_code:
        assert (ran.exit_code, ran.out) == (8, "")
        ran = run("rotate-default --yes --quiet")
    assert (ran.exit_code, ran.out) == (0, f"{directory / KEY_FILE}\n")
    assert is_rotated(run, directory, old)


def interrupted(server: Server, run: Run) -> None:
    """A rotation whose deletion was refused: its old key is saved, its journal open."""
    server.add_fault("DeleteKeyPair=AccessDeniedException*1")
    assert run("rotate-default --yes --quiet").exit_code == 4


def under_way(plight: str) -> str:
    """What the next run says of a rotation that was interrupted."""
    return (
        f"the rotation in {REGION} of account {ACCOUNT}, begun 2026-11-23T12:00:00.000Z,"
        f" is under way: {plight}\n"
    )


def test_journal(server: Server, old: str, run: Run, home: Path, directory: Path) -> None:
    """While a rotation is under way one private file says how far it is; no key is in it."""
    interrupted(server, run)
    [journal] = journals(home)
    assert json.loads(journal.read_text()) == {
        "version": 1,
        "endpoint": server.endpoint,
        "region": REGION,
        "account": ACCOUNT,
        "accessKey": hashlib.sha256(sandbox.ACCESS_KEY_ID.encode()).hexdigest()[:16],
        "step": "deleting",
        "privateKeyFile": str(directory / KEY_FILE),
        "oldFingerprint": old,
        "oldCreatedAt": "2026-11-02T12:00:00.123000+00:00",
        "begunAt": "2026-11-23T12:00:00+00:00",
    }
    modes = [each.stat().st_mode & 0o777 for each in (journal, journal.parent)]
    assert modes == [0o600, 0o700]


def test_deletion_failed(server: Server, old: str, run: Run, directory: Path) -> None:
    """The old pair is still there: the next run continues, after another prompt."""
    interrupted(server, run)
    plight = under_way("the old key pair still exists")
    refused = run("rotate-default")
    assert (refused.exit_code, refused.err.startswith(plight)) == (5, True)
    ran = run("rotate-default --yes")
    assert (ran.exit_code, ran.err.startswith(plight)) == (0, True)
    assert is_rotated(run, directory, old)


def test_pair_is_gone(server: Server, old: str, run: Run, directory: Path) -> None:
    """The old pair is gone, the new one not made: the next run makes it, if one agrees."""
    interrupted(server, run)
    run(f"delete {DEFAULT_PAIR} --fingerprint --yes")
    so_far = len(server.requests)
    refused = run("rotate-default")
    assert (refused.exit_code, reported(run)) == (5, "")
    ran = run("rotate-default --yes")
    new = fingerprint((directory / KEY_FILE).read_text(), "md5-spki")
    assert ran == Ran(
        0,
        out=f"{directory / KEY_FILE}\n",
        err=under_way("the old key pair is deleted, and there is no new one yet")
        + report(old, new, directory / KEPT_FILE),
    )
    assert "DeleteKeyPair" not in operations(server)[so_far:]
    assert is_rotated(run, directory, old)


def test_another_pair_in_its_place(
    server: Server, account: Sandbox, old: str, run: Run, directory: Path
) -> None:
    """Another pair in the old one's place is never deleted: its key is saved, without a prompt."""
    interrupted(server, run)
    run(f"delete {DEFAULT_PAIR} --fingerprint --yes")
    account.add_default_key_pair(REGION, private_pem=other_pem())
    so_far = len(server.requests)
    new = fingerprint(other_pem(), "md5-spki")
    assert run("rotate-default") == Ran(
        0,
        out=f"{directory / KEY_FILE}\n",
        err=under_way(
            "the default key pair was replaced since; the new one is kept, and its key is saved"
        )
        + report(old, new, directory / KEPT_FILE),
    )
    assert operations(server)[so_far + 2 :] == ["DownloadDefaultKeyPair"]
    assert is_rotated(run, directory, old)


def test_complete_but_not_shown(server: Server, old: str, run: Run, directory: Path) -> None:
    """A result that could not be shown is shown by the next run, which rotates nothing."""
    failed = run("rotate-default --yes --query 'to_number(keyPairs, keyPairs)'")
    assert failed.exit_code == 2
    so_far, new = len(server.requests), reported(run)
    ran = run("rotate-default --yes --quiet")
    assert (ran.exit_code, ran.out) == (0, f"{directory / KEY_FILE}\n")
    assert "DeleteKeyPair" not in operations(server)[so_far:]
    assert reported(run) == new
    assert is_rotated(run, directory, old)


def test_old_key_that_was_taken_away(
    server: Server, old: str, run: Run, home: Path, directory: Path
) -> None:
    """If the old key was moved off the directory meanwhile, the next run says so and continues."""
    interrupted(server, run)
    run(f"delete {DEFAULT_PAIR} --fingerprint --yes")
    (directory / KEY_FILE).rename(home / "elsewhere")
    ran = run("rotate-default --yes")
    assert ran.exit_code == 0
    assert "the old key is not in that directory any more\n" in ran.err
    assert reported(run) not in ("", old)


def test_other_directory(server: Server, old: str, run: Run, home: Path, directory: Path) -> None:
    """A rotation under way is finished where it was begun."""
    interrupted(server, run)
    assert run("rotate-default --yes --out keys") == Ran(
        5,
        err=f"lskeys: error: a rotation in {REGION} is under way in {directory}\n"
        f"lskeys: hint: finish it first: lskeys rotate-default --region {REGION}\n",
    )
    assert not (home / "keys").exists()
    assert reported(run) == old


def test_dry_run_of_the_rest(server: Server, old: str, run: Run, directory: Path) -> None:
    """A dry run shows how far a rotation is, too."""
    interrupted(server, run)
    so_far = len(server.requests)
    assert run("rotate-default -n") == Ran(
        0,
        out=f"{directory / KEY_FILE}\n",
        err=under_way("the old key pair still exists")
        + deletion_warning(old, "not used by any instance")
        + plan(directory, old),
    )
    assert sorted(operations(server)[so_far:]) == LOOK


def test_sandbox_never_meets_aws(server: Server, old: str, run: Run, home: Path) -> None:
    """A rotation under way at one endpoint is nothing to the sandbox, and stays as it is."""
    interrupted(server, run)
    before = [each.read_text() for each in journals(home)]
    ran = run("--sandbox rotate-default --yes --quiet --out elsewhere")
    assert (ran.exit_code, ran.out) == (0, f"{home}/elsewhere/{KEY_FILE}\n")
    assert [each.read_text() for each in journals(home)] == before
    assert reported(run) == old
