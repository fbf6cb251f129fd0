"""The credentials of a session: resolved once within a deadline, refreshed where errors are known.

Touches: AWS's configuration, through botocore; the network.
"""

import os
import re
import threading
from collections.abc import Callable
from typing import Any

from botocore.credentials import Credentials, ReadOnlyCredentials, RefreshableCredentials
from botocore.exceptions import BotoCoreError, ProfileNotFound
from botocore.session import Session

from lskeys.concurrency import limited
from lskeys.errors import LskeysError
from lskeys.lightsail import credential_errors, credential_providers, credential_source, sign_in
from lskeys.lightsail.credential_errors import FAILURES
from lskeys.lightsail.credential_process import RunningPrograms
from lskeys.lightsail.credential_providers import MfaCodeNeededError, NamingResolver
from lskeys.lightsail.credential_source import Source
from lskeys.lightsail.plain_http import PlainHttpGuard
from lskeys.lightsail.session import ConnectionSettings, SessionHooks, without_profile

FALLBACK_REGION = "us-east-1"
"""The region of credential providers if none is set anywhere."""

_CREDENTIAL = re.compile(r"[!-~]+")


class AccountCredentials:
    """The credentials of one session.

    Args:
        session: Gives the session, which errors of the configuration may keep from being made.
        guard: Knows the host that was queried last.
        hooks: What prompts for an MFA code, signs for `aws login`, and says what is waited for.
    """

    def __init__(
        self,
        connection: ConnectionSettings,
        session: Callable[[], Session],
        guard: PlainHttpGuard,
        hooks: SessionHooks,
    ) -> None:
        self._connection = connection
        self._get_session = session
        self._guard = guard
        self._hooks = hooks
        self._resolving = threading.RLock()
        self._mfa_codes = credential_providers.MfaCodes()
        self._programs = RunningPrograms()
        self._chain: NamingResolver | None = None
        self._resolved: Credentials | None = None
        self._frozen: ReadOnlyCredentials | None = None
        self._error: LskeysError | None = None

    def check(self) -> None:
        """Have credentials that are good for a request now.

        Raises:
            SetupError, RemoteError: There are none; the same error each time.
        """
        # Whoever holds it may have been left behind when its time was over.
        if not self._resolving.acquire(timeout=self._connection.timeout):
            raise credential_errors.credentials_timed_out(self._connection.timeout)
        try:
            self._resolve_once()
        finally:
            self._resolving.release()
        try:
            self._frozen = self._refreshed()
        except FAILURES as error:
            raise self.failed(error) from None

    @property
    def access_key_id(self) -> str:
        """The public part of the credentials, once they were checked."""
        assert self._frozen is not None, "checked before"
        return str(self._frozen.access_key)

    def close(self) -> None:
        """End the programs that were started for credentials and have not finished."""
        self._programs.end()

    def secrets(self) -> tuple[str, ...]:
        """What no error may quote; the sandbox's key is a word."""
        frozen = self._frozen if self._connection.access_key is None else None
        return tuple(filter(None, (frozen.secret_key, frozen.token))) if frozen else ()

    def _refreshed(self) -> ReadOnlyCredentials:
        """The credentials of now; to renew those that expire soon has the deadline, too."""
        found = self._resolved
        assert found is not None, "resolved before"
        if not (isinstance(found, RefreshableCredentials) and found.refresh_needed()):
            return found.get_frozen_credentials()
        with self._hooks.waiting("credentials", self._connection.whose):
            limit = credential_errors.credentials_limit(self._connection.timeout)
            return limited(found.get_frozen_credentials, limit)

    def _resolve_once(self) -> None:
        """Have credentials, before any client needs them, or why there are none.

        No `cached_property`: Python before 3.12 computes those of all accounts one after another.
        """
        if self._resolved is None and self._error is None:
            try:
                self._resolved = self._resolve()
            except LskeysError as error:
                self._error = error
        if self._error is not None:
            raise self._error.with_()

    def _resolve(self) -> Credentials:
        """Every attempt has the deadline; a prompt between two of them has none."""
        while True:
            try:
                return self._attempt()
            except MfaCodeNeededError as needed:
                self._mfa_codes.add(needed.serial, self._ask_for_code(needed.serial))

    def _ask_for_code(self, serial: str) -> str:
        reason = self._hooks.prompt
        if not isinstance(reason, str):
            code = reason(f"Enter MFA code for {serial}:")
            if code:
                return code
            reason = "no code was typed"
        raise credential_errors.no_mfa_code(self._source, serial, reason) from None

    def _attempt(self) -> Credentials:
        seconds = self._connection.timeout
        try:
            with self._hooks.waiting("credentials", self._connection.whose):
                found, frozen = limited(self._found, credential_errors.credentials_limit(seconds))
        except MfaCodeNeededError:
            raise
        except FAILURES as error:
            raise self.failed(error) from None
        self._check_characters(frozen)
        return found

    def _found(self) -> tuple[Credentials, Any]:
        """The credentials, and what they are now; in a thread that can be left behind."""
        session = self._get_session()
        if self._connection.access_key is not None:
            chain = None
            found = session.get_credentials()
        else:
            profile = session.get_config_variable("profile") or "default"
            profiles = session.full_config.get("profiles", {})
            if self._hooks.curve is not None:
                sign_in.enable(profiles, profile, self._hooks.curve)
            if session.get_config_variable("region") is None:
                session.set_config_variable("region", FALLBACK_REGION)
            chain = self._chain = credential_providers.resolver(
                session, self._mfa_codes, self._programs
            )
            found = chain.load_credentials()
        if found is None:
            raise credential_errors.none_found(
                chain.metadata_said if chain else None,
                credential_source.passed_over(os.environ),
                self._source,
                credential_source.incomplete(session.get_scoped_config()),
            )
        frozen = found.get_frozen_credentials()
        # Only now: a session keeps the first that it gets, and these may need another attempt.
        session.register_component("credential_provider", credential_providers.Resolved(found))
        return found, frozen

    @property
    def _source(self) -> Source:
        """Where the credentials come from, as far as that is known."""
        session = self._get_session()
        try:
            profile = session.profile or "default"
            profiles = session.full_config.get("profiles", {})
        except (BotoCoreError, OSError, ValueError):
            return Source(host=self._guard.host)
        login_profile = sign_in.source_of(profiles, profile)
        return Source(
            profile=profile,
            login_profile=login_profile,
            login_command=credential_source.login_command(profiles.get(login_profile, {})),
            provider=self._chain.provider if self._chain else "",
            host=self._guard.host,
            secrets=self._guard.secrets,
            **credential_source.files(os.environ),
        )

    def failed(self, error: Exception, doing: str | None = None) -> LskeysError:
        """The error for what AWS's configuration or the credentials made fail.

        `doing` is what does not work, if it is not getting the credentials.
        """
        if not isinstance(error, ProfileNotFound):
            return credential_errors.from_credentials(error, self._source, doing)
        session = without_profile()
        return credential_errors.no_profile(
            str(error.kwargs["profile"]),
            session.available_profiles,
            session.full_config,
            credential_source.passed_over(os.environ),
        )

    def _check_characters(self, frozen: Any) -> None:  # noqa: ANN401  botocore's tuple of credentials
        """Refuse credentials that could end a header, or be quoted by whoever refuses it."""
        parts = {
            "access key ID": frozen.access_key,
            "secret access key": frozen.secret_key,
            "session token": frozen.token or "-",
        }
        for part, value in parts.items():
            if not (isinstance(value, str) and _CREDENTIAL.fullmatch(value)):
                raise credential_errors.invalid_character(part, value, self._source)
