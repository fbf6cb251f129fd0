"""Without TLS: to localhost and the metadata services, decided by who connects, and by no proxy."""

import json
from pathlib import Path

import pytest
from botocore.awsrequest import AWSRequest

from lskeys.lightsail import plain_http
from lskeys.lightsail.plain_http import CONTAINER, METADATA, PlainHttpError, UnusableUrlError
from tests.conftest import Ran, Run
from tests.support.credential_services import (
    CredentialServices,
    Said,
    later,
    point_at,
    write_profiles,
)
from tests.support.lying_server import Liar
from tests.support.proxies import Proxies, Proxy

LOCAL = [
    *("http://localhost:1/", "http://127.0.0.1/", "http://127.0.0.2:80/", "http://[::1]:1/a?b"),
    *("https://192.0.2.1/", "HTTPS://EXAMPLE.com", "https://a@b.example/"),
]
ELSEWHERE = [
    *("http://192.0.2.1/", "http://localhost.example/", "http://127.0.0.1.example/"),
    *("http://127.0.0.1@192.0.2.1/", "http://elsewhere.example\\@127.0.0.1/"),
    *("http://elsewhere.example#@127.0.0.1/", "http://elsewhere.example?@127.0.0.1/"),
    *("http://elsewhere.example/@127.0.0.1", "http://[::2]/", "http://2130706433/", "http://0/"),
    *("ftp://127.0.0.1/", "nonsense", "http://169.254.169.254/"),
]
NO_URL = [
    "",
    "file:///etc/passwd",
    "http://",
    "http://[::1",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:0/",
]


@pytest.fixture
def proxy(proxies: Proxies, monkeypatch: pytest.MonkeyPatch) -> Proxy:
    """A proxy for plain HTTP, which refuses everything."""
    made = proxies(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{made.address}")
    return made


@pytest.mark.parametrize("url", LOCAL)
def test_allowed_urls(url: str) -> None:
    """TLS anywhere, and plain HTTP on this computer."""
    plain_http.check(url)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_what_may_not(url: str) -> None:
    """Whatever else the text looks like, its host is the one that would be connected to."""
    with pytest.raises(PlainHttpError):
        plain_http.check(url)


@pytest.mark.parametrize("url", NO_URL)
def test_what_is_no_url(url: str) -> None:
    """What cannot be connected to is no URL."""
    with pytest.raises(UnusableUrlError):
        plain_http.check(url)


@pytest.mark.parametrize("host", sorted(METADATA | CONTAINER))
def test_the_metadata_services(host: str) -> None:
    """Their addresses are allowed for requests for credentials, and for no others."""
    url = f"http://[{host}]/" if ":" in host else f"http://{host}/"
    plain_http.check(url, METADATA | CONTAINER)
    with pytest.raises(PlainHttpError):
        plain_http.check(url)
    with pytest.raises(PlainHttpError):
        plain_http.DirectSession(1).send(AWSRequest("GET", url).prepare())


@pytest.mark.parametrize("profile", ["role", "chained", "web", "sso", "old-sso", "role-of-sso"])
@pytest.mark.parametrize(
    "url", ["http://emulator.example", "http://emulator.example\\@127.0.0.1:9"]
)
def test_no_credentials_in_the_clear(  # noqa: PLR0913, PLR0917  a fixture is a parameter
    profile: str,
    url: str,
    home: Path,
    run: Run,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No service of credentials gets a request without TLS, by any proxy."""
    write_profiles(home)
    point_at(url, monkeypatch.setenv)
    ran = run(f"list -p {profile} -r us-east-1 --timeout 10")
    assert (ran.exit_code, ran.out, proxy.heard) == (4, "", [])
    assert "endpoint http://emulator.example is not https\n" in ran.err


@pytest.mark.parametrize("profile", ["role", "web", "sso"])
def test_no_proxy_for_localhost(
    profile: str, services: CredentialServices, lightsail: Liar, run: Run, proxy: Proxy
) -> None:
    """Services on localhost, such as an emulator's, are reached past the proxy."""
    assert run(f"list -q -p {profile} -r us-east-1") == Ran(0, "web\n")
    assert (len(services.requests), len(lightsail.calls), proxy.heard) == (1, 1, [])


# The metadata services

KEYS = {"AccessKeyId": "ASIA", "SecretAccessKey": "s", "Token": "t", "Code": "Success"}


@pytest.mark.usefixtures("lightsail")
def test_a_container(
    services: CredentialServices, run: Run, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credentials of a container come from localhost, past the proxy, and from no other host."""
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "canary")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{services.url}/keys")
    services.responses["/keys"] = Said(json.dumps(KEYS | {"Expiration": later()}))
    assert run("list -q -r us-east-1") == Ran(0, "web\n")
    assert services.requests[0].headers["authorization"] == "canary"
    for url in ("http://emulator.example\\@127.0.0.1/keys", "http://192.0.2.1/keys"):
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
        ran = run("list -r us-east-1 --timeout 10")
        assert (ran.exit_code, ran.out, "canary" in ran.err) == (4, "", False)
    assert (len(services.requests), proxy.heard) == (1, [])


@pytest.mark.usefixtures("lightsail")
def test_the_instance_metadata_service(
    services: CredentialServices, run: Run, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is queried past the proxy; what it says where it has no credentials is reported."""
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", services.url)
    role = "/latest/meta-data/iam/security-credentials/"
    services.responses = {
        "/latest/api/token": Said("token"),
        role: Said("keys"),
        f"{role}keys": Said(json.dumps(KEYS | {"Expiration": later(7 * 3600)})),
    }
    assert run("list -q -r us-east-1") == Ran(0, "web\n")
    services.responses[f"{role}keys"] = Said(
        '{"Code": "AssumeRoleUnauthorizedAccess", "Message": "no"}'
    )
    ran = run("list -r us-east-1 --timeout 10")
    assert (ran.exit_code, ran.out, proxy.heard) == (4, "", [])
    assert "responded with 200: AssumeRoleUnauthorizedAccess: no\n" in ran.err


def test_another_metadata_service(run: Run, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that is neither its own nor localhost gets no request for credentials."""
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://192.0.2.1/")
    ran = run("list -r us-east-1 --timeout 10")
    assert (ran.exit_code, ran.out, proxy.heard) == (4, "", [])
    assert "endpoint http://192.0.2.1 is not https\n" in ran.err
