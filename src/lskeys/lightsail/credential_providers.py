"""botocore's chain of credential providers, with what lskeys decides. Touches: what they touch.

The chain is botocore's own. Replaced are the providers that would prompt by themselves, read this
program's stdin, quote a helper's output, or send credentials in the clear.
"""

import json
import os
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
from botocore.exceptions import BotoCoreError
from botocore.session import Session
from botocore.utils import (
    ContainerMetadataFetcher,
    InstanceMetadataFetcher,
    JSONFileCache,
    resolve_imds_endpoint_mode,
)

from lskeys.lightsail import plain_http
from lskeys.lightsail.credential_process import QuietProcessProvider, RunningPrograms
from lskeys.lightsail.role_cache import RoleCache, cache_directory
from lskeys.lightsail.sign_in import chain

_REFRESH_WINDOW = 15 * 60


class MfaCodeNeededError(BotoCoreError):
    """A role wants an MFA code; the thread that needs it is not the one that may prompt."""

    fmt = "the role needs an MFA code of {serial}"

    def __init__(self, serial: str) -> None:
        super().__init__(serial=serial)
        self.serial = serial


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
        """The last response of the instance metadata service, if there was one."""
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


def resolver(session: Session, mfa_codes: MfaCodes, programs: RunningPrograms) -> NamingResolver:
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
    profiles = _ProfileProviders(session, cache, programs)
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


class _ProfileProviders(ProfileProviderBuilder):
    """The providers of a profile, or of a role's source profile, with the same replacement."""

    def __init__(
        self,
        session: Session,
        cache: Any,  # noqa: ANN401  botocore's
        programs: RunningPrograms,
    ) -> None:
        # botocore looks up the home when it is imported, which may be another's by now.
        directory = os.path.expanduser("~/.aws/sso/cache")  # noqa: PTH111  pathlib needs a home
        tokens = JSONFileCache(directory)
        super().__init__(session, cache=cache, sso_token_cache=tokens)  # type: ignore[arg-type]  # wrong stub
        self._load_config = lambda: session.full_config
        self._programs = programs

    def providers(
        self,
        profile_name: str,
        disable_env_vars: bool = False,  # noqa: FBT001, FBT002  botocore's signature
    ) -> list[CredentialProvider]:
        """The providers of one profile."""
        usual = super().providers(profile_name, disable_env_vars)
        return [
            QuietProcessProvider(profile_name, self._load_config, self._programs)
            if isinstance(each, ProcessProvider)
            else each
            for each in usual
        ]


class _DirectMetadata(InstanceMetadataFetcher):
    """The instance metadata service, queried through no proxy."""

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
