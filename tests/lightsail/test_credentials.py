"""Where credentials come from: which service is queried, which prompts, what failures say."""

import json
import os
import select
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lskeys.lightsail.credential_process import RunningPrograms
from tests.cli.test_setup import configure_aws, program
from tests.conftest import Ran, Run
from tests.support.audited_calls import hearing
from tests.support.credential_services import (
    SERIAL,
    TOKEN,
    CredentialServices,
    Said,
    refused,
    sso_refused,
    write_profiles,
)
from tests.support.interrupts import PATIENCE, Endless
from tests.support.lying_server import Liar, pairs

pytestmark = pytest.mark.usefixtures("lightsail")

SIGNED = {"role": ["AssumeRole"], "chained": ["AssumeRole", "AssumeRole"]}
UNSIGNED = {
    "web": ["AssumeRoleWithWebIdentity"],
    "sso": ["GetRoleCredentials"],
    "old-sso": ["GetRoleCredentials"],
}
HTML = "<!doctype html><html><body>Blocked</body></html>"


# The region


@pytest.mark.parametrize("place", ["flag", "AWS_REGION", "LSKEYS_REGIONS", "config.toml", "all"])
@pytest.mark.parametrize("profile", SIGNED)
def test_the_region_reaches_every_provider(  # noqa: PLR0913  a fixture is a parameter
    profile: str,
    place: str,
    *,
    services: CredentialServices,
    lightsail: Liar,
    run: Run,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """STS is queried in the region of the key pairs, or in the home region for all of them."""
    line = f"list -q -p {profile}"
    if place == "flag":
        line += " -r eu-west-2"
    elif place == "config.toml":
        (home / ".config" / "lskeys").mkdir(parents=True)
        (home / ".config" / "lskeys" / "config.toml").write_text("regions = 'eu-west-2'\n")
    else:
        monkeypatch.setenv("AWS_REGION" if place == "all" else place, "eu-west-2")
    assert run(line + (" --all-regions" if place == "all" else "")).exit_code == 0
    assert services.operations == SIGNED[profile]
    assert {each.region for each in services.requests} == {"eu-west-2"}
    assert lightsail.calls[0].region == "eu-west-2"


@pytest.mark.parametrize("profile", [*SIGNED, *UNSIGNED, "role-of-sso"])
def test_every_profile_works(
    profile: str, services: CredentialServices, lightsail: Liar, run: Run
) -> None:
    """A profile of each kind lists key pairs without a region of its own."""
    assert run(f"list -q -p {profile} -r us-east-1") == Ran(0, "web\n")
    assert services.requests
    assert lightsail.operations == ["GetKeyPairs"]


@pytest.mark.usefixtures("services")
def test_the_list_of_regions_is_queried_at_home(
    lightsail: Liar, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GetRegions is sent to the home region wherever one is set, and to us-east-1 otherwise."""
    for name, value in (("LSKEYS_REGIONS", "eu-west-2"), ("AWS_REGION", "eu-west-1")):
        monkeypatch.setenv(name, value)
        run("regions -p base")
        monkeypatch.delenv(name)
    run("regions -p base --all-regions")
    queried = [each.region for each in lightsail.calls if each.operation == "GetRegions"]
    assert list(dict.fromkeys(queried)) == ["eu-west-2", "eu-west-1", "us-east-1"]


# MFA


def test_a_code_is_prompted_for_once(
    services: CredentialServices, lightsail: Liar, run: Run, home: Path
) -> None:
    """It is prompted for on the terminal; the AWS CLI's cache spares the second run the prompt."""
    line = "list -q -p mfa -r us-east-1"
    assert run(line, typed="123456\n") == Ran(0, "web\n", f"Enter MFA code for {SERIAL}: ")
    assert services.requests[0].parameters["TokenCode"] == "123456"
    assert run(line) == Ran(0, "web\n")
    assert services.operations == ["AssumeRole"]
    assert len(lightsail.calls) == 2
    cache = home / ".aws" / "cli"
    assert {oct(each.stat().st_mode & 0o777) for each in (cache, *cache.rglob("*"))} == {
        "0o700",
        "0o600",
    }


def test_no_other_role_is_cached(
    services: CredentialServices, lightsail: Liar, run: Run, home: Path
) -> None:
    """Credentials that needed no code are not put on disk."""
    for _ in range(2):
        assert run("list -q -p chained -r us-east-1").exit_code == 0
    assert (len(services.requests), len(lightsail.calls)) == (4, 2)
    assert not (home / ".aws" / "cli").exists()


UNDATED = dict.fromkeys(("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"), "x")


@pytest.mark.parametrize(
    "content",
    [
        *("", "null", "[]", "{}", '{"Credentials": {"AccessKeyId": 3}}'),
        json.dumps({"Credentials": UNDATED}),
    ],
)
@pytest.mark.usefixtures("services")
def test_a_broken_cache_is_no_cache(content: str, run: Run, home: Path) -> None:
    """What is no credentials in there is replaced."""
    line = "list -q -p mfa -r us-east-1"
    run(line, typed="123456\n")
    [cached] = (home / ".aws" / "cli" / "cache").iterdir()
    cached.write_text(content)
    assert run(line, typed="654321\n").exit_code == 0
    assert json.loads(cached.read_text())["Credentials"]["AccessKeyId"] == "ASIAROLE"


@pytest.mark.usefixtures("services")
def test_a_cache_that_never_ends(run: Run, home: Path) -> None:
    """What is no file in there is not read, and no program is blamed for it."""
    line = "list -q -p mfa -r us-east-1"
    run(line, typed="123456\n")
    [cached] = (home / ".aws" / "cli" / "cache").iterdir()
    cached.unlink()
    cached.symlink_to("/dev/zero")
    assert run(line, typed="654321\n").exit_code == 0


def test_a_cache_that_cannot_be_written(services: CredentialServices, run: Run, home: Path) -> None:
    """Where nothing can be kept, the code is prompted for once in each run."""
    (home / ".aws" / "cli").write_text("")
    line = "list -q -p mfa -r us-east-1 -r eu-west-1"
    assert run(line, typed="123456\n").exit_code == 0
    assert services.operations == ["AssumeRole"]


@pytest.mark.parametrize(
    ("typed", "option", "why"),
    [(None, "", "not a terminal"), ("123456\n", "--no-input", "--no-input is set")],
)
def test_no_prompt_for_a_code(  # noqa: PLR0913  a fixture is a parameter
    typed: str | None,
    option: str,
    why: str,
    *,
    services: CredentialServices,
    lightsail: Liar,
    run: Run,
) -> None:
    """Without a terminal, or with --no-input, stdin is not read: exit 4 says what is needed."""
    ran = run(f"list -p mfa -r us-east-1 {option}", typed=typed, piped="123456\n")
    assert (ran.exit_code, ran.out) == (4, "")
    assert ran.err == (
        f"lskeys: error: profile mfa needs an MFA code of {SERIAL}: {why}\n"
        "lskeys: hint: run lskeys regions --profile mfa in a terminal first; "
        "the role's credentials are cached\n"
    )
    assert (services.requests, lightsail.calls) == ([], [])


def test_a_wrong_code(services: CredentialServices, run: Run) -> None:
    """What STS says of a code is reported."""
    wrong = "MultiFactorAuthentication failed with invalid MFA one time pass code."
    services.responses["AssumeRole"] = refused("AccessDenied", wrong)
    ran = run("list -p mfa -r us-east-1", typed="123456\n")
    assert (ran.exit_code, ran.out) == (4, "")
    assert f"AssumeRole: AccessDenied: {wrong.rstrip('.')}\n" in ran.err


# Messages


@pytest.mark.parametrize("profile", ["sso", "web", "role-of-sso"])
def test_what_was_sent_is_not_quoted(profile: str, services: CredentialServices, run: Run) -> None:
    """A service, or what stands for it, may quote the token that it was sent: no error does."""
    quoted = f"cannot use {TOKEN} or canary-web-identity"
    services.responses["GetRoleCredentials"] = sso_refused("InvalidRequest", quoted, 400)
    services.responses["AssumeRoleWithWebIdentity"] = refused("X", quoted)
    ran = run(f"list -p {profile} -r us-east-1 -o json")
    token = "canary-web-identity" if profile == "web" else TOKEN
    assert (ran.exit_code, token in ran.err + ran.out) == (4, False)
    assert "cannot use" in ran.err + ran.out
    assert services.requests


STS_DENIED = "User: u is not authorized to perform: sts:AssumeRole on resource: r"
SAID = {
    "denied": ("role", refused("AccessDenied", STS_DENIED), 4, STS_DENIED, "sts:AssumeRole on r"),
    "expired": (
        *("role", refused("ExpiredTokenException", "Token expired", 400), 4),
        "(role): AssumeRole: ExpiredTokenException: Token expired",
        "get new credentials for profile base, then run the same command again",
    ),
    "throttled": ("role", refused("Throttling", "Rate exceeded", 400), 8, "Rate exceeded", "wait"),
    "down": ("role", refused("InternalFailure", "oops", 500), 8, "oops", "wait"),
    "page": ("role", Said(HTML, 403), 8, "invalid response of 127.0.0.1", "HTTPS_PROXY"),
    "page of success": ("role", Said(HTML), 8, "invalid response of 127.0.0.1", "HTTPS_PROXY"),
    "nothing": ("role", Said("", 403), 8, "invalid response of 127.0.0.1", "HTTPS_PROXY"),
    "cut off": ("role", Said("<AssumeRoleResp"), 8, "invalid response of 127.0.0.1", "HTTPS_PROXY"),
    "empty result": (
        *("role", Said("<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>"), 8),
        *("invalid response of 127.0.0.1", "HTTPS_PROXY"),
    ),
    "web denied": ("web", refused("InvalidIdentityToken", "bad token", 400), 4, "bad token", "web"),
    "no access": (
        *("sso", sso_refused("ForbiddenException", "No access", 403), 4),
        *("(SSO): GetRoleCredentials: ForbiddenException: No access", "--profile sso"),
    ),
    "logged out": (
        *("sso", sso_refused("UnauthorizedException", "Session token not found", 401), 4),
        *("has expired or is otherwise invalid", "run aws sso login --profile sso,"),
    ),
    "too many": ("sso", sso_refused("TooManyRequestsException", "slow", 429), 8, "slow", "wait"),
    "SSO page": ("sso", Said(HTML), 8, "invalid response of 127.0.0.1", "HTTPS_PROXY"),
    "SSO error page": ("sso", Said(HTML, 502), 8, "502", "wait"),
    "SSO nothing": ("sso", Said(""), 8, "invalid response of 127.0.0.1", "HTTPS_PROXY"),
    "of the source": (
        *("role-of-sso", sso_refused("UnauthorizedException", "Session token not found", 401), 4),
        *("has expired or is otherwise invalid", "run aws sso login --profile sso,"),
    ),
}


@pytest.mark.parametrize("kind", SAID)
def test_what_a_service_says_is_reported(kind: str, services: CredentialServices, run: Run) -> None:
    """Profile, provider, operation, code and message are in the error, and what to do; no token."""
    profile, said, exit_code, message, hint = SAID[kind]
    for operation in ("AssumeRole", "AssumeRoleWithWebIdentity", "GetRoleCredentials"):
        services.responses[operation] = said
    ran = run(f"list -p {profile} -r us-east-1 -r eu-west-1 --timeout 20")
    assert (ran.exit_code, ran.out) == (exit_code, ""), ran.err
    error, hints = ran.err.replace("\n  ", " ").splitlines()[:2]
    assert error.startswith(f"lskeys: error: cannot get credentials of profile {profile} (")
    assert message in error
    assert hint in hints
    assert "canary" not in ran.err
    assert ran.err.count("lskeys: error: ") == 1


@pytest.mark.parametrize("profile", ["sso", "old-sso", "role-of-sso"])
@pytest.mark.usefixtures("services")
def test_the_profile_that_can_be_logged_in_to(profile: str, run: Run, home: Path) -> None:
    """The hint names the profile of the login, which for a role is its source."""
    for token in (home / ".aws" / "sso" / "cache").iterdir():
        token.unlink()
    ran = run(f"list -p {profile} -r us-east-1")
    assert ran.exit_code == 4
    login = "sso" if profile == "role-of-sso" else profile
    assert f"hint: run aws sso login --profile {login}, then" in ran.err


@pytest.mark.usefixtures("services")
def test_a_token_file_that_is_not_there(run: Run, home: Path) -> None:
    """The path of what is missing on the disk is named."""
    (home / "token").unlink()
    assert run("list -p web -r us-east-1").err.startswith(
        "lskeys: error: cannot get credentials of profile web (web identity): "
        "token: no such file or directory\n"
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("wo\u200brk", r"wo\u200brk"),
        ("work\r", r"'work\r'"),
        (" work", "' work'"),
        ("a\xa0b", r"a\xa0b"),
    ],
)
def test_an_invisible_character_in_a_profile(
    name: str, shown: str, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that looks right and is not shows why."""
    write_profiles(home)
    monkeypatch.setenv("AWS_PROFILE", name)
    assert f"the config profile ({shown}) could not be found\n" in run("list -r us-east-1").err


def test_an_invisible_character_in_a_region(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A region that looks right and is not shows why."""
    monkeypatch.setenv("AWS_REGION", "us-east\u200b-1")
    assert r"us-east\u200b-1 is not a region's name" in run("list").err


# credential_process


def test_a_credential_process_does_not_read_stdin(run: Run, home: Path, tmp_path: Path) -> None:
    """The lines of a loop, or a key in a pipe, are not for it."""
    credentials = '{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b"}'
    path = program(tmp_path / "program", f"cat > {tmp_path}/read\necho '{credentials}'")
    configure_aws(home, f"[default]\ncredential_process = {path}\n")
    (tmp_path / "lines").write_text("db\n")
    usual = os.dup(0)
    try:
        with (tmp_path / "lines").open() as lines:
            os.dup2(lines.fileno(), 0)
        assert run("list -q -r us-east-1") == Ran(0, "web\n")
    finally:
        os.dup2(usual, 0)
        os.close(usual)
    assert (tmp_path / "read").read_text() == ""


@pytest.mark.parametrize(
    "second", [f"echo {TOKEN}; echo {TOKEN} >&2; exit 3", f"echo {TOKEN}", "echo '{}'"]
)
def test_a_credential_process_that_fails_at_the_refresh(
    second: str, run: Run, home: Path, tmp_path: Path
) -> None:
    """What it prints later is not quoted, either: the credentials are old when they are used."""
    said = json.dumps(
        {"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": "c"}
        | {"Expiration": "2020-01-01T00:00:00Z"}
    )
    text = f"if mkdir {tmp_path}/first 2>/dev/null; then echo '{said}'; else {second}; fi"
    path = program(tmp_path / "program", text)
    configure_aws(home, f"[default]\ncredential_process = {path}\n")
    ran = run("list -r us-east-1 --debug")
    assert (ran.exit_code, ran.out, TOKEN in ran.err) == (4, "", False)
    assert "cannot get credentials of profile default (credential_process): it" in ran.err


def test_a_program_that_starts_another_as_it_is_ended(tmp_path: Path) -> None:
    """What it starts at the last moment is ended, too: nothing of it is left."""
    go, sign, gate = (tmp_path / name for name in ("go", "sign", "gate"))
    for each in (go, sign, gate):
        os.mkfifo(each)
    text = f"exec 9>{sign}; echo >&9; read _ <{go}; (echo >&9; exec cat {gate}) & wait"
    seen = os.open(sign, os.O_RDONLY | os.O_NONBLOCK)
    polled = select.poll()
    polled.register(seen, select.POLLIN)

    def has_started() -> None:
        assert polled.poll(PATIENCE * 1000) == [(seen, select.POLLIN)]
        os.read(seen, 1)

    went: list[int] = []

    def go_on(event: str, _: tuple[object, ...]) -> None:
        if event == "os.kill" and not went:
            went.append(1)
            go.write_text("\n")
            has_started()

    programs = RunningPrograms()
    words = [str(program(tmp_path / "program", text))]
    programs.start(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    has_started()
    with hearing(go_on):
        programs.end()
    polled.modify(seen, 0)
    assert polled.poll(PATIENCE * 1000) == [(seen, select.POLLHUP)]
    os.close(seen)


def test_a_refresh_has_a_deadline(lightsail: Liar, run: Run, home: Path) -> None:
    """Credentials that expire soon and are not renewed in time are an error, as at first.

    The program is ended with what it started.
    """
    lightsail.responses("GetKeyPairs", pairs())
    endless = Endless(home)
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    keys = {"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b", "Expiration": soon}
    helper = home / "helper"
    helper.write_text(
        f"#!/bin/sh\necho >> {home}/calls\n"
        f"[ $(wc -l < {home}/calls) -gt 2 ] && {{ {endless.commands}; }}\n"
        f"echo '{json.dumps(keys)}'\n"
    )
    helper.chmod(0o755)
    (home / ".aws").mkdir(exist_ok=True)
    (home / ".aws" / "config").write_text(f"[profile slow]\ncredential_process = {helper}\n")
    ran = run("list -p slow -r us-east-1 --timeout 2")
    endless.wait_for_end()
    assert ran.exit_code == 4
    assert ran.err.startswith("lskeys: error: no credentials within 2 seconds\n")
    assert not lightsail.calls
