"""What others quote of a request does not become part of an error."""

import pytest

from lskeys.lightsail.redaction import redacted, sent_secrets

SECRET = "c4n4ry-canary-CANARY"  # noqa: S105  what must not be quoted
QUOTES = [
    f"Authorization: AWS4-HMAC-SHA256 Credential=AKIA/2/r/s/aws4_request, Signature={SECRET}",
    f'"authorization": "Bearer {SECRET}", "host": "h"',
    f"X-Amz-Security-Token: {SECRET}",
    f'{{"x-amz-security-token":"{SECRET}"}}',
    f"x-amz-sso_bearer_token={SECRET}",
    f"DPoP: {SECRET}",
    f"refreshToken={SECRET}&grant",
    f"TokenCode={SECRET}",
    f"us-east-1\naws_secret_access_key = {SECRET}",
    f"aws_session_token={SECRET}",
    f"cannot reach http://ana:{SECRET}@proxy.example:3128/",
    f"privateKeyBase64: {SECRET}",
    f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}",
    f"-----BEGIN OPENSSH PRIVATE KEY-----\\n{SECRET}\\n-----END OPENSSH PRIVATE KEY-----",
    "IQoJb3JpZ2luX2VjE" + "Aa0+/" * 40,
    "ssh-rsa " + "AAAAB3NzaC1yc2EAAAADAQAB" * 8,
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl",
]


@pytest.mark.parametrize("text", QUOTES)
def test_secrets_by_their_shape(text: str) -> None:
    """Headers, members, keys, tokens and passwords of URLs are hidden, wherever they stand."""
    shown = redacted(f"gateway said: {text} (end)")
    assert SECRET not in shown
    assert "(hidden)" in shown or "//proxy.example" in shown
    assert not any(word in shown for word in ("Aa0+/Aa0+/", "AAAAB3NzaC1", "c2lnbmF0dXJl"))


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ana@x.example",
        "User: ana is not authorized to perform: lightsail:GetKeyPairs on resource: *",
        "arn:aws:lightsail:us-east-1:123456789012:KeyPair/01234567-89ab-cdef-0123-456789abcdef",
        "error loading SSO Token: Token for ours does not exist",
        "The security token included in the request is invalid.",
        "fingerprint SHA256:K32LLBb+ghuRFk9OC3ThbrnPcMTIyzaftZ6Hd/kx41E",
        'could not connect to the endpoint URL: "https://lightsail.eu-west-1.amazonaws.com/"',
    ],
)
def test_what_helps_stays(text: str) -> None:
    """Names, ARNs, fingerprints and sentences are as they were."""
    assert redacted(text) == text


def test_known_secrets_by_their_value() -> None:
    """The credentials of the run are hidden in any surroundings."""
    assert redacted("<p>abcdefgh</p>", ["abcdefgh"]) == "<p>(hidden)</p>"
    long = "begins-as-one-does-and-goes-on"
    assert redacted(f"token {long[:25]}, cut", [long]) == "token (hidden), cut"
    assert redacted(f"token {long[:15]}, cut", [long]) == f"token {long[:15]}, cut"


def test_what_a_request_carries() -> None:
    """Tokens are found in headers, forms and JSON; what names no secret is left."""
    headers = [("x-amz-sso_bearer_token", b"one"), ("Host", "here")]
    assert sent_secrets(headers, b"Action=A&WebIdentityToken=two") == ("one", "two")
    assert sent_secrets([], '{"refreshToken": "three", "grantType": "g"}') == ("three",)
    assert sent_secrets([], b"{not json") == sent_secrets([], None) == ()
