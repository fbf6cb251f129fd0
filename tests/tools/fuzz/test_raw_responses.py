"""Raw responses: whatever comes over the wire is values of the promised types, or one error."""

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.compat import HTTPHeaders
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from lskeys.errors import LskeysError
from lskeys.lightsail.client import Lightsail
from lskeys.lightsail.requests import Requests
from lskeys.lightsail.response_body import parse_response_body
from lskeys.model import CreatedKey, DefaultKey, HostKey, Instance, KeyPair, Region, Secret, Tag
from tests.support.lying_server import pair
from tests.support.operation_cases import OPERATIONS
from tests.tools.fuzz.budget import fuzz
from tests.tools.fuzz.edits import Edit, edited, edits

REGION = "us-east-1"


class _Body(io.BytesIO):
    """What urllib3 would hand over."""

    def stream(self) -> Iterator[bytes]:
        """The body in one piece."""
        yield self.read()


@dataclass(slots=True)
class Wire:
    """The end of the wire: responses in turn, the last one for ever; nothing is sent anywhere."""

    responses: Sequence[tuple[int, bytes, dict[str, str]]] = ()
    requests: int = 0

    def response(self, request: Any, **_: object) -> AWSResponse:  # noqa: ANN401  botocore's own
        """The next response, in place of sending anything (botocore's `before-send` event)."""
        status, body, headers = self.responses[min(self.requests, len(self.responses) - 1)]
        self.requests += 1
        return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers), _Body(body))


@pytest.fixture(scope="module")
def wire() -> Wire:
    """What the client is connected to."""
    return Wire()


@pytest.fixture(scope="module")
def lightsail(wire: Wire) -> Lightsail:
    """The gateway over botocore's own parser and our guard, with the wire for a network."""
    client: Any = botocore.session.Session().create_client(
        "lightsail",
        region_name=REGION,
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="none",
        aws_secret_access_key="none",
        config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
    )
    client.meta.events.register("before-parse.lightsail", parse_response_body)
    client.meta.events.register("before-send.lightsail", wire.response)
    made: BaseClient = client
    return Lightsail(Requests(REGION, lambda _: made, timeout=120, trace=lambda _: None))


# What comes

_MEMBERS = (
    *("keyPairs", "keyPair", "nextPageToken", "name", "arn", "supportCode", "createdAt"),
    *("location", "availabilityZone", "regionName", "resourceType", "tags", "key", "value"),
    *("fingerprint", "publicKeyBase64", "privateKeyBase64", "operation", "operations", "regions"),
    *("displayName", "description", "continentCode", "instances", "sshKeyName", "username"),
    *("publicIpAddress", "ipv6Addresses", "blueprintId", "accessDetails", "hostKeys", "algorithm"),
    *("publicKey", "__type", "code", "message", "tip", "docs", "id", "status", "isTerminal"),
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(st.characters(exclude_categories=()), max_size=12),
    st.sampled_from(["", "web", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "0", "NaN"]),
)
JSON_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(_MEMBERS), inner, max_size=6),
    ),
    max_leaves=12,
)


@st.composite
def changed(draw: st.DrawFn, value: object) -> object:
    """A JSON value in which something, somewhere, is another one or missing."""
    if draw(st.integers(0, 5)) == 0 or not value or not isinstance(value, dict | list):
        return draw(JSON_VALUES)
    if isinstance(value, list):
        return [draw(changed(each)) for each in value] + draw(st.lists(JSON_VALUES, max_size=1))
    victim = draw(st.sampled_from(sorted(value)))
    kept = {key: each for key, each in value.items() if key != victim}
    return kept if draw(st.booleans()) else kept | {victim: draw(changed(value[victim]))}


