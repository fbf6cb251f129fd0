"""Raw responses: each member where it belongs and of its type; what is invalid is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import botocore.session
import pytest
from botocore.model import OperationModel, ServiceModel

from lskeys.errors import RemoteError
from lskeys.lightsail import responses
from lskeys.lightsail.response_body import (
    MAX_RESPONSE,
    InvalidResponseError,
    page_token,
    parse_response_body,
)
from lskeys.model import AccountRegion, CreatedKey, HostKey, Instance, KeyPair, Region, Tag

MOMENT = datetime(2026, 11, 2, 12, 0, 0, 123000, tzinfo=UTC)
SECONDS = MOMENT.timestamp()
HERE = AccountRegion("eu-west-1")
PAIR: dict[str, Any] = {
    "name": "web",
    "arn": "arn:aws:lightsail:eu-west-1:123456789012:KeyPair/0",
    "supportCode": "123456789012/web",
    "createdAt": SECONDS,
    "location": {"availabilityZone": "all", "regionName": "us-east-1"},
    "resourceType": "KeyPair",
    "tags": [{"key": "a", "value": "b"}, {"key": "c"}],
    "fingerprint": "aa:bb",
}
INSTANCE: dict[str, Any] = {
    "name": "web-1",
    "arn": "arn:aws:lightsail:eu-west-1:123456789012:Instance/0",
    "createdAt": SECONDS,
    "sshKeyName": "web",
    "username": "ubuntu",
    "publicIpAddress": "203.0.113.1",
    "ipv6Addresses": ["2001:db8::1"],
    "blueprintId": "ubuntu_24_04",
    "state": {"name": "running"},
}
READERS: dict[str, tuple[Callable[[Any], object], dict[str, Any]]] = {
    "pair": (lambda raw: responses.key_pair(raw, HERE), PAIR),
    "instance": (lambda raw: responses.instance(raw, HERE), INSTANCE),
    "region": (
        lambda raw: responses.region(raw, HERE),
        {"name": "a", "displayName": "b", "description": "c", "continentCode": "d"},
    ),
    "default key": (
        responses.default_key,
        {"privateKeyBase64": "p", "publicKeyBase64": "q", "createdAt": SECONDS},
    ),
}


@pytest.fixture(scope="session")
def model() -> ServiceModel:
    """What botocore knows of AWS."""
    return botocore.session.Session().get_service_model("lightsail")


@pytest.fixture(scope="session")
def listing(model: ServiceModel) -> OperationModel:
    """An operation whose response has a list."""
    return model.operation_model("GetKeyPairs")


def arrived(body: bytes, *, status: int = 200, length: str | None = None) -> dict[str, Any]:
    """A raw response as botocore hands it to its handlers."""
    headers = {} if length is None else {"content-length": length}
    return {"status_code": status, "headers": headers, "body": body}


def reason(raw: dict[str, Any], operation: OperationModel) -> str:
    """Why a response is refused."""
    with pytest.raises(InvalidResponseError) as refused:
        parse_response_body(raw, operation, {})
    assert refused.value.code == "InvalidResponse"
    assert refused.value.hint == (
        "something between here and AWS may have changed it; try again, or with --debug"
    )
    return refused.value.message.removeprefix("invalid response: ")


# The guard


@pytest.mark.parametrize("length", [None, "16"])
def test_a_whole_response_passes(listing: OperationModel, length: str | None) -> None:
    """Its members are handed on as they came, and nothing is left for botocore to parse.

    Where its head does not say how long it is, it does now.
    """
    members: dict[str, Any] = {}
    raw = arrived(b'{"keyPairs": []}', length=length)
    parse_response_body(raw, listing, members)
    assert (raw, members) == (arrived(b"{}", length="16"), {"keyPairs": []})


def test_only_the_members_of_the_operation(listing: OperationModel) -> None:
    """What the operation does not know stays outside: botocore's own members cannot be forged."""
    members: dict[str, Any] = {}
    parse_response_body(arrived(b'{"nextPageToken": "a", "ResponseMetadata": 3}'), listing, members)
    assert members == {"nextPageToken": "a"}


@pytest.mark.parametrize("body", [b'{"keyPairs": null}', b"{}", '{"other": "é"}'.encode()])
def test_a_list_may_be_absent(listing: OperationModel, body: bytes) -> None:
    """Whether it must be there is the reader's to say."""
    parse_response_body(arrived(body), listing, {})


