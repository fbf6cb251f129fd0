"""Each fault can be seen by a client, and strikes where and as often as it was ordered to."""

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from lskeys.sandbox import EFFECTS, Fault, Switches, parse_fault
from tests.sandbox.test_server import SIGNED, TARGET, request, status
from tests.support.aws_clients import Refusal, Start, exchange, refusal
from tests.support.cli_keys import public_line


@pytest.mark.parametrize(
    ("code", "http_status"),
    [
        ("ThrottlingException", 400),
        ("AccessDeniedException", 400),
        ("RegionSetupInProgressException", 400),
        ("ServiceException", 500),
        ("InternalFailure", 500),
        ("ServiceUnavailable", 503),
        ("SomethingNewException", 400),
    ],
)
def test_aws_errors(start: Start, code: str, http_status: int) -> None:
    """Any AWS error code can be ordered; nothing is done then."""
    running = start(f"fault=CreateKeyPair={code}")
    refused = refusal(running.client().create_key_pair, keyPairName="made")
    assert (refused.code, refused.status) == (code, http_status)
    assert running.names() == []


def test_access_denied_as_observed(start: Start) -> None:
    """The message has the user, the action and the resource, as AWS words it."""
    client = start("fault=GetKeyPairs=AccessDeniedException").client("eu-west-1")
    assert refusal(client.get_key_pairs).message == (
        "User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: "
        "lightsail:GetKeyPairs on resource: arn:aws:lightsail:eu-west-1:123456789012:*/*"
    )


@pytest.mark.parametrize(("fault", "made"), [("lost-answer", ["made"]), ("reset", [])])
def test_connection_that_is_cut(start: Start, fault: str, made: list[str]) -> None:
    """The key pair is created without a response, or nothing is created."""
    running = start(f"fault=CreateKeyPair={fault}")
    with pytest.raises(ConnectionClosedError):
        running.client().create_key_pair(keyPairName="made")
    assert running.names() == made


def test_hang(start: Start) -> None:
    """The client's own patience is what ends it."""
    running = start("fault=CreateKeyPair=hang")
    client = running.client(read_timeout=0.3)
    with pytest.raises(ReadTimeoutError):
        client.create_key_pair(keyPairName="made")
    assert running.names() == []


@pytest.mark.parametrize(
    ("fault", "http_status", "starts", "ends"),
    [
        ("html", 200, b"<!doctype html>", b"</p>\n"),
        ("http-503", 503, b"<!doctype html>", b"</p>\n"),
        ("empty", 200, b"", b""),
        ("bad-json", 200, b'{"regions"', b"]"),
    ],
)
def test_other_bodies(
    start: Start, fault: str, http_status: int, starts: bytes, ends: bytes
) -> None:
    """Bodies that are not the response come whole, with their status."""
    running = start(f"fault=GetRegions={fault}")
    response = exchange(running.server, request(running.server, SIGNED, TARGET))
    body = response.partition(b"\r\n\r\n")[2]
    assert status(response) == http_status
    assert (body.startswith(starts), body.endswith(ends)) == (True, True)
    assert body if starts else not body


def test_cut_off_body(start: Start) -> None:
    """The body is shorter than its Content-Length."""
    running = start("fault=GetRegions=half-body")
    response = exchange(running.server, request(running.server, SIGNED, TARGET))
    head, _, body = response.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    assert 0 < len(body) < length


def test_wrong_keys(start: Start) -> None:
    """Another key, whole in itself, is handed out once; or a private key without its public key."""
    client = start("fault=DownloadDefaultKeyPair=wrong-key*1").client()
    wrong, right = client.download_default_key_pair(), client.download_default_key_pair()
    assert public_line(wrong["privateKeyBase64"]) == wrong["publicKeyBase64"]
    assert wrong["publicKeyBase64"] != right["publicKeyBase64"]
    client = start("fault=CreateKeyPair=mismatched-halves").client()
    created = client.create_key_pair(keyPairName="made")
    assert public_line(created["privateKeyBase64"]) != created["publicKeyBase64"]


def test_so_many_times(start: Start) -> None:
    """A fault with a number strikes that often, in that region only, in the order it was given.

    One more can be ordered between two requests; all are remembered like others.
    """
    running = start(
        "fault=GetKeyPairs@eu-west-1=ThrottlingException*2", "fault=*=ServiceException*1"
    )
    client = running.client("eu-west-1")
    throttled = Refusal("ThrottlingException", "Rate exceeded", 400)
    assert [refusal(client.get_key_pairs), refusal(client.get_key_pairs)] == [throttled] * 2
    assert refusal(running.client().get_key_pairs).code == "ServiceException"
    assert client.get_key_pairs()["keyPairs"] == []
    running.server.add_fault("*=AccessDeniedException")
    assert refusal(client.get_key_pairs).code == "AccessDeniedException"
    assert [each.operation for each in running.server.requests] == ["GetKeyPairs"] * 5


def test_latency(start: Start) -> None:
    """A response later than the client's timeout comes too late."""
    running = start("latency=60")
    with pytest.raises(ReadTimeoutError):
        running.client(read_timeout=0.3).get_regions()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("GetKeyPairs", "is spelled"),
        ("GetKeyPairs=", "is spelled"),
        ("=reset", "is spelled"),
        ("GetKeyPair5=reset", "no operation"),
        ("GetKeyPairs@mars-1=reset", "no region"),
        ("GetKeyPairs=explode", "no fault"),
        ("GetKeyPairs=reset*0", "from 1"),
        ("GetKeyPairs=reset*often", "from 1"),
        ("GetKeyPairs=wrong-key", "returns no key"),
        ("*=mismatched-halves", "returns no key"),
    ],
)
def test_misspelled_faults(text: str, complaint: str) -> None:
    """Each part of a fault that is wrong is named."""
    with pytest.raises(ValueError, match=complaint):
        parse_fault(text)


@given(
    st.builds(
        Fault,
        st.sampled_from(["GetKeyPairs", "*", "CreateKeyPair"]),
        st.sampled_from([*sorted(set(EFFECTS) - {"wrong-key", "mismatched-halves"}), "Boom"]),
        st.sampled_from([None, "eu-west-1"]),
        st.none() | st.integers(min_value=1),
    )
)
def test_a_fault_is_its_text(fault: Fault) -> None:
    """Writing a fault and reading it gives the same fault."""
    assert parse_fault(str(fault)) == fault


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("page-size", "NAME=VALUE"),
        ("page-size=0", "from 1"),
        ("page-size=five", "whole number"),
        ("page-sise=5", "'page-sise'; is it page-size"),
        ("nope=1", "'nope'; there are page-size latency .* sshd"),
        ("latency=soon", "number of seconds"),
        ("latency=-1", "seconds from 0"),
        ("latency=nan", "seconds from 0"),
        ("latency=inf", "seconds from 0"),
        ("key-text=morse", "pem"),
        ("fingerprint-default=md4", "md5-spki"),
        ("fingerprint-imported-rsa=sha1-pkcs8", "no private key"),
        ("doubled-prefix=maybe", "true or false"),
        ("not-found-status=418", "400 or 404"),
    ],
)
def test_misspelled_switches(setting: str, complaint: str) -> None:
    """A switch that is wrong is refused with what is possible."""
    with pytest.raises(ValueError, match=complaint):
        Switches().changed([setting])
