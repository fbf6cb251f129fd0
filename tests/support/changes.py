"""The requests a server got, as tests compare them."""

from lskeys.sandbox import DEFAULT_PAIR, Request, Server
from tests.conftest import REGION


def operations(server: Server) -> list[str]:
    """The operations, in the order they arrived."""
    return [request.operation for request in server.requests]


def changes(server: Server) -> list[Request]:
    """The requests that change something, DownloadDefaultKeyPair among them: it may create."""
    return [each for each in server.requests if not each.operation.startswith("Get")]


def delete_of(name: str, expected: str | None = None, region: str = REGION) -> Request:
    """The request that deletes a pair."""
    body = {"keyPairName": name}
    return Request(
        "DeleteKeyPair", region, body | ({"expectedFingerprint": expected} if expected else {})
    )


def delete_of_default(expected: str, region: str = REGION) -> Request:
    """The request that deletes a default pair."""
    return delete_of(DEFAULT_PAIR, expected, region)


def download(region: str = REGION) -> Request:
    """The request that downloads a default key."""
    return Request("DownloadDefaultKeyPair", region, {})