@pytest.mark.parametrize(
    ("body", "length", "expected"),
    [
        (b"{}", "1", "2 of 1 bytes arrived"),
        (b"{}", "", "2 of  bytes arrived"),
        (b'{"keyPairs": {}}', None, "its keyPairs is of the wrong type"),
        (b'{"keyPairs": ""}', None, "its keyPairs is of the wrong type"),
        (b'{"keyPairs": 0}', None, "its keyPairs is of the wrong type"),
    ],
)
def test_an_invalid_response_is_refused(
    listing: OperationModel, body: bytes, length: str | None, expected: str
) -> None:
    """Each for its reason, though the status says success."""
    assert reason(arrived(body, length=length), listing) == expected


def test_the_largest_response(listing: OperationModel) -> None:
    """32 MiB pass, one byte more does not, be it an error."""
    whole = b'{"keyPairs": []}'.ljust(MAX_RESPONSE)
    parse_response_body(arrived(whole), listing, {})
    for status in (200, 400):
        expected = reason(arrived(whole + b" ", status=status), listing)
        assert expected == "it is larger than 32 MiB"


def test_a_response_without_members(model: ServiceModel) -> None:
    """Where no list can be, none is looked for."""
    operation = model.operation_model("DeleteKeyPair")
    parse_response_body(arrived(b'{"operation": {}, "keyPairs": 3}'), operation, {})


@pytest.mark.parametrize("status", [200, 299])
def test_a_success_must_be_json(listing: OperationModel, status: int) -> None:
    """Up to the last status of success."""
    assert reason(arrived(b"<html>", status=status), listing) == "it is not JSON"


@pytest.mark.parametrize("status", [300, 301, 400, 500])
@pytest.mark.parametrize(
    ("body", "left"),
    [
        (b'{"__type": "A", "message": "b"}', b'{"__type": "A", "message": "b"}'),
        (b'{"message": "b"}', b'{"message": "b"}'),
        ('{"message": "é"}'.encode(), '{"message": "é"}'.encode()),
        (b"<html>", b"{}"),
        (b"[]", b"{}"),
        (b"", b"{}"),
        (b"\xff", b"{}"),
        (b"[" * 100_000, b"{}"),
        (b'{"__type": 3}', b"{}"),
        (b'{"__type": null}', b"{}"),
    ],
)
def test_an_error_stays_one(listing: OperationModel, status: int, body: bytes, left: bytes) -> None:
    """Whatever its body, which is emptied where botocore's parser would stumble over it."""
    raw = arrived(body, status=status, length="7")
    parse_response_body(raw, listing, {})
    assert raw == arrived(left, status=status, length="7")


# The nouns


def test_a_key_pair() -> None:
    """Every member is where it belongs, and its region is the one that was queried."""
    assert responses.key_pair(PAIR, HERE) == KeyPair(
        name="web",
        region="eu-west-1",
        arn="arn:aws:lightsail:eu-west-1:123456789012:KeyPair/0",
        support_code="123456789012/web",
        created_at=MOMENT,
        availability_zone="all",
        resource_type="KeyPair",
        tags=(Tag("a", "b"), Tag("c")),
        fingerprint="aa:bb",
    )


@pytest.mark.parametrize("nothing", [{}, {"location": None, "tags": None, "fingerprint": ""}])
def test_a_key_pair_of_a_name_alone(nothing: dict[str, Any]) -> None:
    """Everything else may be absent, null or empty, and an empty fingerprint counts as missing."""
    assert responses.key_pair({"name": "web"} | nothing, HERE) == KeyPair("web", "eu-west-1")


def test_an_instance() -> None:
    """Every member is where it belongs; the address of version 4 comes before those of 6."""
    assert responses.instance(INSTANCE, HERE) == Instance(
        name="web-1",
        region="eu-west-1",
        key_pair_name="web",
        username="ubuntu",
        public_ip="203.0.113.1",
        created_at=MOMENT,
        blueprint="ubuntu_24_04",
        arn="arn:aws:lightsail:eu-west-1:123456789012:Instance/0",
        state="running",
    )


@pytest.mark.parametrize(
    ("addresses", "shown"),
    [(["2001:db8::1", "2001:db8::2"], "2001:db8::1"), ([3, "2001:db8::2"], "2001:db8::2")],
)
def test_an_instance_without_ipv4(addresses: list[object], shown: str) -> None:
    """It is known by the first address of the other kind that is one."""
    raw = INSTANCE | {"publicIpAddress": None, "ipv6Addresses": addresses}
    assert responses.instance(raw, HERE).public_ip == shown


def test_an_instance_of_a_name_alone() -> None:
    """Everything else may be absent."""
    found = responses.instance({"name": "web-1"}, HERE)
    assert found == Instance("web-1", "eu-west-1")


