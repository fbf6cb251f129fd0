"""STS, SSO, its token service and AWS sign-in on localhost, for the profiles of a test's home.

One server stands for all of them: AWS_ENDPOINT_URL_* points each at it. It hands out credentials
that the sandbox and the lying server accept, unless a test sets another response.
"""

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

START_URL = "https://ours.awsapps.com/start"
ROLE = "arn:aws:iam::123456789012:role/keys"
SERIAL = "arn:aws:iam::123456789012:mfa/ana"
TOKEN = "canary-sso-token"  # noqa: S105  what must not be quoted
_STS = """<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>
<AssumedRoleUser><AssumedRoleId>A:b</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/k/b</Arn>
</AssumedRoleUser><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
<SessionToken>t</SessionToken><Expiration>{expiration}</Expiration></Credentials></{action}Result>
<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>"""
_IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ana</Arn><UserId>A</UserId>
<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""


@dataclass(frozen=True, slots=True)
class Request:
    """A request: its path, its headers in small letters, and the parameters of its body."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters for STS."""
        return dict(parse_qsl(self.body))

    @property
    def operation(self) -> str:
        """The operation that is requested."""
        if "/federation/credentials" in self.path:
            return "GetRoleCredentials"
        names = {"/v1/token": "CreateOAuth2Token", "/token": "CreateToken"}
        return names.get(self.path) or self.parameters.get("Action", self.path)

    @property
    def region(self) -> str:
        """The region it was signed for, if it was signed."""
        scope = self.headers.get("authorization", "").partition("Credential=")[2].split("/")
        return scope[2] if len(scope) > 2 else ""


@dataclass(frozen=True, slots=True)
class Said:
    """A response of any kind."""

    body: str
    status: int = 200
    error_type: str | None = None


class CredentialServices:
    """The server, as a test holds it.

    Attributes:
        requests: The requests so far.
        responses: By operation, the responses sent instead of credentials.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.responses: dict[str, Said] = {}
        services = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # http.server calls it by this name
                self._respond()

            def do_PUT(self) -> None:
                self._respond()

            def do_GET(self) -> None:
                self._respond()

            def _respond(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers.get("content-length", "0"))).decode()
                request = Request(self.path, headers, body)
                services.requests.append(request)
                said = services.responses.get(request.operation) or _credentials(request)
                self.send_response(said.status)
                self.send_header("Content-Length", str(len(said.body.encode())))
                if said.error_type:
                    self.send_header("x-amzn-errortype", said.error_type)
                self.end_headers()
                self.wfile.write(said.body.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def operations(self) -> list[str]:
        """The operations requested so far."""
        return [each.operation for each in self.requests]

    @contextlib.contextmanager
    def running(self) -> Iterator["CredentialServices"]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join()


def later(seconds: int = 3600) -> str:
    """A time from now, as AWS spells it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _credentials(request: Request) -> Said:
    match request.operation:
        case "AssumeRole" | "AssumeRoleWithWebIdentity" as action:
            return Said(_STS.format(action=action, expiration=later()))
        case "GetCallerIdentity":
            return Said(_IDENTITY)
        case "GetRoleCredentials":
            expiration = int((datetime.now(UTC) + timedelta(hours=1)).timestamp() * 1000)
            keys = {"accessKeyId": "ASIASSO", "secretAccessKey": "s", "sessionToken": "t"}
            return Said(json.dumps({"roleCredentials": keys | {"expiration": expiration}}))
        case "CreateOAuth2Token":
            keys = {"accessKeyId": "ASIANEW", "secretAccessKey": "s", "sessionToken": "t"}
            more = {"tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "next"}
            return Said(json.dumps({"accessToken": keys, **more}))
        case _:
            return Said("{}", 404)


def refused(code: str, message: str, status: int = 403) -> Said:
    """An error of STS."""
    return Said(
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId>"
        "</ErrorResponse>",
        status,
    )


def sso_refused(error_type: str, message: str, status: int) -> Said:
    """An error of SSO."""
    return Said(json.dumps({"message": message}), status, error_type)


PROFILES = f"""
[profile base]
aws_access_key_id = AKIABASE
aws_secret_access_key = canary-secret
[profile role]
role_arn = {ROLE}
source_profile = base
[profile chained]
role_arn = {ROLE}2
source_profile = role
[profile web]
role_arn = {ROLE}
web_identity_token_file = token
[profile mfa]
role_arn = {ROLE}
source_profile = base
mfa_serial = {SERIAL}
[profile sso]
sso_session = ours
sso_account_id = 123456789012
sso_role_name = keys
[profile old-sso]
sso_start_url = {START_URL}
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = keys
[profile role-of-sso]
role_arn = {ROLE}
source_profile = sso
[sso-session ours]
sso_start_url = {START_URL}
sso_region = us-east-1
"""
"""A profile for each way to credentials that uses one of these services."""


def write_profiles(home: Path, *, logged_in: bool = True) -> None:
    """Write AWS's configuration, and the token of a login at SSO."""
    aws = home / ".aws"
    aws.mkdir(exist_ok=True)
    (aws / "config").write_text(PROFILES)
    (home / "token").write_text("canary-web-identity")
    if logged_in:
        cache = aws / "sso" / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        token = {"accessToken": TOKEN, "expiresAt": later(), "region": "us-east-1"}
        for name in ("ours", START_URL):
            digest = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
            (cache / f"{digest}.json").write_text(json.dumps(token | {"startUrl": START_URL}))


def point_at(url: str, setenv: Callable[[str, str], None]) -> None:
    """Have requests to every service of credentials sent to this URL."""
    for service in ("STS", "SSO", "SSO_OIDC", "SIGNIN"):
        setenv(f"AWS_ENDPOINT_URL_{service}", url)


@pytest.fixture
def services(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CredentialServices]:
    """The services, running, and a home with a profile for each; no credentials but theirs."""
    write_profiles(home)
    with CredentialServices().running() as running:
        point_at(running.url, monkeypatch.setenv)
        yield running
