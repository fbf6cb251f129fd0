"""Credentials, regions, endpoints and homes that will not do, under every verb: said, with 4."""

import hashlib
import json
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.cli.test_setup import configure_aws, program
from tests.conftest import REGION, Run
from tests.support.lying_server import Liar, pair, pairs
from tests.support.people import without_passwd_entry
from tests.support.verb_cases import CHANGES, REMOTE, VERB_CASES, Stage, VerbCase, named

pytestmark = pytest.mark.usefixtures("stage")

SECRET = "canary-canary-canary"  # noqa: S105  what must not be quoted
NOWHERE = f"-r {REGION} --endpoint-url http://127.0.0.1:9"
VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION")


@pytest.fixture
def unset(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The stage, in an environment that has lost its credentials and its region."""
    for name in VARIABLES:
        monkeypatch.delenv(name)
    return stage


WITHOUT = {
    "no credentials": ("", "no AWS credentials found"),
    "a broken file": ("[default\n", "unable to parse config file"),
    "a credential_process that fails": ("[default]\ncredential_process = false\n", "credentials"),
}


@pytest.mark.parametrize("kind", WITHOUT)
@pytest.mark.parametrize("case", REMOTE, ids=named(REMOTE))
def test_a_verb_without_credentials(
    case: VerbCase, kind: str, liar: Liar, unset: Stage, run: Run
) -> None:
    """Without credentials every verb says so, sends nothing, and leaves the disk as it was."""
    content, message = WITHOUT[kind]
    configure_aws(unset.home, content)
    before = names_in(unset.home)
    line = case.unattended if "-r " in case.line else f"{case.unattended} -r {REGION}"
    ran = run(line)
    assert ran.exit_code == case.failing(), ran.err
    assert message in ran.err
    assert ran.err.count(message) <= 2
    assert (liar.calls, names_in(unset.home)) == ([], before)


def names_in(directory: Path) -> set[str]:
    """Every file below a directory."""
    return {str(each) for each in directory.rglob("*") if each.is_file()}


@pytest.mark.parametrize("case", REMOTE, ids=named(REMOTE))
def test_a_verb_without_a_region(case: VerbCase, liar: Liar, unset: Stage, run: Run) -> None:
    """No verb has a region of its own choice: where none is set, nothing is sent."""
    assert unset.home.is_dir()
    ran = run(case.unattended)
    named_there = "-r " in case.line or case.verb == "regions"
    assert ran.exit_code in {4, 7}, ran.err
    assert ("no region is set" in ran.err) is not named_there
    assert liar.calls == []


@pytest.mark.parametrize("region", ["../x", "\x1b[31m"], ids=ascii)
@pytest.mark.parametrize("case", REMOTE, ids=named(REMOTE))
def test_a_verb_with_a_hostile_region(case: VerbCase, region: str, liar: Liar, run: Run) -> None:
    """What is no region chooses no host and no file, whatever the verb."""
    ran = run(f"{case.unattended} -r {shlex.quote(region)}")
    assert ran.exit_code in {2, 4}, ran.err  # 2 for verbs of one region, which now have two
    assert liar.calls == []
    assert ran.err.replace("\n", "").isprintable()


@pytest.mark.parametrize("case", REMOTE, ids=named(REMOTE))
def test_a_verb_with_a_plain_endpoint(case: VerbCase, liar: Liar, run: Run) -> None:
    """No verb speaks without TLS to another machine."""
    ran = run(f"{case.unattended} --endpoint-url http://192.0.2.1")
    assert ran.exit_code == case.failing(), ran.err
    assert "endpoint http://192.0.2.1 is not https" in ran.err
    assert liar.calls == []


# Where credentials come from


@pytest.fixture
def silence() -> Iterator[str]:
    """A server that takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as stack:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    stack.enter_context(listener.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


SILENT = {
    "metadata service": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": ""},
    "container": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "credentials"},
}


@pytest.mark.parametrize("kind", SILENT)
def test_a_silent_source(
    kind: str, silence: str, unset: Stage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source of credentials that hangs is waited for as long as --timeout says, once."""
    assert unset.home.is_dir()
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    for name, path in SILENT[kind].items():
        monkeypatch.setenv(name, f"{silence}{path}")
    ran = run(f"list -r us-east-1 -r eu-west-1 --timeout 0.5 --endpoint-url {silence}")
    assert (ran.exit_code, ran.out) == (4, "")
    assert ran.err.startswith("lskeys: error: no credentials within 0.5 seconds\n")
    assert ran.err.count("lskeys: error: ") == 1


def test_a_metadata_service_that_is_not_there(
    unset: Stage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no metadata service there are no credentials, and that is all."""
    assert unset.home.is_dir()
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9/")
    ran = run(f"list {NOWHERE}")
    assert (ran.exit_code, ran.out) == (4, "")
    assert ran.err.startswith("lskeys: error: no AWS credentials found\n")


SSO = "sso_start_url = https://x.awsapps.com/start\nsso_region = us-east-1\n"
ROLE = "sso_account_id = 123456789012\nsso_role_name = Admin\n"
CONFIGURED = {
    "SSO, incomplete": f"[default]\n{SSO}",
    "SSO session that is none": f"[default]\nsso_session = missing\n{ROLE}",
    "a role of itself": "[default]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = default\n",
    "a role of an odd source": (
        "[default]\nrole_arn = arn:aws:iam::1:role/a\ncredential_source = Elsewhere\n"
    ),
    "an odd retry mode": "[default]\nretry_mode = eager\naws_access_key_id = a\n"
    "aws_secret_access_key = b\n",
    "odd numbers": "[default]\nmax_attempts = many\naws_access_key_id = a\n"
    "aws_secret_access_key = b\n",
}


@pytest.mark.parametrize("kind", CONFIGURED)
def test_an_aws_configuration_that_will_not_do(kind: str, unset: Stage, run: Run) -> None:
    """Anything that AWS's configuration requires and is missing is an error of set-up."""
    configure_aws(unset.home, CONFIGURED[kind])
    ran = run(f"list --timeout 5 {NOWHERE}")
    assert (ran.exit_code in {4, 8}, ran.out) == (True, ""), ran.err  # 8 where it is passed over
    assert ran.err.startswith("lskeys: error: ")
    assert ran.err.replace("\n", "").isprintable()


def test_an_expired_login(unset: Stage, run: Run) -> None:
    """An SSO login that has expired says what to type, and quotes no token."""
    configure_aws(unset.home, f"[default]\n{SSO}{ROLE}")
    cache = unset.home / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    # botocore's name for it: the SHA-1 of the start URL.
    name = hashlib.sha1(b"https://x.awsapps.com/start", usedforsecurity=False).hexdigest()
    token = {"accessToken": SECRET, "expiresAt": "2020-01-01T00:00:00Z", "region": "us-east-1"}
    (cache / f"{name}.json").write_text(json.dumps(token))
    ran = run(f"list {NOWHERE} --debug")
    assert (ran.exit_code, ran.out, SECRET in ran.err) == (4, "", False)
    assert "aws sso login" in ran.err


def test_no_process_can_be_made(unset: Stage) -> None:
    """Where the system has no more to give, that is what is reported, not a wrong program."""
    configure_aws(unset.home, "[default]\ncredential_process = /bin/echo\n")
    line = f"ulimit -n 6; exec {shlex.quote(sys.executable)} -m lskeys list {NOWHERE}"
    ran = subprocess.run(("sh", "-c", line), capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (9, "")
    assert ran.stderr.endswith(
        "(credential_process): too many open files\n"
        "lskeys: hint: raise the limits of this machine, or end other programs\n"
    )


ODD = ["a\nX-Evil: b", "a\r\nb", "\u65e5\u672c", "a\x00b", "\x1b[31m", " ", "a b", "\x7f"]


@pytest.mark.parametrize("value", ODD, ids=ascii)
@pytest.mark.parametrize("member", ["AccessKeyId", "SecretAccessKey", "SessionToken"])
def test_odd_characters_in_credentials(  # noqa: PLR0913  a fixture is a parameter
    member: str, value: str, *, liar: Liar, unset: Stage, run: Run, tmp_path: Path
) -> None:
    """Credentials that could add a header, or be none, are refused as such, and not quoted."""
    said = {"Version": 1, "AccessKeyId": "a", "SecretAccessKey": SECRET, "SessionToken": SECRET}
    (tmp_path / "said").write_text(json.dumps(said | {member: f"{value}{SECRET}"}))
    path = program(tmp_path / "odd", f"cat {tmp_path / 'said'}")
    configure_aws(unset.home, f"[default]\ncredential_process = {path}\n")
    liar.responses("GetKeyPairs", pairs(pair()))
    ran = run(f"list -q -r {REGION} --debug")
    assert (ran.exit_code, ran.out, liar.calls) == (4, "", []), ran.err
    assert SECRET not in ran.err
    part = {"AccessKeyId": "access key ID", "SecretAccessKey": "secret access key"}
    assert f"the {part.get(member, 'session token')} contains an invalid character\n" in ran.err
    assert "hint: check credential_process in ~/.aws/config\n" in ran.err


# Homes


NEEDS_HOME = {
    "create new --type ed25519 --tag a=b",
    "create new --service-generated",
    "download-default",
    "download-default -r eu-west-2",
    "rotate-default",
    "ssh-config --known-hosts --write",
    "sandbox path",
    "--sandbox list",
}
WITHOUT_KEYS = {
    "delete web --fingerprint": 5,
    "audit": 6,
    "audit --fix": 6,
    "authorize blog --key-pair web --dry-run": 3,
    "ssh blog --print": 3,
}
"""How lines end that look for keys in the home; the others just work."""

HOMES = {
    "none": "",
    "relative": "relative",
    "a file": "/dev/null",
    "one that cannot be made": "/proc/nowhere",
    "one that cannot be written": "/proc/self",
    "one that cannot be searched": "closed",
}
"""The last is closed to its user, who has no passwd entry."""

IN_HOMES = (*VERB_CASES, VerbCase("--sandbox list"))


@pytest.mark.fault("M2")
@pytest.mark.parametrize("kind", HOMES)
@pytest.mark.parametrize("case", IN_HOMES, ids=named(IN_HOMES))
def test_an_unusable_home(  # noqa: PLR0913  a fixture is a parameter
    case: VerbCase,
    kind: str,
    *,
    stage: Stage,
    liar: Liar,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What needs no home works without one; the rest names it (4) before anything is changed."""
    value = HOMES[kind]
    is_closed = value == "closed"
    if is_closed:
        (stage.home / value).mkdir(mode=0)
        value = str(stage.home / value)
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, value)
    ran = without_passwd_entry(lambda: run(case.unattended)) if is_closed else run(case.unattended)
    is_path = case.verb == "sandbox" and "cannot be" in kind  # which is only printed
    needs_home = case.line in NEEDS_HOME and not is_path
    needs_user = is_closed and case.verb in {"ssh", "authorize"}  # OpenSSH's client does
    expected = 4 if needs_home or needs_user else WITHOUT_KEYS.get(case.line, 0)
    assert ran.exit_code == expected, ran.err
    if needs_home:
        assert not CHANGES & set(liar.operations)
        assert ran.err.count("lskeys: error: ") == 1
        assert f"HOME is {value!r}" in ran.err
    if needs_user:
        assert "ssh does not work here: No user exists for uid" in ran.err
    assert not {"~", "relative"} & {each.name for each in stage.home.iterdir()}