@st.composite
def responses(draw: st.DrawFn, good: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
    """A response: a good one, or one with other members, other bytes, status or length."""
    raw = draw(st.one_of(st.just(good), changed(good), JSON_VALUES))
    changes: list[Edit] = draw(st.just([]) | edits)
    body = edited(json.dumps(raw).encode(), changes)
    status = draw(st.sampled_from([200, 200, 200, 204, 302, 400, 404, 429, 500, 503]))
    length = draw(st.sampled_from([str(len(body)), str(len(body)), "0", "x", None]))
    return status, body, {} if length is None else {"content-length": length}


# Checks of the result


def check_moment(moment: Any) -> None:  # noqa: ANN401  whatever the member holds
    """A moment is aware and in UTC, or None."""
    assert moment is None or moment.utcoffset() == timedelta()


def check_text(*texts: object) -> None:
    """Texts are strings or None."""
    assert all(text is None or isinstance(text, str) for text in texts)


def check_name(*texts: object) -> None:
    """A text that must be there is there."""
    assert all(isinstance(text, str) for text in texts)


def check(noun: object) -> None:
    """Every member of a noun has its type, and what must be there is there."""
    match noun:
        case KeyPair():
            check_name(noun.name)
            assert (noun.region, noun.fingerprint == "") == (REGION, False)
            check_text(noun.arn, noun.support_code, noun.availability_zone, noun.fingerprint)
            check_moment(noun.created_at)
            assert {type(tag) for tag in noun.tags} <= {Tag}
            check_name(*(tag.key for tag in noun.tags))
            check_text(*(tag.value for tag in noun.tags), noun.account)
        case Instance():
            check_name(noun.name)
            check_text(noun.key_pair_name, noun.username, noun.public_ip, noun.blueprint)
            check_moment(noun.created_at)
        case Region():
            check_name(noun.name)
            check_text(noun.display_name, noun.description, noun.continent_code)
        case DefaultKey():
            assert isinstance(noun.private_text, Secret)
            check_text(noun.public_text)
            check_moment(noun.created_at)
        case CreatedKey():
            assert isinstance(noun.private_text, Secret)
            check(noun.pair)
        case HostKey():
            check_name(noun.algorithm, noun.public_key)
        case _:
            raise AssertionError(type(noun))


def check_line(error: LskeysError) -> None:
    """An error is one line, and so is its hint."""
    assert error.message.isprintable()
    assert (error.hint or "-").isprintable()


@contextmanager
def only_our_errors() -> Iterator[None]:
    """Anything else than an error of this program, in one line, is a crash."""
    try:
        yield
    except LskeysError as error:
        check_line(error)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_responses_that_are_changed_here_are_good_ones(
    wire: Wire, lightsail: Lightsail, operation: str
) -> None:
    """Unchanged, each gives its value: otherwise these tests would test nothing."""
    case = OPERATIONS[operation]
    wire.responses, wire.requests = [(200, json.dumps(case.response).encode(), {})], 0
    found = case.call(lightsail)
    every = found if isinstance(found, tuple) else (found,)
    assert [type(each) for each in every] == [case.value or type(None)]


@given(data=st.data(), operation=st.sampled_from(sorted(OPERATIONS)))
@fuzz
def test_any_response(
    wire: Wire, lightsail: Lightsail, data: st.DataObject, operation: str
) -> None:
    """Whatever comes: values of the promised types, or one of our errors."""
    case = OPERATIONS[operation]
    wire.responses, wire.requests = [data.draw(responses(case.response))], 0
    with only_our_errors():
        found = case.call(lightsail)
        for each in found if isinstance(found, tuple) else (found,):
            if each is not None:
                check(each)


_TOKENS = st.lists(st.sampled_from(["a", "b", "c", "d", "", "\ud800", "a" * 5000]), max_size=8)


@given(tokens=_TOKENS, last=st.sampled_from([None, "", "a", "z"]))
@fuzz
def test_any_page_tokens(
    wire: Wire, lightsail: Lightsail, tokens: list[str], last: str | None
) -> None:
    """Every page once and all its pairs, or an error: never a part of the list, never for ever."""
    chain = [*tokens, last]
    pages = [
        {"keyPairs": [pair(f"web-{number}")]} | ({} if token is None else {"nextPageToken": token})
        for number, token in enumerate(chain)
    ]
    wire.responses = [(200, json.dumps(page).encode(), {}) for page in pages]
    wire.requests = 0
    end = next((at for at, token in enumerate(chain) if not token), None)
    known = chain[: len(chain) if end is None else end]
    is_circle = end is None or len(set(known)) < len(known)
    found: tuple[KeyPair, ...] | None
    code = ""
    try:
        found = lightsail.key_pairs(include_default=True)
    except LskeysError as error:
        found, code = None, error.code
    if is_circle:
        assert (found, code) == (None, "EndlessPages")
        assert wire.requests <= len(set(known)) + 1
        return
    assert found is not None
    assert [each.name for each in found] == [f"web-{number}" for number in range(len(known) + 1)]
