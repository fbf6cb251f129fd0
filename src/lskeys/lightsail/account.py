"""An AWS account as a profile opens it: credentials once, one pair of clients per region.

Touches: AWS's configuration, through botocore; the network.
"""

import hashlib
import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any

from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.session import Session

from lskeys.concurrency import limited
from lskeys.errors import LskeysError, RefusedError, SetupError
from lskeys.lightsail import credential_errors, plain_http
from lskeys.lightsail import session as sessions
from lskeys.lightsail.client import Lightsail
from lskeys.lightsail.credential_errors import FAILURES
from lskeys.lightsail.credentials import AccountCredentials
from lskeys.lightsail.error_table import URL_HINT
from lskeys.lightsail.redaction import without_user
from lskeys.lightsail.requests import Requests
from lskeys.lightsail.response_body import parse_response_body
from lskeys.lightsail.seen_names import WATCHED, seen_names
from lskeys.lightsail.session import ConnectionSettings, SessionHooks
from lskeys.text import nearest, one_line, visible_name

_READ_ATTEMPTS = 3
_FIRST_ERROR = 300


class AccountSession:
    """One session; its credentials are resolved once, its clients are made when first needed.

    Nothing is read or requested until the first request.
    """

    def __init__(self, connection: ConnectionSettings, hooks: SessionHooks) -> None:
        self._connection = connection
        self._hooks = hooks
        self._making = threading.Lock()
        self._clients: dict[tuple[str, bool], BaseClient] = {}
        self._guard = plain_http.PlainHttpGuard(min(connection.timeout, sessions.MAX_READ))
        self._credentials = AccountCredentials(
            connection, lambda: self._session, self._guard, hooks
        )

    @cached_property
    def _session(self) -> Session:
        session = sessions.make(self._connection, self._guard)
        handlers = session.get_component("event_emitter")
        handlers.register("before-parse.lightsail", parse_response_body)
        handlers.register("after-call.lightsail", self._watch)
        return session

    @property
    def profile(self) -> str:
        """The profile in use, which AWS's configuration names where the user did not."""
        return self._configured(lambda: self._session.profile) or "default"

    @property
    def profile_region(self) -> str | None:
        """The region that AWS's configuration names for the profile."""
        return self._configured(lambda: self._session.get_config_variable("region"))

    def _configured(self, read: Callable[[], str | None]) -> str | None:
        try:
            return read()
        except (BotoCoreError, OSError, ValueError) as error:
            raise self._credentials.failed(error) from None

    @property
    def known_regions(self) -> tuple[str, ...]:
        """The regions botocore lists for Lightsail; it lags behind GetRegions."""
        return tuple(self._session.get_available_regions("lightsail"))

    def lightsail(self, region: str) -> Lightsail:
        """Lightsail's operations in one region."""
        requests = Requests(
            region,
            client=lambda is_write: self._client(region, is_write=is_write),
            timeout=self._connection.timeout,
            trace=self._hooks.trace,
            right_region=lambda: self._right_region(region),
            secrets=self._credentials.secrets,
            check_account=self._check_account,
            profile=self._connection.whose,
            waiting=self._hooks.waiting,
        )
        return Lightsail(requests)

    def prepare(self) -> None:
        """Read what is kept on the disk: for the one who waits, before threads need it."""
        if self._connection.cache is not None:
            sessions.loader(self._connection.cache)

    def release(self, region: str) -> None:
        """Close the connections to a region that is not needed for now."""
        with self._making:
            clients = [self._clients.pop((region, is_write), None) for is_write in (False, True)]
        for client in filter(None, clients):
            client.close()

    def close(self) -> None:
        """End what still runs for it; nothing can be requested afterwards."""
        self._credentials.close()

    def log_in(self) -> None:
        """Get the credentials, prompting for an MFA code where a role needs one.

        Raises:
            SetupError, RemoteError: There are none.
        """
        self._credentials.check()

    def _right_region(self, region: str) -> str | None:
        """The known region that is spelled nearly like one that is not known."""
        known = self.known_regions
        return None if region in known else nearest(region, known)

    def _client(self, region: str, *, is_write: bool) -> BaseClient:
        """A client whose credentials are good for a request now."""
        self._credentials.check()
        with self._making:
            client = self._clients.get((region, is_write))
            if client is None:
                client = self._made(region, is_write=is_write)
                self._clients[region, is_write] = client
        return client

    def _made(self, region: str, *, is_write: bool) -> BaseClient:
        attempts = 1 if is_write else _READ_ATTEMPTS
        try:
            client = self._session.create_client(
                "lightsail",
                region_name=region,
                endpoint_url=self._connection.endpoint_url,
                config=Config(retries={"mode": "standard", "total_max_attempts": attempts}),
            )
            plain_http.check(client.meta.endpoint_url)
        except BotoCoreError as error:
            raise credential_errors.from_client(error) from None
        except ValueError as error:  # botocore's, about an endpoint
            url = without_user(str(error).removeprefix("Invalid endpoint: "))
            raise SetupError(f"invalid endpoint: {visible_name(url)}", hint=URL_HINT) from None
        made: BaseClient = client
        return made

    def _watch(self, http_response: Any, parsed: Any, model: Any, context: Any, **_: Any) -> None:  # noqa: ANN401  what botocore hands out
        if model.name in WATCHED and http_response.status_code < _FIRST_ERROR:
            for seen in seen_names(model.name, parsed, context["client_region"]):
                self._hooks.record(seen)

    def _check_account(self) -> None:
        if self._connection.expected_account is not None and self._account_error is not None:
            raise self._account_error.with_()

    @cached_property
    def number(self) -> str:
        """The twelve digits of the account, as STS reports it for the credentials.

        Raises:
            SetupError, RemoteError: There are no credentials, or STS did not report it.
        """
        if self._connection.account is not None:
            return self._connection.account
        self._credentials.check()
        try:
            sts: Any = self._session.create_client("sts")
            limit = credential_errors.credentials_limit(self._connection.timeout)
            with self._hooks.waiting("AWS", "STS"):
                return str(limited(sts.get_caller_identity, limit)["Account"])
        except FAILURES as error:
            doing = f"cannot look up the account of profile {visible_name(self.profile)}"
            raise self._credentials.failed(error, doing) from None

    @property
    def access_key_digest(self) -> str:
        """A digest of the access key, and no key; one is of one account for ever.

        Raises:
            SetupError, RemoteError: There are no credentials.
        """
        self._credentials.check()
        return hashlib.sha256(self._credentials.access_key_id.encode()).hexdigest()[:16]

    @cached_property
    def _account_error(self) -> LskeysError | None:
        expected = self._connection.expected_account
        try:
            account = self.number
        except LskeysError as error:
            return error
        if account == expected:
            return None
        return RefusedError(
            f"these credentials are of account {one_line(account)}, not {expected}:"
            " nothing was changed",
            hint="choose another profile, or leave --expect-account out",
        )
