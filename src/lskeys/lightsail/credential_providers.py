"""botocore's chain of credential providers, with what lskeys decides. Touches: what they touch.

The chain is botocore's own. Replaced are the providers that would prompt by themselves, read this
program's stdin, quote a helper's output, or send credentials in the clear.
"""

import errno
import json
import os
import shlex
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

from botocore.credentials import (
    AssumeRoleProvider,
    CanonicalNameCredentialSourcer,
    ContainerProvider,
    CredentialProvider,
    CredentialResolver,
    Credentials,
    EnvProvider,
    InstanceMetadataProvider,
    ProcessProvider,
    ProfileProviderBuilder,
    create_credential_resolver,
)
from botocore.exceptions import BotoCoreError, CredentialRetrievalError
from botocore.session import Session
from botocore.utils import (
    ContainerMetadataFetcher,
    InstanceMetadataFetcher,
    JSONFileCache,
    resolve_imds_endpoint_mode,
)

from lskeys.lightsail import plain_http
from lskeys.lightsail.role_cache import RoleCache, cache_directory
from lskeys.lightsail.sign_in import chain

_STDIN = 0
_REFRESH_WINDOW = 15 * 60
_PRINTED = ("access_key", "secret_key", "token", "expiry_time")


class MfaCodeNeededError(BotoCoreError):
    """A role wants an MFA code; the thread that needs it is not the one that may prompt."""

    fmt = "the role needs an MFA code of {serial}"

    def __init__(self, serial: str) -> None:
        super().__init__(serial=serial)
        self.serial = serial


class CredentialProcessError(CredentialRetrievalError):
    """A `credential_process` failed; what it printed may hold a secret and is not quoted."""

    fmt = "{error_msg}"


class MfaCodes:
    """The codes that were typed, each for one use."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}

    def add(self, serial: str, code: str) -> None:
        """Remember a code until it is used."""
        self._codes[serial] = code

    def take(self, prompt: str) -> str:
        """The code for botocore's prompt ("Enter MFA code for SERIAL: ").

        Raises:
            MfaCodeNeededError: There is none.
        """
        serial = prompt.removeprefix("Enter MFA code for ").strip().removesuffix(":")
        if serial not in self._codes:
            raise MfaCodeNeededError(serial)
        return self._codes.pop(serial)


class NamingResolver(CredentialResolver):
    """Remembers what it tries, for the error.

    Attributes:
        provider: botocore's word for the provider that was tried last.
    """

    provider = ""

    def __init__(self, providers: list[CredentialProvider], metadata: "_DirectMetadata") -> None:
        super().__init__(providers)
        self._metadata = metadata

    @property
    def metadata_said(self) -> str | None:
        """What the instance metadata service answered last, if it was asked and did answer."""
        last = self._metadata.direct.last
        if last is None:
            return None
        try:
            raw = json.loads(last.text)
            words = [str(raw[member]) for member in ("Code", "Message") if member in raw]
        except (ValueError, TypeError):
            words = []
        return ": ".join([str(last.status_code), *words])

    def load_credentials(self) -> Credentials | None:
        """The credentials of the first provider that has some."""
        for each in self.providers:
            self.provider = each.METHOD or ""
            found: Credentials | None = each.load()
            if found is not None:
                return found
        return None


class Resolved(CredentialResolver):
    """Credentials that are known, for the clients of a session."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__([])
        self._credentials = credentials

    def load_credentials(self) -> Credentials:
        """The credentials."""
        return self._credentials


def resolver(session: Session, mfa_codes: MfaCodes) -> NamingResolver:
    """The chain of a session, whose region and profile are decided.

    Raises:
        BotoCoreError: AWS's configuration cannot be read.
    """
    profile = session.get_config_variable("profile") or "default"
    cache: Any = _role_cache(session, profile)  # it does what these providers do with a dict
    usual = create_credential_resolver(session, cache=cache)
    direct = plain_http.DirectSession(
        ContainerMetadataFetcher.TIMEOUT_SECONDS, plain_http.CONTAINER
    )
    container = ContainerProvider(
        fetcher=ContainerMetadataFetcher(session=direct)  # type: ignore[arg-type]  # wrong stub
    )
    fetcher = _metadata(session)
    metadata = InstanceMetadataProvider(iam_role_fetcher=fetcher)
    profiles = _ProfileProviders(session, cache)
    is_explicit = session.instance_variables().get("profile") is not None
    replaced: dict[str | None, CredentialProvider] = {
        **{each.METHOD: each for each in profiles.providers(profile, is_explicit)},
        ContainerProvider.METHOD: container,
        InstanceMetadataProvider.METHOD: metadata,
        AssumeRoleProvider.METHOD: AssumeRoleProvider(
            load_config=lambda: session.full_config,
            client_creator=session.create_client,
            cache=cache,
            profile_name=profile,
            prompter=mfa_codes.take,
            credential_sourcer=CanonicalNameCredentialSourcer([EnvProvider(), container, metadata]),
            profile_provider_builder=profiles,
        ),
    }
    return NamingResolver([replaced.get(each.METHOD, each) for each in usual.providers], fetcher)