def test_a_region() -> None:
    """Every member is where it belongs, and all but the name may be absent."""
    raw = {"name": "a", "displayName": "b", "description": "c", "continentCode": "d"}
    assert responses.region(raw, HERE) == Region("a", "b", "c", "d")
    assert responses.region({"name": "a"}, HERE) == Region("a", None, None, None)


def test_a_default_key() -> None:
    """Both texts as they came, in UTF-8; a lone surrogate has no bytes and is no error."""
    raw = {"privateKeyBase64": "é\ud800", "publicKeyBase64": "ssh-rsa", "createdAt": SECONDS}
    found = responses.default_key(raw)
    assert found.private_text.reveal() == b"\xc3\xa9?"
    assert (found.public_text, found.created_at) == ("ssh-rsa", MOMENT)
    assert responses.default_key({"privateKeyBase64": "p"}).public_text is None


def created_key(raw: dict[str, Any]) -> CreatedKey:
    """The key of a response to CreateKeyPair."""
    return responses.created_key("web", raw, HERE)


def test_a_created_key() -> None:
    """The pair and both texts."""
    raw = {"keyPair": PAIR, "privateKeyBase64": "é\ud800", "publicKeyBase64": "ssh-rsa"}
    found = created_key(raw)
    assert found.private_text.reveal() == b"\xc3\xa9?"
    assert found == CreatedKey(responses.key_pair(PAIR, HERE), found.private_text, "ssh-rsa")


def host_keys(details: object) -> tuple[HostKey, ...]:
    """The host keys in the access details of an instance."""
    return responses.host_keys("blog", {"accessDetails": details})


def test_host_keys() -> None:
    """Algorithm and key of each, in order; none where none are reported."""
    raw = {
        "instanceName": "blog",
        "privateKey": "canary",
        "hostKeys": [{"algorithm": "a", "publicKey": "b"}, {"algorithm": "c", "publicKey": "d"}],
    }
    assert host_keys(raw) == (HostKey("a", "b"), HostKey("c", "d"))
    assert host_keys({}) == host_keys({"hostKeys": None}) == ()


def test_temporary_access() -> None:
    """The key, which ends in one newline, its certificate and the host keys."""
    host_key = {"algorithm": "a", "publicKey": "b"}
    details = {"privateKey": "é\ud800\n\n", "certKey": " signed\n", "hostKeys": [host_key]}
    found = responses.temporary_access("blog", {"accessDetails": details})
    assert found.private_text.reveal() == b"\xc3\xa9?\n"
    assert (found.certificate, found.host_keys) == ("signed", (HostKey("a", "b"),))


def test_open_ports() -> None:
    """Those of TCP that are not closed, whole ranges of them."""
    states = [
        *(("tcp", "open", 22, 22), ("all", None, 0, 65535), ("udp", "open", 53, 53)),
        *(("tcp", "closed", 80, 80), (None, "open", 1, 1)),
    ]
    names = ("protocol", "state", "fromPort", "toPort")
    raw = {"portStates": [dict(zip(names, each, strict=True)) for each in states]}
    assert responses.open_ports(raw) == (range(22, 23), range(65536))


def test_the_profile_it_was_requested_with() -> None:
    """A key pair, an instance and a region know it; without one it is None."""
    for where, profile in ((HERE, None), (AccountRegion("eu-west-1", "work"), "work")):
        found = (
            responses.key_pair(PAIR, where),
            responses.instance(INSTANCE, where),
            responses.region({"name": "a"}, where),
        )
        assert [each.profile for each in found] == [profile] * 3


def test_an_operation_that_failed() -> None:
    """It is reported as failed, with or without a reason."""
    for details, reason in (
        ({"errorDetails": "it is\nheld"}, "it is held"),
        ({}, "no reason is given"),
    ):
        with pytest.raises(InvalidResponseError, match=f"^the operation failed: {reason}$"):
            responses.check_operations("web", {"operation": {"status": "Failed"} | details})


ABOUT: dict[str, Callable[[str], object]] = {
    "key pair": lambda name: responses.key_pair_named("web", {"keyPair": {"name": name}}, HERE),
    "created": lambda name: created_key(
        {"keyPair": PAIR, "privateKeyBase64": "p", "operation": {"resourceName": name}}
    ),
    "operation": lambda name: responses.check_operations(
        "web", {"operation": {"resourceName": name}}
    ),
    "operations": lambda name: responses.check_operations(
        "web", {"operations": [{}, {"resourceName": name}]}
    ),
    "host keys": lambda name: responses.host_keys("web", {"accessDetails": {"instanceName": name}}),
}


