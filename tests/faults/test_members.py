"""Every member of every response, of every type but its own: an error, or left out."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lskeys.errors import LskeysError
from lskeys.lightsail import AccountSession, ConnectionSettings, Lightsail, SessionHooks
from lskeys.storage.cache import CacheDirectory
from tests.conftest import REGION, Run
from tests.support.lying_server import Call, Liar, Reply, pair, pairs, said
from tests.support.operation_cases import OPERATIONS

ODD: tuple[object, ...] = (
    None,
    0,
    -1,
    1e300,
    True,
    "",
    "\x00",
    "\ud800",
    [],
    [None],
    [[]],
    {},
    {"": None},
    ["a" * 10_000],
)
"""What a member may be instead of what it should be."""


def spoiled(raw: object) -> Iterator[object]:
    """The response with one thing in it changed, for each thing and each change."""
    yield from ODD
    if isinstance(raw, dict):
        for name, value in raw.items():
            yield from ({**raw, name: each} for each in spoiled(value))
            yield {other: each for other, each in raw.items() if other != name}
    elif isinstance(raw, list) and raw:
        yield from ([each, *raw[1:]] for each in spoiled(raw[0]))


@pytest.fixture
def region(liar: Liar, cache: Path) -> Lightsail:
    """One region, queried through the one door to boto3."""
    connection = ConnectionSettings(
        endpoint_url=liar.endpoint, timeout=30, cache=CacheDirectory(cache)
    )
    return AccountSession(connection, SessionHooks()).lightsail(REGION)


def refusal(call: Callable[[Lightsail], object], region: Lightsail) -> LskeysError | None:
    """The error a request ended with; errors that are not the program's are raised."""
    try:
        call(region)
    except LskeysError as error:
        return error
    return None


@pytest.mark.parametrize("operation", OPERATIONS)
def test_any_member_of_any_type(operation: str, liar: Liar, region: Lightsail) -> None:
    """Any single invalid member ends the request with an error, not with a bug."""
    whole, call = OPERATIONS[operation].response, OPERATIONS[operation].call
    every = list(spoiled(whole))
    liar.responses(operation, said(whole), *map(said, every))
    assert refusal(call, region) is None
    refusals = [each for _ in every if (each := refusal(call, region))]
    assert len(refusals) >= len(ODD) - 2  # an object without members may be a response
    assert {each.exit_code for each in refusals} == {8}
    assert all(each.message.isprintable() for each in refusals)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_any_depth(operation: str, liar: Liar, region: Lightsail) -> None:
    """Nesting of any depth, anywhere, does no harm."""
    whole, call = OPERATIONS[operation].response, OPERATIONS[operation].call
    text = json.dumps(whole)
    for depth in (200, 5_000, 100_000):
        for open_, close in ("[]", ('{"a":', "}")):
            deep = open_ * depth + "1" + close * depth
            bodies = [f'{text[:-1]}, "{name}": {deep}}}'.encode() for name in whole]
            for body in bodies:
                liar.responses(operation, Reply(body))
                refusal(call, region)


# How much, and how many


def test_twenty_thousand(liar: Liar, run: Run) -> None:
    """A list of twenty thousand pairs is complete, in its order."""
    names = [f"key-{number:05}" for number in range(20_000)]
    pages = [names[start : start + 1_000] for start in range(0, len(names), 1_000)]

    def page(call: Call) -> Reply:
        last = call.number == len(pages) - 1
        token = None if last else f"page {call.number + 1}"
        return pairs(*(pair(name) for name in pages[call.number]), token=token)

    liar.responses("GetKeyPairs", page)
    ran = run("list -q")
    assert (ran.exit_code, ran.out.split(), len(liar.calls)) == (0, names, len(pages))


@pytest.mark.parametrize("chunked", [False, True], ids=["whole", "in chunks"])
def test_pages_that_are_too_large_together(liar: Liar, run: Run, *, chunked: bool) -> None:
    """Pages that are each of a size that can be are too many when memory would be at stake."""

    def page(call: Call) -> Reply:
        raw = {"keyPairs": [pair()], "nextPageToken": f"page {call.number}"}
        body = json.dumps(raw).encode() + b" " * 30_000_000
        if not chunked:
            return Reply(body)
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        return Reply(wire=b"%s%x\r\n%s\r\n0\r\n\r\n" % (head, len(body), body))

    liar.responses("GetKeyPairs", page)
    ran = run("list --sort name")
    assert (ran.exit_code, ran.out, len(liar.calls)) == (8, "", 5)
    assert "its pages are larger than 128 MiB" in ran.err
