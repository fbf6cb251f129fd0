"""An AWS account as a profile opens it: credentials once, one pair of clients per region.

Touches: AWS's configuration, through botocore.
"""

import logging
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ProfileNotFound
from botocore.session import Session
from botocore.utils import get_environ_proxies

from lskeys.concurrency import Pending
from lskeys.errors import LskeysError, SetupError
from lskeys.lightsail import botocore_data, error_table
from lskeys.lightsail.client import Lightsail
from lskeys.lightsail.responses import parse_response_body
from lskeys.lightsail.seen_names import WATCHED, seen_names
from lskeys.model import SeenNames
from lskeys.text import nearest, one_line

_LOCALHOST = frozenset({"localhost", "127.0.0.1", "::1"})
_CREDENTIAL = re.compile(r"[!-~]+")
_MAX_CONNECT = 10.0
_MAX_READ = 20.0
_READ_ATTEMPTS = 3
_FIRST_ERROR = 300
_URL_HINT = "an endpoint looks like https://lightsail.eu-west-1.amazonaws.com"
# A lying credential_process makes botocore's readers of it stumble in all these ways.
_CREDENTIALS_FAIL = (
    BotoCoreError,
    ClientError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
)
_NO_FILES = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
_NO_PROFILE = {"profile": (None, None, None, None)}


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How to reach AWS: what the user chose; what is None is AWS's own configuration's business.

    `access_key` is for the sandbox: a pair that is no secret, with which no file of AWS is read.
    `timeout` is in seconds, for one question with all its retries and pages. `cache` is where
    botocore's data, trimmed to Lightsail, are kept.
    """

    profile: str | None = None
    endpoint_url: str | None = None
    access_key: tuple[str, str] | None = None
    timeout: float = 60.0
    cache: botocore_data.Cache | None = None


class AccountSession:
    """One session; its credentials are resolved once, its clients are made when first needed."""

    def __init__(
        self,
        connection: ConnectionSettings,
        trace: Callable[[str], None],
        record: Callable[[SeenNames], None],
    ) -> None:
        self._connection = connection
        self._trace = trace
        self._record_names = record
        self._making = threading.Lock()
        self._clients: dict[tuple[str, bool], BaseClient] = {}
        # botocore logs whole answers at DEBUG, private keys included.
        logging.getLogger("botocore").setLevel(logging.WARNING)

    @cached_property
    def _session(self) -> Session:
        """The session below boto3's, which makes the same clients (docs/performance.md)."""
        connection = self._connection
        session = Session(
            session_vars=None if connection.access_key is None else _NO_FILES,
            profile=connection.profile,
        )
        if connection.cache is not None:
            session.register_component("data_loader", botocore_data.loader(connection.cache))
        if connection.access_key is not None:
            session.set_credentials(*connection.access_key)
        return session

    @property
    def profile(self) -> str:
        """The profile in use, which AWS's configuration names where the user did not."""
        try:
            profile: str | None = self._session.profile
        except (BotoCoreError, OSError, ValueError) as error:
            raise _trouble(error) from None
        return profile or "default"

    @property
    def profile_region(self) -> str | None:
        """The region that AWS's configuration names for the profile."""
        try:
            region: str | None = self._session.get_config_variable("region")
        except (BotoCoreError, OSError, ValueError) as error:
            raise _trouble(error) from None
        return region

    @property
    def known_regions(self) -> tuple[str, ...]:
        """The regions botocore lists for Lightsail; it lags behind GetRegions."""
        return tuple(self._session.get_available_regions("lightsail"))

    def lightsail(self, region: str) -> Lightsail:
        """The calls, in one region."""
        return Lightsail(
            region=region,
            client=lambda is_write: self._client(region, is_write=is_write),
            timeout=self._connection.timeout,
            trace=self._trace,
            right_region=lambda: self._right_region(region),
        )

    def _right_region(self, region: str) -> str | None:
        """The known region that is spelled nearly like one that is not known."""
        known = self.known_regions
        return None if region in known else nearest(region, known)

    @cached_property
    def _credentials_trouble(self) -> LskeysError | None:
        """Resolve credentials, once, within the deadline, before any client asks for them."""
        try:
            self._resolve_credentials()
        except LskeysError as error:
            return error
        return None

    def _resolve_credentials(self) -> None:
        seconds = self._connection.timeout
        try:
            found = Pending(self._session.get_credentials).result(seconds)
            frozen = found and Pending(found.get_frozen_credentials).result(seconds)
        except TimeoutError:
            raise SetupError(
                f"no credentials within {seconds:g} seconds",
                hint="check credential_process, SSO and the metadata service of this machine",
                code="Timeout",
            ) from None
        except MemoryError:
            raise SetupError(
                "credential_process did not finish",
                hint="check credential_process in ~/.aws/config",
            ) from None
        except _CREDENTIALS_FAIL as error:
            raise _trouble(error, self._session.profile) from None
        if frozen is None:
            raise SetupError("no AWS credentials found", hint=error_table.NO_CREDENTIALS_HINT)
        parts: tuple[object, ...] = (frozen.access_key, frozen.secret_key, frozen.token or "-")
        if not all(isinstance(each, str) for each in parts):
            raise error_table.from_credentials(TypeError())
        if not all(_CREDENTIAL.fullmatch(str(each)) for each in parts):
            # In a header they would begin another, or be quoted by whoever refuses it.
            raise SetupError(
                "the credentials contain an invalid character",
                hint="look for a blank or a line end in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,"
                " AWS_SESSION_TOKEN or ~/.aws/credentials",
            )

    def _client(self, region: str, *, is_write: bool) -> BaseClient:
        with self._making:
            if self._credentials_trouble is not None:
                raise self._credentials_trouble
            known = self._clients.get((region, is_write))
            if known is None:
                known = self._made(region, is_write=is_write)
                self._clients[region, is_write] = known
            return known

    def _made(self, region: str, *, is_write: bool) -> BaseClient:
        # The sandbox is on localhost, where no proxy reaches; else botocore finds the proxies.
        proxies: dict[str, str] | None = {} if self._connection.access_key else None
        client = self._built(region, proxies, is_write=is_write)
        endpoint_url: str = client.meta.endpoint_url
        _refuse_plain_http(endpoint_url)
        if proxies is None and _would_leave_in_the_clear(endpoint_url):
            client = self._built(region, {}, is_write=is_write)
        client.meta.events.register("before-parse.lightsail", parse_response_body)
        for operation in WATCHED:
            client.meta.events.register(f"after-call.lightsail.{operation}", self._watch)
        made: BaseClient = client
        return made

    def _built(self, region: str, proxies: dict[str, str] | None, *, is_write: bool) -> Any:  # noqa: ANN401  a class that botocore makes
        timeout = self._connection.timeout
        config = Config(
            proxies=proxies,
            connect_timeout=min(timeout, _MAX_CONNECT),
            read_timeout=min(timeout, _MAX_READ),
            retries={
                "mode": "standard",
                "total_max_attempts": 1 if is_write else _READ_ATTEMPTS,
            },
        )
        try:
            return self._session.create_client(
                "lightsail",
                region_name=region,
                endpoint_url=self._connection.endpoint_url,
                config=config,
            )
        except BotoCoreError as error:
            raise _trouble(error) from None
        except ValueError as error:  # what botocore says of an endpoint
            raise SetupError(one_line(str(error)).rstrip(".").lower(), hint=_URL_HINT) from None

    def _watch(self, http_response: Any, parsed: Any, model: Any, context: Any, **_: Any) -> None:  # noqa: ANN401  what botocore hands out
        if http_response.status_code < _FIRST_ERROR:
            self._record_names(seen_names(model.name, parsed, context["client_region"]))


