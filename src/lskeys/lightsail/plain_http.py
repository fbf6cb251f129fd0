r"""Plain HTTP: only to localhost and metadata services, and never through a proxy.

Whom a URL reaches is decided by the parser of urllib3, which also connects. Another parser may
read another host out of the same text (`http://elsewhere\@127.0.0.1/`).
"""

import ipaddress
from collections.abc import Collection
from functools import cache, cached_property

from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from lskeys.lightsail.redaction import sent_secrets, without_user
from lskeys.text import visible_name

METADATA = frozenset({"169.254.169.254", "fd00:ec2::254"})
"""The instance metadata service (EC2 user guide, "Access instance metadata")."""

CONTAINER = frozenset({"169.254.170.2", "169.254.170.23", "fd00:ec2::23"})
"""The credential endpoints of ECS and EKS, as botocore allows them."""


class PlainHttpError(BotoCoreError):
    """A URL without TLS whose host is not allowed to be sent credentials or keys."""

    fmt = "endpoint {url} is not https"

    def __init__(self, parts: Url) -> None:
        # The host as it would be connected to, without a password or a token in the path.
        super().__init__(url=Url(parts.scheme, None, parts.host, parts.port).url)


class UnusableUrlError(BotoCoreError):
    """A URL that nothing can connect to."""

    fmt = "endpoint {url} is not a URL"

    def __init__(self, url: str) -> None:
        super().__init__(url=visible_name(without_user(url)))


def check(url: str, also: Collection[str] = ()) -> None:
    """Refuse a URL without TLS, unless its host is localhost or one of `also`.

    Raises:
        PlainHttpError: Its host is another one, or its scheme is neither http nor https.
        UnusableUrlError: It cannot be parsed, or has no host.
    """
    try:
        parts = parse_url(url)
    except LocationParseError:
        raise UnusableUrlError(url) from None
    if not parts.host or parts.port == 0:
        raise UnusableUrlError(url)
    host = parts.host.strip("[]").lower()
    if parts.scheme != "https" and not (
        parts.scheme == "http" and (_is_localhost(host) or host in also)
    ):
        raise PlainHttpError(parts)


def _is_localhost(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class DirectSession:
    """An HTTP session without proxies that checks each URL before it connects.

    botocore's is made for the first request: most credentials need none, and TLS takes memory.

    Args:
        timeout: Seconds for one connection attempt and for one read.
        also: Hosts besides localhost that may be contacted without TLS.
    """

    last: AWSResponse | None = None

    def __init__(self, timeout: float, also: Collection[str] = ()) -> None:
        self._timeout = timeout
        self._also = also

    @cached_property
    def _session(self) -> URLLib3Session:
        return URLLib3Session(timeout=self._timeout, proxies={})  # type: ignore[arg-type]  # seconds may be parts

    def send(self, request: AWSRequest | AWSPreparedRequest) -> AWSResponse:
        """Send a request, if its URL may be used.

        Raises:
            PlainHttpError, UnusableUrlError: It may not.
        """
        check(request.url or "", self._also)
        self.last = None
        self.last = self._session.send(request)
        return self.last


class PlainHttpGuard:
    """Stands before every request of a session (the event `before-send`).

    It refuses what `check` refuses, and sends plain HTTP itself where a proxy would read it.
    """

    last: AWSPreparedRequest | None = None

    def __init__(self, timeout: float) -> None:
        self._direct = DirectSession(timeout)
        self._proxies = cache(get_environ_proxies)

    @property
    def host(self) -> str | None:
        """The host of the last request."""
        return parse_url(self.last.url).host if self.last else None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The tokens that the last request carried."""
        return sent_secrets(self.last.headers.items(), self.last.body) if self.last else ()

    def before_send(self, request: AWSPreparedRequest) -> AWSResponse | None:
        """Check the URL; the response where the request was sent from here."""
        check(request.url)
        self.last = request
        if request.url.startswith("https:") or not self._proxies(request.url):
            return None
        return self._direct.send(request)
