"""`aws login` profiles: refreshed with a signed proof (RFC 9449), without awscrt."""

import base64
import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lskeys.keys.elliptic import EllipticCurve
from lskeys.lightsail import sign_in
from tests.conftest import Ran, Run
from tests.support.credential_services import CredentialServices, Said, later
from tests.support.lying_server import Liar

SESSION = "arn:aws:sts::123456789012:assumed-role/ana"
PROFILE = f"[profile work]\nlogin_session = {SESSION}\n"


def log_in(
    home: Path, *, seconds: int = -60, key: ec.EllipticCurvePrivateKey | None = None
) -> Path:
    """The file that `aws login` leaves, with credentials that expire in so many seconds."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    keys = {"accessKeyId": "ASIAOLD", "secretAccessKey": "s", "sessionToken": "t"}
    token = {
        "accessToken": keys | {"accountId": "123456789012", "expiresAt": later(seconds)},
        "refreshToken": "canary-refresh",
        "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": pem.decode(),
    }
    (home / ".aws").mkdir(exist_ok=True)
    (home / ".aws" / "config").write_text(PROFILE)
    cache = home / ".aws" / "login" / "cache"
    cache.mkdir(parents=True)
    path = cache / f"{hashlib.sha256(SESSION.encode()).hexdigest()}.json"
    path.write_text(json.dumps(token))
    return path


def decoded(part: str) -> bytes:
    """Base64url without padding."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verified(proof: str) -> tuple[dict[str, object], dict[str, object]]:
    """The head and the claims of a proof, whose signature is good by the key in its head."""
    head, claims, signature = proof.split(".")
    raw = json.loads(decoded(head))
    x, y = (int.from_bytes(decoded(raw["jwk"][each]), "big") for each in "xy")
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    pair = decoded(signature)
    assert len(pair) == 64
    integers = (int.from_bytes(pair[:32], "big"), int.from_bytes(pair[32:], "big"))
    public.verify(encode_dss_signature(*integers), f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    return raw, json.loads(decoded(claims))


@pytest.fixture(autouse=True)
def _cache(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LOGIN_CACHE_DIRECTORY", str(home / ".aws" / "login" / "cache"))


def test_credentials_are_refreshed(
    services: CredentialServices, lightsail: Liar, run: Run, home: Path
) -> None:
    """Expired ones are exchanged for new ones with a proof of this key, and the file is renewed."""
    key = ec.generate_private_key(ec.SECP256R1())
    path = log_in(home, key=key)
    assert run("list -q -p work -r us-east-1") == Ran(0, "web\n")
    assert services.operations == ["CreateOAuth2Token"]
    head, claims = verified(services.requests[0].headers["dpop"])
    numbers = key.public_key().public_numbers()
    jwk = head.pop("jwk")
    assert isinstance(jwk, dict)
    assert head == {"typ": "dpop+jwt", "alg": "ES256"}
    assert decoded(jwk["x"]) == numbers.x.to_bytes(32, "big")
    assert (claims["htm"], claims["htu"]) == ("POST", f"{services.url}/v1/token")
    assert "Credential=ASIANEW/" in lightsail.heads[0]["authorization"]
    token = json.loads(path.read_text())
    assert (token["refreshToken"], token["accessToken"]["accessKeyId"]) == ("next", "ASIANEW")


def test_a_login_that_is_good_is_used(
    services: CredentialServices, lightsail: Liar, run: Run, home: Path
) -> None:
    """Credentials that have time left are not exchanged."""
    log_in(home, seconds=3600)
    assert run("list -q -p work -r us-east-1") == Ran(0, "web\n")
    assert (services.requests, len(lightsail.calls)) == ([], 1)


REFUSALS = {
    "expired": (
        Said('{"error": "TOKEN_EXPIRED", "message": "m"}', 400, "AccessDeniedException"),
        "aws login --profile work",
    ),
    "page": (Said("<html>"), ""),
    "down": (Said("{}", 500), ""),
}


@pytest.mark.parametrize("kind", REFUSALS)
@pytest.mark.usefixtures("lightsail")
def test_a_refresh_that_fails(
    kind: str, services: CredentialServices, run: Run, home: Path
) -> None:
    """What the sign-in service says is reported, with the login of this profile, and no token."""
    services.responses["CreateOAuth2Token"], hint = REFUSALS[kind]
    log_in(home)
    ran = run("list -p work -r us-east-1 --debug --timeout 20")
    assert (ran.exit_code in {4, 8}, ran.out, "canary" in ran.err) == (True, "", False), ran.err
    assert "cannot get credentials of profile work (aws login): " in ran.err
    assert hint in ran.err


@pytest.mark.usefixtures("services", "lightsail")
def test_a_key_that_is_none(run: Run, home: Path) -> None:
    """A broken file needs a new login."""
    path = log_in(home)
    token = json.loads(path.read_text()) | {"dpopKey": "canary"}
    path.write_text(json.dumps(token))
    ran = run("list -p work -r us-east-1")
    assert (ran.exit_code, "canary" in ran.err) == (4, False)
    assert "aws login --profile work" in ran.err


@pytest.mark.parametrize(
    ("profile", "before", "is_filled"),
    [
        ("work", {"EC": None}, True),
        ("role", {"EC": None}, True),
        ("other", {"EC": None}, False),
        ("unknown", {"EC": None}, False),
        ("work", {"EC": "awscrt"}, False),
        ("work", {}, False),
    ],
)
def test_the_place_is_filled_only_where_it_is_empty(
    profile: str, before: dict[str, object], *, is_filled: bool
) -> None:
    """Only for profiles of a login, not over awscrt, and not in a botocore that has changed."""
    profiles = {"work": {"login_session": SESSION}, "role": {"source_profile": "work"}, "other": {}}
    module = SimpleNamespace(**before)
    sign_in.enable(profiles, profile, EllipticCurve, module)
    assert isinstance(vars(module).get("EC"), EllipticCurve) is is_filled
    assert is_filled or vars(module) == before