def _trouble(error: Exception, profile: str | None = None) -> LskeysError:
    """What is wrong with AWS's configuration; for a profile it does not have, with a near one."""
    if not isinstance(error, ProfileNotFound):
        return error_table.from_credentials(error, profile)
    profiles = Session(session_vars=_NO_PROFILE).available_profiles
    return error_table.no_profile(str(error.kwargs["profile"]), profiles)


def connect(
    connection: ConnectionSettings,
    trace: Callable[[str], None],
    record: Callable[[SeenNames], None],
) -> AccountSession:
    """An account; nothing is read or asked until the first question.

    Args:
        connection: How to reach it.
        trace: Told one harmless line about each call, for `--debug`.
        record: Told the names in each answer, for TAB; from several threads.
    """
    return AccountSession(connection, trace, record)


def _refuse_plain_http(endpoint_url: str) -> None:
    try:
        parts = urlsplit(endpoint_url)
        is_localhost = parts.port != 0 and parts.hostname in _LOCALHOST
    except ValueError:
        raise SetupError(f"endpoint {one_line(endpoint_url)} is no URL", hint=_URL_HINT) from None
    if parts.scheme == "https" or (parts.scheme == "http" and is_localhost):
        return
    raise SetupError(
        f"endpoint {one_line(endpoint_url)} is not https",
        hint="private keys travel over TLS only; plain http is for localhost addresses",
    )


def _would_leave_in_the_clear(endpoint_url: str) -> bool:
    """Whether a proxy is set that would read what is meant for this machine alone."""
    return urlsplit(endpoint_url).scheme == "http" and bool(get_environ_proxies(endpoint_url))