@pytest.mark.parametrize("kind", ABOUT)
def test_a_response_is_about_what_was_named(kind: str) -> None:
    """A response about another key pair or instance is refused, which a cache could repeat."""
    ABOUT[kind]("web")
    with pytest.raises(InvalidResponseError, match=r": it is about other, not web$"):
        ABOUT[kind]("other")


def test_the_longest_list_of_regions() -> None:
    """200 regions are a list of regions, and one more is not."""
    regions = [{"name": f"r-{number}"} for number in range(201)]
    assert len(responses.regions({"regions": regions[1:]}, HERE)) == 200
    with pytest.raises(InvalidResponseError, match="it lists 201 regions"):
        responses.regions({"regions": regions}, HERE)


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("wrong", [3, True, ["a"], {"a": "b"}])
def test_a_member_of_another_type(kind: str, wrong: object) -> None:
    """Each member, of each type it may not be, is refused by its name."""
    read, good = READERS[kind]
    for member, value in good.items():
        is_time = member == "createdAt" and wrong == 3
        if is_time or isinstance(wrong, type(value)):
            continue
        with pytest.raises(InvalidResponseError) as refused:
            read(good | {member: wrong})
        assert refused.value.message.endswith(f": its {member} is of the wrong type")


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda: responses.key_pair(["web"], HERE), "a key pair in it is not an object"),
        (lambda: responses.instance("web", HERE), "an instance in it is not an object"),
        (lambda: responses.region(None, HERE), "a region in it is not an object"),
        (lambda: responses.key_pair(PAIR | {"tags": [3]}, HERE), "a tag in it is not an object"),
        (lambda: host_keys({"hostKeys": ["x"]}), "a host key in it is not an object"),
        (
            lambda: responses.check_operations("web", {"operations": [3]}),
            "an operation in it is not an object",
        ),
        (lambda: responses.key_pair({}, HERE), "it has no name"),
        (lambda: responses.key_pair(PAIR | {"tags": [{"value": "x"}]}, HERE), "it has no key"),
        (
            lambda: responses.key_pair(PAIR | {"tags": [{"key": "a", "value": {}}]}, HERE),
            "its value is of the wrong type",
        ),
        (lambda: responses.instance({"name": None}, HERE), "it has no name"),
        (lambda: responses.default_key({}), "it has no privateKeyBase64"),
        (lambda: created_key({"privateKeyBase64": "p"}), "it has no keyPair"),
        (
            lambda: created_key({"keyPair": PAIR}),
            "it has no privateKeyBase64",
        ),
        (lambda: host_keys({"hostKeys": [{"publicKey": "x"}]}), "it has no algorithm"),
        (lambda: host_keys({"hostKeys": [{"algorithm": "x"}]}), "it has no publicKey"),
        (
            lambda: page_token({"nextPageToken": 3}),
            "its nextPageToken is of the wrong type",
        ),
    ],
)
def test_what_must_be_there(read: Callable[[], object], expected: str) -> None:
    """Its absence, or something else in its place, is reported by its name."""
    with pytest.raises(RemoteError) as refused:
        read()
    assert refused.value.message == f"invalid response: {expected}"


def test_a_moment_of_another_zone() -> None:
    """A time spelled as text is shown in UTC, too."""
    spelled = MOMENT.astimezone(timezone(timedelta(hours=-5))).isoformat()
    found = responses.key_pair(PAIR | {"createdAt": spelled}, HERE).created_at
    assert found is not None
    assert (found, found.tzinfo) == (MOMENT, UTC)


@pytest.mark.parametrize(
    "date",
    [
        *("yesterday", "", " ", "now", "1e999", "\x1b[31m", "0000-00-00", "2026-13-01"),
        *("2026-02-30T00:00:00Z", "9999-12-31T23:00:00-05:00", "0001-01-01T00:00:00+10:00"),
        *(1e300, -1e18, 10**30, -62_135_596_801, float("nan"), float("inf")),
    ],
)
def test_what_is_not_a_date(date: object) -> None:
    """Words, days that no calendar has and times outside of it are refused."""
    with pytest.raises(InvalidResponseError, match="its createdAt is not a date"):
        responses.key_pair(PAIR | {"createdAt": date}, HERE)


@pytest.mark.parametrize("raw", [{}, {"nextPageToken": None}, {"nextPageToken": ""}])
def test_the_last_page(raw: dict[str, Any]) -> None:
    """No token, null and an empty one all mean that nothing follows."""
    assert page_token(raw) is None
    assert page_token({"nextPageToken": "a"}) == "a"
