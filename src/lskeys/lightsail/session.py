"""botocore's session, with what lskeys decides. Touches: AWS's configuration, through botocore."""

import logging
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from functools import cache, lru_cache
from pathlib import Path

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import Loader
from botocore.session import Session

from lskeys.lightsail import botocore_data, sent_requests
from lskeys.lightsail.plain_http import PlainHttpGuard
from lskeys.lightsail.sign_in import Curve
from lskeys.model import SeenNames
from lskeys.values import value

MAX_CONNECT = 10.0
"""Seconds for one connection attempt, or less where the timeout is shorter."""

MAX_READ = 20.0
"""Seconds for one read from a socket."""

Waiting = Callable[[str, str], AbstractContextManager[None]]
"""Gives what is entered while a response is waited for, by its kind (AWS) and name (us-east-1)."""

_SERVICES = frozenset({"lightsail", "signin", "sso", "sso-oidc", "sts"})
"""What botocore makes clients of here; the latter four for credentials."""

_NO_PROFILE = {"profile": (None, None, None, None)}
_NO_FILES = {
    **_NO_PROFILE,
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


def no_progress(_kind: str, _name: str) -> AbstractContextManager[None]:
    """Say nothing meanwhile."""
    return nullcontext()


@value
class ConnectionSettings:
    """How to reach AWS; None leaves a choice to AWS's own configuration.

    Attributes:
        region: The region that credential providers query: of STS, for a role.
        access_key: The sandbox's, which is no secret; with it, no file of AWS is read.
        timeout: Seconds for one request with its retries, or for one list with its pages.
        cache: The directory of botocore's trimmed data.
        expected_account: The only account in which anything may be changed.
        account: The account, where it is known beforehand: the sandbox's.
        whose: The profile that is said of all that is found, where several are queried.
    """

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    access_key: tuple[str, str] | None = None
    timeout: float = 60.0
    cache: botocore_data.Cache | None = None
    expected_account: str | None = None
    account: str | None = None
    whose: str = ""


@value
class SessionHooks:
    """What an account calls.

    Attributes:
        trace: Gets one harmless line about each request, for `--debug`.
        record: Gets the names in each response, for TAB; from several threads.
        prompt: Prompts for an MFA code; a text says why there is no prompt.
        curve: Gives the elliptic-curve operations, for `aws login` without awscrt.
        waiting: Is entered, with a kind and a name, while a response is waited for; from threads.
    """

    trace: Callable[[str], None] = lambda _: None
    record: Callable[[SeenNames], None] = lambda _: None
    prompt: Callable[[str], str] | str = "not a terminal"
    curve: Curve | None = None
    waiting: Waiting = no_progress


def make(connection: ConnectionSettings, guard: PlainHttpGuard) -> Session:
    """The session below boto3's, which makes the same clients (docs/performance.md).

    Every client that is made from it, by lskeys or by a credential provider, has its region, its
    timeouts, and `guard` in front of each request.
    """
    # At DEBUG, botocore logs whole responses, private keys included.
    logging.getLogger("botocore").setLevel(logging.WARNING)
    handlers = copy(_builtin_handlers())
    session = Session(
        session_vars=None if connection.access_key is None else _NO_FILES,
        event_hooks=handlers,
        include_builtin_handlers=False,
        profile=connection.profile,
    )
    # Without botocore's translation of old event names: 65 looked for in each event of a client.
    session.register_component("event_emitter", handlers)
    if connection.cache is not None and not _has_own_data(session):
        session.register_component("data_loader", loader(connection.cache))
    if connection.region is not None:
        session.set_config_variable("region", connection.region)
    if connection.access_key is not None:
        session.set_credentials(*connection.access_key)
    session.set_default_client_config(
        Config(
            connect_timeout=min(connection.timeout, MAX_CONNECT),
            read_timeout=min(connection.timeout, MAX_READ),
        )
    )

    def before_send(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        sent_requests.watch(request)
        return guard.before_send(request)

    session.register("before-send", before_send)  # type: ignore[arg-type]  # may return a response
    return session


def without_profile() -> Session:
    """A session that reads AWS's configuration, whatever profile is chosen."""
    return Session(session_vars=_NO_PROFILE, include_builtin_handlers=False)


@lru_cache(maxsize=1)
def loader(cache: botocore_data.Cache) -> Loader:
    """The loader of botocore's data, which all sessions share."""
    return botocore_data.loader(cache)


@cache
def _builtin_handlers() -> HierarchicalEmitter:
    """Those of botocore's handlers that are about every service, or about one that is queried.

    Each client copies all there are, and most are about S3 or the documentation.
    """
    handlers = HierarchicalEmitter()
    register = {
        REGISTER_FIRST: handlers.register_first,
        REGISTER_LAST: handlers.register_last,
    }
    for event, handler, *place in BUILTIN_HANDLERS:
        _, *service = event.split(".", 2)
        if not service or service[0] in _SERVICES:
            register.get(place[0] if place else None, handlers.register)(event, handler)
    return handlers


def _has_own_data(session: Session) -> bool:
    """Whether the user has data of botocore's of their own, which then decide what it queries."""
    try:
        configured = session.get_config_variable("data_path")
        return bool(configured) or (Path.home() / ".aws" / "models").is_dir()
    # An unreadable configuration is an error when it is needed; without a home there is no data.
    except (BotoCoreError, OSError, ValueError, RuntimeError):
        return False
