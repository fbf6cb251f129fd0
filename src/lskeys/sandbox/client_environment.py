"""The environment that points AWS tools at a sandbox, for a process or a shell. Pure."""

import shlex
from collections.abc import Mapping

from lskeys.sandbox.credentials import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from lskeys.sandbox.regions import HOME_REGION

_HERE = "127.0.0.1"
# Set, not removed, since a profile may say the same: variables win over it.
_OFF = (
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
)
_REMOVED = (
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "LSKEYS_ENDPOINT_URL",
    "LSKEYS_PROFILE",
)
_NO_PROXY = (
    f'export no_proxy="{_HERE},${{no_proxy:-${{NO_PROXY:-localhost}}}}"',
    f'export NO_PROXY="${{NO_PROXY:+{_HERE},$NO_PROXY}}"',
    'export NO_PROXY="${NO_PROXY:-$no_proxy}"',
)
OLD_TOOLS = """\
Tools that read AWS_ENDPOINT_URL_LIGHTSAIL use the sandbox: the AWS CLI from 2.13 or 1.29, boto3
from 1.28, the AWS SDKs for JavaScript v3, Go v2, Java v2, Rust, Ruby v3, PHP v3, Kotlin, .NET v4.
Older ones ignore it and call AWS itself, unless they are given the endpoint:
  aws --endpoint-url URL lightsail get-key-pairs             AWS CLI
  boto3.client("lightsail", endpoint_url="URL")              boto3
  new AWS.Lightsail({endpoint: "URL"})                       JavaScript v2
  aws.NewConfig().WithEndpoint("URL")                        Go v1
  withEndpointConfiguration(...("URL", "us-east-1"))         Java v1"""
"""Which tools the variables do not reach, and what each needs in place of them."""


def environment(endpoint: str) -> dict[str, str]:
    """The environment variables that point AWS tools at a sandbox's endpoint."""
    return {
        "AWS_ENDPOINT_URL_LIGHTSAIL": endpoint,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_REGION": HOME_REGION,
        "AWS_DEFAULT_REGION": HOME_REGION,
    }


def environment_with_sandbox(endpoint: str, environ: Mapping[str, str]) -> dict[str, str]:
    """This whole environment, changed so that AWS tools talk to the sandbox only."""
    kept = {name: value for name, value in environ.items() if name not in _REMOVED}
    lower, upper = environ.get("no_proxy", ""), environ.get("NO_PROXY", "")
    direct = {
        "no_proxy": f"{_HERE},{lower or upper or 'localhost'}",
        "NO_PROXY": f"{_HERE},{upper or lower or 'localhost'}",
    }
    return kept | environment(endpoint) | dict.fromkeys(_OFF, "false") | direct


def exports(endpoint: str) -> list[str]:
    """The same as lines for a POSIX shell; whoever forgets the quotes of `eval` is served, too.

    The comments therefore come last, and what is before them ends with semicolons.
    """
    variables = environment(endpoint) | dict.fromkeys(_OFF, "false")
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    commands = [*lines, *_NO_PROXY, f"unset {' '.join(_REMOVED)}"]
    comments = (f"# {line}".replace(" URL ", f" {endpoint} ") for line in OLD_TOOLS.splitlines())
    filled = (line.replace('"URL"', f'"{endpoint}"') for line in comments)
    return [*(f"{command};" for command in commands), *filled]
