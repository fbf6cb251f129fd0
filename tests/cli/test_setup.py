"""Credentials, profiles, regions, endpoints, config.toml: errors in them, with exit code 4."""

import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lskeys import sandbox
from lskeys.sandbox import Sandbox, Server
from tests.conftest import Ran, Run
from tests.support.interrupts import Endless

Say = Callable[[str, str], None]

NOWHERE = "--endpoint-url http://127.0.0.1:9"
SANDBOX_HINT = "to try lskeys without an account: lskeys --sandbox list"
SECRET = "canary-canary-canary"  # noqa: S105  what must not be quoted

NO_CREDENTIALS = Ran(
    4,
    err="lskeys: error: no AWS credentials found\n"
    f"lskeys: hint: run aws configure, or set AWS_PROFILE or AWS_ACCESS_KEY_ID; {SANDBOX_HINT}\n",
)


def failed(message: str, hint: str | None = None, code: int = 4) -> Ran:
    """What an error looks like: one line, and the way out on another."""
    way_out = f"lskeys: hint: {hint}\n" if hint else ""
    return Ran(code, err=f"lskeys: error: {message}\n{way_out}")


def configure(home: Path, text: str) -> Path:
    """Write config.toml where lskeys looks for it."""
    path = home / ".config" / "lskeys" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def configure_aws(home: Path, text: str) -> None:
    """Write AWS's own configuration file."""
    (home / ".aws").mkdir(exist_ok=True)
    (home / ".aws" / "config").write_text(text)


def program(path: Path, script: str) -> Path:
    """A shell script for `credential_process`."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return path


@pytest.fixture
def say(home: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Says something where lskeys looks: config.toml, AWS's file, or a variable of that name."""

    def somewhere(place: str, value: str) -> None:
        if place == "config.toml":
            configure(home, value)
        elif place == "aws":
            configure_aws(home, value if value.startswith("[") else f"[default]\n{value}\n")
        else:
            monkeypatch.setenv(place, value)

    return somewhere


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[Path]:
    """A program without output or end, which must be killed."""
    endless = Endless(tmp_path)
    yield program(tmp_path / "hanging", endless.commands)
    endless.wait_for_end()


# Credentials


@pytest.mark.parametrize("regions", ["-r us-east-1", "-r us-east-1 -r eu-west-1 -r eu-west-2"])
def test_no_credentials(regions: str, run: Run) -> None:
    """Without credentials there is one clear line for all regions, and a way to try things."""
    assert run(f"list {regions} {NOWHERE}") == NO_CREDENTIALS


@pytest.mark.parametrize(
    "place", ["-p", "--profile", "AWS_PROFILE", "LSKEYS_PROFILE", "config.toml"]
)
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("unknown", "profiles are work, home"),
        ("wrok", "did you mean work?"),
        ("shop", "in AWS's config file, write [profile shop], not [shop]"),
    ],
)
def test_unknown_profile(place: str, name: str, hint: str, run: Run, say: Say) -> None:
    """A profile that AWS's configuration does not have is named, with the nearest it has."""
    say("aws", "[profile work]\nregion = eu-west-1\n[profile home]\n[shop]\nregion = x\n")
    option = f" {place} {name}" if place.startswith("-") else ""
    if not option:
        say(place, f"profile = '{name}'" if place == "config.toml" else name)
    for region in ("", " -r us-east-1"):
        assert run(f"list {NOWHERE}{region}{option}") == failed(
            f"the config profile ({name}) could not be found", hint
        )


NEVER_USED = (
    "open https://lightsail.aws.amazon.com in a browser once, which activates Lightsail for this "
    f"account; {SANDBOX_HINT}"
)
WAIT = f"wait a little, then run the same command again; {SANDBOX_HINT}"


@pytest.mark.parametrize(
    ("code", "exit_code", "hint"),
    [
        ("OptInRequired", 4, NEVER_USED),
        ("SubscriptionRequiredException", 4, NEVER_USED),
        ("AccountSetupInProgressException", 8, WAIT),
    ],
)
def test_lightsail_was_never_used(
    code: str, exit_code: int, hint: str, server: Server, run: Run
) -> None:
    """An account that Lightsail does not serve yet gets what to do, and where to look around."""
    server.add_fault(f"GetKeyPairs={code}")
    ran = run("list")
    assert (ran.exit_code, ran.out) == (exit_code, "")
    assert ran.err.endswith(f"\nlskeys: hint: {hint}\n")


