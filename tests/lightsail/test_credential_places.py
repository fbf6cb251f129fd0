"""Wrong credentials: the error names the file, variable or program, and quotes no secret."""

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.support.credential_services import TOKEN

SECRET_KEY = {"AWS_SECRET_ACCESS_KEY": TOKEN}
BASE = "[default]\nrole_arn = arn:aws:iam::123456789012:role/keys\n"
PLACES: dict[str, tuple[str, dict[str, str], str, str]] = {
    "incomplete in the file": (
        *("[default]\naws_access_key_id = a\n", {}),
        *("partial credentials found in config-file", "check profile default in ~/.aws/config"),
    ),
    "incomplete in the environment": (
        *("", {"AWS_ACCESS_KEY_ID": "a"}),
        "cannot get credentials from the environment: partial credentials found in env",
        "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and",
    ),
    "bare role": (BASE, {}, "missing: source_profile", "check profile default in ~/.aws/config"),
    "a login without a role": (
        *("[default]\nsso_session = a\n", {}),
        "found; in profile default, sso_session is set without sso_account_id and sso_role_name",
        "check profile default in ~/.aws/config",
    ),
    "a source without a role": (
        *("[profile a]\nsource_profile = b\n", {"AWS_PROFILE": "a"}),
        "credentials found; in profile a, source_profile is set without role_arn",
        "check profile a in ~/.aws/config",
    ),
    "a secret without its ID": (
        *(f"[default]\naws_secret_access_key = {TOKEN}\n", {}),
        "found; in profile default, aws_secret_access_key is set without aws_access_key_id",
        "check profile default in ~/.aws/credentials",
    ),
    "a role of the environment": (
        *(f"{BASE}credential_source = Environment\n", {}),
        *("No credentials found", "check AWS_ACCESS_KEY_ID"),
    ),
    "a role of a container": (
        *(f"{BASE}credential_source = EcsContainer\n", {}),
        *("No credentials found", "check the AWS_CONTAINER_* variables"),
    ),
    "an empty token": (
        *(f"{BASE}web_identity_token_file = /dev/null\n", {}),
        *("parameter WebIdentityToken", "check web_identity_token_file"),
    ),
    "another file": (
        *("", {"AWS_CONFIG_FILE": "elsewhere", "AWS_PROFILE": "unknown"}),
        *("could not be found; elsewhere: no such file or directory", "aws configure --profile"),
    ),
    "other files": (
        *("", {"AWS_SHARED_CREDENTIALS_FILE": "/dev", "AWS_SECRET_ACCESS_KEY": TOKEN}),
        "AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not; /dev: not a regular file",
        "run aws configure",
    ),
    "no file": ("", {"AWS_CONFIG_FILE": "/dev/null"}, "credentials found\n", "run aws configure"),
    "no date": (
        "",
        {"AWS_CREDENTIAL_EXPIRATION": "soon", "AWS_ACCESS_KEY_ID": "a", **SECRET_KEY},
        *("cannot get credentials from the environment: ", "AWS_CREDENTIAL_EXPIRATION"),
    ),
    "no zone": (
        "",
        {"AWS_CREDENTIAL_EXPIRATION": "2099-01-01", "AWS_ACCESS_KEY_ID": "a", **SECRET_KEY},
        *("cannot get credentials from the environment: ", "AWS_CREDENTIAL_EXPIRATION"),
    ),
    "no host": (
        *("", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/"}),
        *("(container metadata service): a value is invalid", "check the AWS_CONTAINER_*"),
    ),
    "no header": (
        "",
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": f"{TOKEN}\r\na",
        },
        *("(container metadata service): a value is invalid", "check the AWS_CONTAINER_*"),
    ),
    "no number": (
        "",
        {"AWS_METADATA_SERVICE_TIMEOUT": TOKEN},
        *("a value is invalid (ValueError)", "check the AWS_* variables and ~/.aws/config"),
    ),
    "a quote": (
        *("[default]\ncredential_process = 'a\n", {}),
        *("an unclosed quote", "check credential_process in ~/.aws/config"),
    ),
    "a signal": (
        *("[default]\ncredential_process = sh -c 'kill -9 $$'\n", {}),
        *("(credential_process): signal 9 ended it", "check credential_process in ~/.aws/config"),
    ),
    "no client": (
        "[default]\ndefaults_mode = odd\naws_access_key_id = a\naws_secret_access_key = b\n",
        *({}, "error: client configured with invalid defaults mode", "AWS_* variables"),
    ),
}


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.usefixtures("lightsail")
def test_the_place_of_what_is_wrong(
    kind: str, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong with credentials, the hint names the file, variable or program to check."""
    content, variables, message, hint = PLACES[kind]
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text(content)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    ran = run("list -r us-east-1 --debug")
    assert (ran.exit_code, ran.out) == (4, "")
    assert TOKEN not in ran.err
    shown = ran.err.splitlines(keepends=True)
    error, hints = [line for line in shown if "lskeys: " in line]
    assert message in error
    assert hint in hints


@pytest.mark.parametrize(
    "token", ["", "{", '{"accessToken": ["TOKEN"]}', '{"accessToken": "TOKEN\\n"}', '"TOKEN"']
)
@pytest.mark.parametrize("profile", ["sso", "old-sso", "role-of-sso"])
@pytest.mark.usefixtures("services", "lightsail")
def test_a_cached_login_that_is_none(profile: str, token: str, run: Run, home: Path) -> None:
    """A broken file of a login is fixed by the login, and not quoted."""
    for path in (home / ".aws" / "sso" / "cache").iterdir():
        member = '"expiresAt": "2099-01-01T00:00:00Z", "accessToken"'
        text = token.replace("TOKEN", TOKEN).replace('"accessToken"', member)
        path.write_text(text)
    ran = run(f"list -p {profile} -r us-east-1")
    login = "sso" if profile == "role-of-sso" else profile
    assert (ran.exit_code, ran.out, TOKEN in ran.err) == (4, "", False), ran.err
    assert f"hint: run aws sso login --profile {login}, then" in ran.err