def _role_cache(session: Session, profile: str) -> RoleCache:
    """The AWS CLI's cache for a role that needs a code; no other credentials are put on disk."""
    profiles = session.full_config.get("profiles", {})
    uses_mfa = any("mfa_serial" in profiles.get(each, {}) for each in chain(profiles, profile))
    return RoleCache(cache_directory() if uses_mfa else None)


class QuietProcessProvider(ProcessProvider):
    """`credential_process` without this program's stdin, unless that is a terminal.

    Its errors, at first use and when credentials are refreshed, say how it failed and quote
    nothing of its output.
    """

    def __init__(self, profile_name: str, load_config: Callable[[], Mapping[str, Any]]) -> None:
        self._started: list[subprocess.Popen[bytes]] = []
        super().__init__(profile_name, load_config, popen=self._start)

    def load(self) -> Credentials | None:
        """The credentials that the program prints, if the profile has one."""
        try:
            found: Credentials | None = super().load()
        except (ValueError, LookupError, TypeError, AttributeError):
            raise self._failed("its output is not what credential_process prints") from None
        return found

    def _start(self, words: list[str], *, stdout: int, stderr: int) -> subprocess.Popen[bytes]:
        stdin = None if os.isatty(_STDIN) else subprocess.DEVNULL
        started = subprocess.Popen(words, stdin=stdin, stdout=stdout, stderr=stderr)  # noqa: S603  AWS's configuration names it
        self._started = [started]
        return started

    def _retrieve_credentials_using(self, credential_process: str) -> Mapping[str, Any]:
        retrieve = super()._retrieve_credentials_using  # type: ignore[misc]  # not in the stubs
        try:
            words = shlex.split(credential_process)
        except ValueError:
            raise self._failed("its command line has an unclosed quote") from None
        if not words:
            raise self._failed("its command line is empty")
        try:
            found: Mapping[str, Any] = retrieve(credential_process)
            _check_types(found)
        except CredentialRetrievalError:
            raise self._failed(_ending(self._started[0].returncode)) from None
        except OSError as error:
            if error.filename is None:  # no process could be made; the program was not run
                raise
            raise self._failed(
                f"{error.filename}: {os.strerror(error.errno or errno.EIO).lower()}"
            ) from None
        except (ValueError, LookupError, TypeError, AttributeError):
            raise self._failed("its output is not what credential_process prints") from None
        return found

    def _failed(self, reason: str) -> CredentialProcessError:
        return CredentialProcessError(provider=self.METHOD, error_msg=reason)


def _ending(status: int) -> str:
    if status < 0:
        return f"signal {-status} ended it"
    return f"it ended with exit status {status}" if status else "its output is incomplete"


def _check_types(found: Mapping[str, Any]) -> None:
    """Check what a `credential_process` printed; botocore does not."""
    if not all(isinstance(found[each] or "", str) for each in _PRINTED):
        raise TypeError


class _ProfileProviders(ProfileProviderBuilder):
    """The providers of a profile, or of a role's source profile, with the same replacement."""

    def __init__(self, session: Session, cache: Any) -> None:  # noqa: ANN401  botocore's
        # botocore looks up the home when it is imported, which may be another's by now.
        directory = os.path.expanduser("~/.aws/sso/cache")  # noqa: PTH111  pathlib needs a home
        tokens = JSONFileCache(directory)
        super().__init__(session, cache=cache, sso_token_cache=tokens)  # type: ignore[arg-type]  # wrong stub
        self._load_config = lambda: session.full_config

    def providers(
        self,
        profile_name: str,
        disable_env_vars: bool = False,  # noqa: FBT001, FBT002  botocore's signature
    ) -> list[CredentialProvider]:
        """The providers of one profile."""
        usual = super().providers(profile_name, disable_env_vars)
        return [
            QuietProcessProvider(profile_name, self._load_config)
            if isinstance(each, ProcessProvider)
            else each
            for each in usual
        ]


class _DirectMetadata(InstanceMetadataFetcher):
    """The instance metadata service, asked through no proxy."""

    def __init__(self, timeout: float, **options: Any) -> None:  # noqa: ANN401  botocore's
        super().__init__(timeout=timeout, **options)  # type: ignore[arg-type]  # seconds may be parts
        self.direct = plain_http.DirectSession(timeout, plain_http.METADATA)
        self._session = self.direct


def _metadata(session: Session) -> _DirectMetadata:
    """As `create_credential_resolver` makes it, with its own HTTP session."""
    read = session.get_config_variable
    return _DirectMetadata(
        timeout=read("metadata_service_timeout"),
        num_attempts=read("metadata_service_num_attempts"),
        user_agent=session.user_agent(),
        config={
            "ec2_metadata_service_endpoint": read("ec2_metadata_service_endpoint"),
            "ec2_metadata_service_endpoint_mode": resolve_imds_endpoint_mode(session),
            "ec2_credential_refresh_window": _REFRESH_WINDOW,
            "ec2_metadata_v1_disabled": read("ec2_metadata_v1_disabled"),
        },
    )