BROKEN = {
    "no section\n": "line 1: no section begins before it",
    "\ufeff[default]\n": "it begins with a byte order mark",
    "[default\n": "line 1: no section begins before it",
    "[default]\nregion = \udcff\n": "it is not UTF-8",
    f"[default]\na = b\n{SECRET}\n": "line 3 is no setting",
    f"[{SECRET}]\n[{SECRET}]\n": "line 2: a section is there twice",
    f"[default]\n{SECRET} = a\n{SECRET} = b\n": "line 3: a setting is there twice",
    f"[default]\ns3 =\n  {SECRET}\n": "a nested setting has no value",
}


@pytest.mark.parametrize("content", BROKEN, ids=ascii)
def test_broken_aws_configuration(content: str, run: Run, home: Path) -> None:
    """An invalid AWS configuration file is named, with the line but not its content."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_bytes(content.encode(errors="surrogateescape"))
    assert run(f"list -r us-east-1 {NOWHERE}") == failed(
        f"unable to parse config file: {home}/.aws/config ({BROKEN[content]})",
        f"fix {home}/.aws/config",
    )


PROCESS = "cannot get credentials of profile default (credential_process): "
KEYS = f'{{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "{SECRET}", "Expiration": "'


@pytest.mark.parametrize(
    "script",
    [
        f"echo {SECRET}; echo {SECRET} >&2; exit 3",
        f"echo {SECRET}",
        ":",
        "echo null",
        f"echo '[\"{SECRET}\"]'",
        f'echo \'{{"Version": 7, "SecretAccessKey": "{SECRET}"}}\'',
        f'echo \'{{"Version": 1, "SecretAccessKey": "{SECRET}"}}\'',
        f'echo \'{{"Version": 1, "AccessKeyId": ["{SECRET}"], "SecretAccessKey": 3}}\'',
        "echo '" + KEYS + "2020-01-01T00:00:00Z\"}'",
        "echo '" + KEYS + SECRET + "\"}'",
    ],
    ids=["fails", "text", "nothing", "null", "list", "version", "partial", "types", "old", "date"],
)
def test_lying_credential_process(script: str, run: Run, home: Path, tmp_path: Path) -> None:
    """Any invalid output of a credential_process is an error of set-up, and never quoted."""
    configure_aws(home, f"[default]\ncredential_process = {program(tmp_path / 'lying', script)}\n")
    ran = run(f"list -r us-east-1 {NOWHERE} --debug")
    assert (ran.exit_code, ran.out, SECRET in ran.err) == (4, "", False)
    assert ran.err.startswith(f"lskeys: error: {PROCESS}")


def test_missing_credential_process(run: Run, home: Path) -> None:
    """A credential_process that is not a program is an error of set-up."""
    configure_aws(home, "[default]\ncredential_process = /nonexistent/program\n")
    assert run(f"list -r us-east-1 {NOWHERE}") == failed(
        f"{PROCESS}/nonexistent/program: no such file or directory",
        "check credential_process in ~/.aws/config",
    )


def test_hanging_credential_process(hanging: Path, run: Run, home: Path) -> None:
    """A credential_process that hangs is waited for as long as --timeout says, once."""
    configure_aws(home, f"[default]\ncredential_process = {hanging}\n")
    assert run(f"list -r us-east-1 -r eu-west-1 --timeout 0.5 {NOWHERE}") == failed(
        "no credentials within 0.5 seconds",
        "check credential_process, SSO and the metadata service of this machine",
    )


SETTINGS = ["region", "endpoint_url", "ca_bundle", "defaults_mode", "sts_regional_endpoints"]


@pytest.mark.parametrize("name", [*SETTINGS, "request_checksum_calculation", "source_profile"])
def test_a_line_that_is_indented(name: str, run: Run, home: Path) -> None:
    """A line of AWS's files that belongs to the one before may hold a key, and is not quoted."""
    keys = "aws_access_key_id = a\n\taws_secret_access_key = c4n4ry-CANARY"
    role = "[default]\nrole_arn = arn:aws:iam::123456789012:role/a\n"
    configure_aws(home, f"{role}{name} = http://x\n\t{keys}\n")
    ran = run("list" if name == "region" else "list -r us-east-1")
    assert (ran.exit_code, "CANARY" in ran.err) == (4, False), ran.err


