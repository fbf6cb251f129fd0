"""Sends the requests of one region: reads with retries, changes once, both with a deadline.

Touches: the network.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeVar

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from lskeys.concurrency import Limit, limited
from lskeys.errors import LskeysError
from lskeys.lightsail import error_table, response_body
from lskeys.lightsail.error_table import Request
from lskeys.lightsail.sent_requests import SendState, watched
from lskeys.lightsail.session import Waiting, no_progress
from lskeys.model import AccountRegion
from lskeys.values import replace, value

T = TypeVar("T")

MAX_PAGES = 10_000
MAX_LIST = 128 * 1024 * 1024
"""Bytes of all pages of a list; twenty thousand key pairs take a tenth of that."""


@value
class Call:
    """A botocore method with its parameters, and what failed if it fails: "cannot delete web"."""

    operation: str
    parameters: Mapping[str, Any]
    doing: str


@value
class Requests:
    """The requests of one region, parsed, with errors as `lskeys.errors` has them.

    Attributes:
        client: Gives the botocore client, for a change (True) or a read (False).
        timeout: Seconds for one request, with its retries, or for one list, with its pages.
        trace: Called with one line about each request.
        right_region: Gives the region that was probably meant, if this one is not known.
        secrets: Gives the credentials that no error may quote.
        check_account: Called before each change; raises what keeps it from being sent.
        profile: Whose account it is, where several are queried: what is found says so.
        waiting: Is entered while a response is waited for.
    """

    region: str
    client: Callable[[bool], BaseClient]
    timeout: float
    trace: Callable[[str], None]
    right_region: Callable[[], str | None] = lambda: None
    secrets: Callable[[], Iterable[str]] = tuple
    check_account: Callable[[], None] = lambda: None
    profile: str = ""
    waiting: Waiting = no_progress

    @property
    def where(self) -> AccountRegion:
        """The region, and the profile if several are queried."""
        return AccountRegion(self.region, self.profile)

    @property
    def endpoint(self) -> str:
        """The URL of the service."""
        url: str = self.client(False).meta.endpoint_url  # noqa: FBT003  the client for reads
        return url

    def read(self, call: Call, parse: Callable[[Mapping[str, Any]], T]) -> T:
        """Send a request that may be repeated, and parse its response.

        Raises:
            MissingError, SetupError, RefusedError, RemoteError: As the error table has it.
        """
        request = Request(call.doing, self.region)
        return self._within(request, lambda: parse(self._send(call, request)))

    def change(self, call: Call, parse: Callable[[Mapping[str, Any]], T]) -> T:
        """Send a change once, and parse its response.

        Raises:
            LostAnswerError: It was sent, and it is not known whether it happened.
            MissingError, SetupError, RefusedError, RemoteError: It did not happen.
        """
        self.check_account()
        request = Request(call.doing, self.region, SendState())
        return self._within(request, lambda: parse(self._send(call, request)))

    def all_pages(
        self, call: Call, member: str, noun: Callable[[object, AccountRegion], T]
    ) -> tuple[T, ...]:
        """Every item of a list."""
        request = Request(call.doing, self.region)
        pages = self._pages(call, request, member, noun)
        return self._within(request, lambda: tuple(chain.from_iterable(pages)))

    def pages(
        self, call: Call, member: str, noun: Callable[[object, AccountRegion], T]
    ) -> Iterator[tuple[T, ...]]:
        """The same, page by page; an error after some pages means that the list is incomplete.

        Waiting for pages counts against the timeout, not what is done between them.
        """
        request = Request(call.doing, self.region)
        pages = self._pages(call, request, member, noun)
        self.client(False)  # noqa: FBT003  credentials have a deadline and errors of their own
        left = self.timeout
        while True:
            since = time.monotonic()
            page = self._limited(request, lambda: next(pages, None), left)
            left = max(0.0, left - (time.monotonic() - since))
            if page is None:
                return
            yield page

    def _pages(
        self, call: Call, request: Request, member: str, noun: Callable[[object, AccountRegion], T]
    ) -> Iterator[tuple[T, ...]]:
        seen: set[str] = set()
        size, where = 0, self.where
        for _ in range(MAX_PAGES):
            raw = self._send(call, request)
            size += response_body.size(raw)
            if size > MAX_LIST:
                raise response_body.invalid_response(
                    f"its pages are larger than {MAX_LIST // 2**20} MiB"
                )
            items = response_body.required(raw, member, list)
            yield tuple([noun(each, where) for each in items])
            token = response_body.page_token(raw)
            if token is None:
                return
            if token in seen:
                break
            seen.add(token)
            call = replace(call, parameters={**call.parameters, "pageToken": token})
        raise error_table.endless_pages(request)

    def _within(self, request: Request, call: Callable[[], T]) -> T:
        self.client(request.is_change)  # credentials have a deadline and errors of their own
        return self._limited(request, call, self.timeout)

    def _limited(self, request: Request, call: Callable[[], T], seconds: float) -> T:
        limit = Limit(
            seconds,
            late=lambda: error_table.timed_out(request, self.timeout),
            large=lambda: error_table.from_invalid_response(
                response_body.invalid_response("it is larger than memory allows"), request
            ),
        )
        try:
            with self.waiting("AWS", str(self.where)):
                return limited(call, limit)
        except response_body.InvalidResponseError as error:
            raise error_table.from_invalid_response(error, request) from None

    def _send(self, call: Call, request: Request) -> Mapping[str, Any]:
        client = self.client(request.is_change)
        started = time.monotonic()
        outcome = "failed"
        try:
            with watched(request.sending):
                raw: Mapping[str, Any] = getattr(client, call.operation)(**call.parameters)
            metadata = raw.get("ResponseMetadata") or {}
            retries = metadata.get("RetryAttempts", 0)
            outcome = f"request {metadata.get('RequestId', '-')}, {retries} retries"
        except (ClientError, BotoCoreError) as error:
            failed = error_table.from_botocore(error, request, tuple(self.secrets()))
            outcome = failed.code
            raise self._with_right_region(failed) from None
        except (AttributeError, TypeError, ValueError, RuntimeError, OverflowError) as error:
            # botocore's parser, which still parses errors, met a member of an unknown type.
            raise response_body.invalid_response(
                f"a member is of the wrong type ({type(error).__name__})"
            ) from None
        finally:
            milliseconds = (time.monotonic() - started) * 1000
            self.trace(f"{call.operation} in {self.region}: {outcome}, {milliseconds:.0f} ms")
        return raw

    def _with_right_region(self, failed: LskeysError) -> LskeysError:
        """A misspelled region fails like a lost network or a wrong signature: name it first."""
        right = self.right_region()
        if right is None:
            return failed
        otherwise = f" if not: {failed.hint}" if failed.hint else ""
        return failed.with_(hint=f"did you mean {right}?{otherwise}")
