"""Where requests are sent: trimmed data change no host, and no other setting does unseen."""

from contextlib import suppress
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader

from lskeys.lightsail import plain_http, session
from lskeys.lightsail.session import ConnectionSettings
from lskeys.storage.cache import CacheDirectory
from tests.conftest import Run
from tests.support.credential_services import write_profiles
from tests.support.proxies import Proxies

REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "lightsail": ("get_regions", {}),
    "sts": ("assume_role", {"RoleArn": "a" * 20, "RoleSessionName": "ab"}),
    "sso": ("get_role_credentials", {"roleName": "a", "accountId": "1", "accessToken": "t"}),
    "sso-oidc": ("create_token", {"clientId": "a", "clientSecret": "b", "grantType": "c"}),
    "signin": (
        "create_o_auth2_token",
        {
            "tokenInput": {
                "clientId": "arn:aws:signin:::devtools/same-device",
                "grantType": "refresh_token",
            }
        },
    ),
}
REGIONS = (
    "us-east-1",
    "eu-west-2",
    "us-gov-west-1",
    "cn-north-1",
    "us-iso-east-1",
    "eusc-de-east-1",
)


def request(
    made: botocore.session.Session, service: str, region: str, config: Config
) -> AWSPreparedRequest:
    """A request as it would be sent."""
    requests: list[AWSPreparedRequest] = []

    def stop(request: AWSPreparedRequest, **_: object) -> None:
        requests.append(request)
        raise InterruptedError

    operation, parameters = REQUESTS[service]
    client = made.create_client(service, region_name=region, config=config)
    client.meta.events.register_first("before-send", stop)
    with suppress(InterruptedError):
        getattr(client, operation)(**parameters)
    return requests[0]


def endpoint(
    made: botocore.session.Session, service: str, region: str, *, fips: bool, dual: bool
) -> str:
    """The URL of a request, or the error that there is none; nothing is sent."""
    config = Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual)
    try:
        return request(made, service, region, config).url
    except BotoCoreError as error:
        return f"{type(error).__name__}: {error}"


def made(cache: CacheDirectory | None) -> botocore.session.Session:
    """A session as lskeys makes it."""
    connection = ConnectionSettings(access_key=("a", "b"), cache=cache)
    return session.make(connection, plain_http.PlainHttpGuard(1))


@cache
def usual_session() -> botocore.session.Session:
    """One without trimmed data, whose own take long to read."""
    return made(None)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", REQUESTS)
@pytest.mark.usefixtures("home")
def test_trimmed_data_change_no_host(service: str, region: str, tmp_path: Path) -> None:
    """Each service has the same URL with and without them, under FIPS and dual stack, too."""
    trimmed, usual = made(CacheDirectory(tmp_path / "cache")), usual_session()
    assert not isinstance(
        usual.get_component("data_loader"), type(trimmed.get_component("data_loader"))
    )
    assert isinstance(usual.get_component("data_loader"), Loader)
    for fips, dual in product((False, True), repeat=2):
        found = endpoint(trimmed, service, region, fips=fips, dual=dual)
        assert found == endpoint(usual, service, region, fips=fips, dual=dual)
        assert found.startswith(("https://", "EndpointVariantError", "EndpointProviderError")), (
            found
        )


@pytest.mark.parametrize("service", REQUESTS)
@pytest.mark.usefixtures("home")
def test_a_request_is_that_of_botocore(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has what a session with all of botocore's handlers sends, in a Lambda function, too."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "keys")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-2-3")
    stock = botocore.session.Session()
    stock.set_credentials("a", "b")
    ours, theirs = (
        request(each, service, "eu-west-1", Config(user_agent="same"))
        for each in (usual_session(), stock)
    )
    assert (ours.method, ours.url, ours.body) == (theirs.method, theirs.url, theirs.body)
    assert [*ours.headers] == [*theirs.headers]
    assert "X-Amzn-Trace-Id" in ours.headers
    changing = {"Authorization", "X-Amz-Date", "amz-sdk-invocation-id"}
    for name in {*ours.headers} - changing:
        assert ours.headers[name] == theirs.headers[name], name


def test_data_of_your_own_are_used(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where AWS_DATA_PATH or ~/.aws/models has data, botocore decides by them.

    In a home that cannot be looked into, there are none.
    """
    cache = CacheDirectory(tmp_path / "cache")
    trimmed = type(made(cache).get_component("data_loader"))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert type(made(cache).get_component("data_loader")) is not trimmed
    monkeypatch.delenv("AWS_DATA_PATH")
    (home / ".aws" / "models").mkdir(parents=True)
    assert type(made(cache).get_component("data_loader")) is not trimmed
    monkeypatch.setenv("HOME", str(home / ("longer than a name may be" * 20)))
    assert type(made(cache).get_component("data_loader")) is trimmed


HOSTS = [
    ("role", "us-east-1", {}, "sts.us-east-1.amazonaws.com"),
    ("role", "eu-central-1", {}, "sts.eu-central-1.amazonaws.com"),
    ("chained", "eu-central-1", {}, "sts.eu-central-1.amazonaws.com"),
    ("web", "eu-central-1", {}, "sts.eu-central-1.amazonaws.com"),
    ("role", "us-east-1", {"AWS_USE_FIPS_ENDPOINT": "true"}, "sts-fips.us-east-1.amazonaws.com"),
    ("role", "us-gov-west-1", {"AWS_USE_FIPS_ENDPOINT": "true"}, "sts.us-gov-west-1.amazonaws.com"),
    ("role", "cn-north-1", {}, "sts.cn-north-1.amazonaws.com.cn"),
    ("role", "eu-west-1", {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "sts.eu-west-1.api.aws"),
    ("sso", "eu-west-1", {}, "portal.sso.us-east-1.amazonaws.com"),
    (
        "sso",
        "us-east-1",
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        "portal.sso-fips.us-east-1.amazonaws.com",
    ),
    ("base", "eu-west-1", {}, "lightsail.eu-west-1.amazonaws.com"),
]


@pytest.mark.parametrize(("profile", "region", "variables", "host"), HOSTS)
def test_the_host_of_a_run(  # noqa: PLR0913, PLR0917  a fixture is a parameter
    profile: str,
    region: str,
    variables: dict[str, str],
    host: str,
    home: Path,
    run: Run,
    proxies: Proxies,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy that lets nothing through hears the host that the AWS CLI would use."""
    write_profiles(home)
    refusing = proxies(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    monkeypatch.setenv("HTTPS_PROXY", f"http://{refusing.address}")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    ran = run(f"list -p {profile} -r {region} --timeout 20")
    assert (ran.exit_code, ran.out) == (8, "")
    assert {each.split()[1].decode() for each in refusing.heard} == {f"{host}:443"}