# Regions


def test_no_region(run: Run) -> None:
    """There is no default region: where none is set, no request is sent."""
    assert run("list") == failed(
        "no region is set",
        f"give --region NAME or --all-regions, or set AWS_REGION; {SANDBOX_HINT}",
    )


HOSTILE_REGIONS = [
    *("../x", "us east", "\x1b[31mus-east-1", "us-east-1,", "us-east-1, eu-west-1", "US-EAST-1"),
    *("us-east-1.example.com", "us-east-1/", "us-east-1\n", "us-east-1@example.com"),
    *("[red]us-east-1[/]", "us-east-" + "1" * 300),
]


@pytest.mark.parametrize("name", HOSTILE_REGIONS)
def test_hostile_region(name: str, server: Server, run: Run) -> None:
    """What cannot be a region's name chooses no host: it is refused, and no request is sent."""
    ran = run(f"list --region {shlex.quote(name)}")
    assert (ran.exit_code, ran.out, server.requests) == (4, "", [])
    error, hint = ran.err.splitlines()
    assert error.endswith("is not a region's name")
    assert hint == "lskeys: hint: a region looks like eu-west-1"
    assert ran.err.replace("\n", "").isprintable()


@pytest.mark.parametrize("name", ["../x", "\x1b[31m", "us-east-1/"])
@pytest.mark.parametrize(
    "place", ["LSKEYS_REGIONS", "AWS_REGION", "AWS_DEFAULT_REGION", "config.toml", "aws"]
)
def test_hostile_region_from_elsewhere(  # noqa: PLR0913, PLR0917  fixtures and cases
    place: str, name: str, server: Server, run: Run, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither does one of the environment, of config.toml or of AWS's own configuration."""
    for each in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(each)
    spelled = {"config.toml": f"regions = {json.dumps(name)}", "aws": f"region = {name}"}
    say(place, spelled.get(place, name))
    ran = run("list")
    assert (ran.exit_code, ran.out, server.requests) == (4, "", [])
    assert ran.err.replace("\n", "").isprintable()


def test_misspelled_region(server: Server, run: Run) -> None:
    """An unknown region that does not respond is reported with the nearest known one."""
    assert server.port
    ran = run("list -r eu-wst-1")
    assert (ran.exit_code, ran.out) == (4, "")
    assert ran.err.splitlines()[-1].startswith("lskeys: hint: did you mean eu-west-1? if not: ")


def test_misspelled_region_of_the_network(
    server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown region that cannot be reached is reported the same way; a known one is not."""
    assert server.port
    monkeypatch.delenv("AWS_ENDPOINT_URL_LIGHTSAIL")
    reach = "check the network, --endpoint-url, the region's name and HTTPS_PROXY\n"
    for region, near in (("eu-wst-1", "did you mean eu-west-1? if not: "), ("eu-west-1", "")):
        ran = run(f"list -r {region} {NOWHERE}")
        assert ran.exit_code == 8
        assert ran.err.endswith(f"\nlskeys: hint: {near}{reach}")


def test_where_the_region_comes_from(
    server: Server, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is flag, LSKEYS_REGIONS, AWS_REGION, AWS_DEFAULT_REGION, config.toml, profile."""
    configure(home, "regions = ['eu-west-1']")
    configure_aws(home, "[default]\nregion = eu-west-2\n")
    monkeypatch.setenv("LSKEYS_REGIONS", "us-west-2")
    monkeypatch.setenv("AWS_REGION", "ca-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    run("list --region us-east-2")
    for name in ("LSKEYS_REGIONS", "AWS_REGION", "AWS_DEFAULT_REGION"):
        run("list")
        monkeypatch.delenv(name)
    run("list")
    configure(home, "")
    run("list")
    assert [request.region for request in server.requests] == [
        "us-east-2",
        "us-west-2",
        "ca-central-1",
        "eu-central-1",
        "eu-west-1",
        "eu-west-2",
    ]


# Endpoints

PLAIN = {
    "http://192.0.2.1": "http://192.0.2.1",
    "http://127.0.0.1@192.0.2.1/": "http://192.0.2.1",
    "http://ana:canary@192.0.2.1/": "http://192.0.2.1",
    "http://192.0.2.1\\@127.0.0.1/": "http://192.0.2.1",
    "http://127.0.0.1.example.com": "http://127.0.0.1.example.com",
    "http://192.0.2.1#127.0.0.1": "http://192.0.2.1",
    "ftp://127.0.0.1": "ftp://127.0.0.1",
}
"""URLs, and whom each would reach by the parser that connects."""


@pytest.mark.parametrize("url", PLAIN)
@pytest.mark.parametrize(
    "place", ["--endpoint-url", "AWS_ENDPOINT_URL_LIGHTSAIL", "AWS_ENDPOINT_URL", "aws"]
)
def test_plain_http(place: str, url: str, server: Server, run: Run, say: Say) -> None:
    """An endpoint without TLS is refused unless it is this machine; no request is sent.

    Whom it would reach is named, and no password.
    """
    option = f" {place} '{url}'" if place.startswith("-") else ""
    if not option:
        say("AWS_ENDPOINT_URL_LIGHTSAIL", "")
        say(place, f"endpoint_url = {url}" if place == "aws" else url)
    assert run(f"list{option}") == failed(
        f"endpoint {PLAIN[url]} is not https",
        "keys and credentials are sent over TLS only; plain http is for localhost",
    )
    assert server.requests == []


@pytest.mark.parametrize("url", ["nonsense", "http://[::1", "http://127.0.0.1:99999", "https://"])
def test_malformed_endpoint(url: str, server: Server, run: Run) -> None:
    """An endpoint that is not a URL is an error of set-up, and no request is sent."""
    ran = run(f"list --endpoint-url {url}")
    assert (ran.exit_code, ran.out, server.requests) == (4, "", [])
    assert ran.err.startswith("lskeys: error: ")
    assert ran.err.endswith(
        "lskeys: hint: an endpoint looks like https://lightsail.eu-west-1.amazonaws.com\n"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize(
    "place", ["--endpoint-url", "LSKEYS_ENDPOINT_URL", "AWS_ENDPOINT_URL", "aws"]
)
def test_endpoint(  # noqa: PLR0913, PLR0917  fixtures and cases
    place: str, host: str, account: Sandbox, server: Server, run: Run, say: Say
) -> None:
    """An option, a variable of ours or AWS's, or AWS's configuration leads to the same account.

    The first two do so whatever AWS's own variable says.
    """
    account.add_key_pairs("us-east-1", ["web", "mail"])
    line = "list --include-default --unused -o json"
    expected = run(line)
    url = f"http://{host}:{server.port}"
    is_ours = place[0] in "-L"
    say("AWS_ENDPOINT_URL_LIGHTSAIL", "http://127.0.0.1:9" if is_ours else "")
    if not place.startswith("-"):
        say(place, f"endpoint_url = {url}" if place == "aws" else url)
    assert run(f"{line} {place} {url}" if place.startswith("-") else line) == expected
    assert (expected.exit_code, len(server.requests)) == (0, 4)


def test_sandbox_and_endpoint_exclude_each_other(server: Server, run: Run) -> None:
    """The sandbox is an endpoint; two of them are one too many, said once."""
    assert run(f"list --sandbox -r us-east-1 -r eu-west-1 --endpoint-url {server.endpoint}") == (
        failed("the sandbox and --endpoint-url cannot be combined", "leave one of them out", 2)
    )
    assert server.requests == []


# config.toml and LSKEYS_*

KNOWN = "known are profile, regions, out, output, color"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("reigons = 'x'", " has an unknown setting reigons", "did you mean regions?"),
        ("outputs = 'x'", " has an unknown setting outputs", "did you mean output?"),
        ("zzz = 1", " has an unknown setting zzz", KNOWN),
        ('"a\\u001b[31m" = 1', r" has an unknown setting a\x1b[31m", KNOWN),
        (
            "regions = 3",
            ": regions must be text or a list",
            'put the value in quotes: regions = "..."',
        ),
        (
            "regions = ['a', 3]",
            ": regions must be text or a list",
            'put the value in quotes: regions = "..."',
        ),
        (
            "[regions]",
            ": regions must be text or a list",
            'put the value in quotes: regions = "..."',
        ),
        ("output = true", ": output must be text", 'put the value in quotes: output = "..."'),
        ("profile = ''", ": profile is empty", "give a value, or remove the line"),
        ("regions = []", ": regions is empty", "give a value, or remove the line"),
        ("regions = ['us-east-1', '']", ": regions is empty", "give a value, or remove the line"),
        (
            "= =",
            " is not TOML: Invalid statement (at line 1, column 1)",
            "correct that line, or move the file away: {path}",
        ),
    ],
)
def test_wrong_config_file(text: str, message: str, hint: str | None, run: Run, home: Path) -> None:
    """What is wrong in config.toml is named with its file, and the nearest right word."""
    path = configure(home, text)
    code = 4 if "TOML" in message else 2
    assert run("list") == failed(
        f"{path}{message}", hint and hint.replace("{path}", str(path)), code
    )


def test_wrong_words_in_config_file(run: Run, home: Path) -> None:
    """An unknown format is shown with its origin."""
    path = configure(home, "output = 'xml'")
    assert run("list") == failed(f"xml (from file {path}) is none of table, text, csv, json, jsonl")


def test_unreadable_config_file(run: Run, home: Path) -> None:
    """A directory, or bytes that are no text, in the place of config.toml are named."""
    path = configure(home, "")
    path.write_bytes(b"\xff")
    assert run("list") == failed(f"cannot read {path}: not UTF-8", "fix or move it")
    path.unlink()
    path.mkdir()
    assert run("list") == failed(f"cannot read {path}: not a regular file", "fix or move it")


@pytest.mark.parametrize(
    ("name", "value", "wrong", "hint"),
    [
        ("OUTPUT", "jsn", "is none of table, text, csv, json, jsonl", "did you mean json?"),
        ("COLOR", "alway", "is none of auto, always, never", "did you mean always?"),
        ("SANDBOX", "perhaps", "is neither yes nor no", "such as LSKEYS_SANDBOX=1"),
        *(
            (
                *("TIMEOUT", value, "is no number of seconds from 0.1 to 86400"),
                "such as LSKEYS_TIMEOUT=60",
            )
            for value in ("soon", "0", "-1", "nan", "inf", "86401")
        ),
    ],
)
def test_wrong_words_in_the_environment(  # noqa: PLR0913, PLR0917  fixtures and cases
    name: str, value: str, wrong: str, hint: str, run: Run, say: Say
) -> None:
    """A value that means nothing is refused with where it came from, not passed over."""
    say(f"LSKEYS_{name}", value)
    assert run("list") == failed(f"{value} (from environment LSKEYS_{name}) {wrong}", hint)


def test_config_file_is_used(account: Sandbox, server: Server, run: Run, say: Say) -> None:
    """What config.toml says about output and regions is what happens; a flag beats it."""
    account.add_key_pairs("eu-west-1", ["web"])
    say("AWS_REGION", "")
    say("AWS_DEFAULT_REGION", "")
    say("config.toml", "output = 'csv'\nregions = ['eu-west-1', 'us-east-1']\n")
    assert run("list --columns name,region") == Ran(0, out="name,region\nweb,eu-west-1\n")
    assert run("list --columns name -r eu-west-1 -o text") == Ran(0, out="web\n")
    regions = sorted(request.region for request in server.requests)
    assert regions == ["eu-west-1", "eu-west-1", "us-east-1"]


def test_config_file_names_the_profile(
    account: Sandbox, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A profile's own endpoint, region and credentials are used when config.toml names it."""
    account.add_key_pairs("eu-west-2", ["web"])
    with sandbox.serve(account) as server:
        configure_aws(
            home,
            "[profile work]\nregion = eu-west-2\naws_access_key_id = a\n"
            f"aws_secret_access_key = b\nendpoint_url = {server.endpoint}\n",
        )
        configure(home, "profile = 'work'")
        assert run("list -q") == Ran(0, out="web\n")
        monkeypatch.setenv("LSKEYS_PROFILE", "other")
        assert run("list -q").exit_code == 4


# Home
