"""Where credentials come from, and what to check if there are none. Touches: AWS's files."""

import os
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from lskeys import regular_files
from lskeys.text import visible_name
from lskeys.values import value

_NAMES = {
    "assume-role": "role",
    "assume-role-with-web-identity": "web identity",
    "sso": "SSO",
    "login": "aws login",
    "custom-process": "credential_process",
    "container-role": "container metadata service",
    "iam-role": "instance metadata service",
}
_ENVIRONMENT = "env"
_PLACES = {
    _ENVIRONMENT: "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and"
    " AWS_CREDENTIAL_EXPIRATION",
    "shared-credentials-file": "profile {profile} in {credentials_file}",
    "config-file": "profile {profile} in {config_file}",
    "assume-role": "profile {profile} in {config_file} and the AWS_* variables",
    "assume-role-with-web-identity": "web_identity_token_file in {config_file} and the variables"
    " AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN",
    "sso": "profile {profile} in {config_file} and the AWS_* variables",
    "login": "profile {profile} in {config_file} and the AWS_* variables",
    "custom-process": "credential_process in {config_file}",
    "container-role": "the AWS_CONTAINER_* variables",
    "iam-role": "the IAM role of this instance and the AWS_EC2_METADATA_* variables",
}
_SOURCED = {
    "Environment": _ENVIRONMENT,
    "EcsContainer": "container-role",
    "Ec2InstanceMetadata": "iam-role",
}
"""The providers by the words of a role's `credential_source`."""

_INCOMPLETE = {
    "sso": (("sso_session", "sso_start_url"), ("sso_account_id", "sso_role_name")),
    "assume-role": (("source_profile", "credential_source"), ("role_arn",)),
    "shared-credentials-file": (("aws_secret_access_key",), ("aws_access_key_id",)),
}
"""Settings that a provider of botocore's ignores silently without any of the others."""

_FILES = {"AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials", "AWS_CONFIG_FILE": "~/.aws/config"}


@value
class Source:
    """Where credentials come from.

    Attributes:
        login_profile: The one that can be logged in to: the source profile of a role.
        login_command: `aws sso login` or `aws login`; empty where its keys come otherwise.
        provider: botocore's word for the provider, where one was tried.
        host: The host that was queried last; None where none was.
        secrets: The tokens that the last request carried, which no error quotes.
        config_file: AWS's configuration file, as its variable spells it.
        credentials_file: AWS's credentials file, likewise.
    """

    profile: str = "default"
    login_profile: str = "default"
    login_command: str = ""
    provider: str = ""
    host: str | None = None
    secrets: tuple[str, ...] = ()
    config_file: str = "~/.aws/config"
    credentials_file: str = "~/.aws/credentials"

    def __str__(self) -> str:
        """The credentials, named: "credentials of profile web (SSO)"."""
        if self.provider == _ENVIRONMENT:
            return "credentials from the environment"
        word = _NAMES.get(self.provider)
        return f"credentials of profile {visible_name(self.profile)}" + (
            f" ({word})" if word else ""
        )

    @property
    def login(self) -> str:
        """The command that logs in; empty where no login is needed."""
        if not self.login_command or self.login_profile == "default":
            return self.login_command
        return f"{self.login_command} --profile {shlex.quote(self.login_profile)}"

    @property
    def renewal(self) -> str:
        """The hint with what gets new credentials."""
        if self.login:
            return f"run {self.login}, then the same command again"
        place = (
            ""
            if self.provider == _ENVIRONMENT
            else f" for profile {visible_name(self.login_profile)}"
        )
        return f"get new credentials{place}, then run the same command again"

    def check(self, credential_source: str | None = None) -> str:
        """The hint with what to check: the file, the variables or the program.

        Args:
            credential_source: Where a role's own source failed, that source.
        """
        provider = _SOURCED.get(credential_source or "", self.provider)
        place = _PLACES.get(provider, "the AWS_* variables and {config_file}")
        return "check " + place.format(
            profile=visible_name(self.profile),
            config_file=visible_name(self.config_file),
            credentials_file=visible_name(self.credentials_file),
        )


def login_command(profile: Mapping[str, Any]) -> str:
    """The command that gets new credentials for a profile; empty where there is none."""
    if "login_session" in profile:
        return "aws login"
    return "aws sso login" if {"sso_session", "sso_start_url"} & profile.keys() else ""


def incomplete(profile: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first provider that ignores such a profile silently, and why; None if none does."""
    for provider, (settings, needed) in _INCOMPLETE.items():
        there = next((name for name in settings if name in profile), None)
        if there and profile.keys().isdisjoint(needed):
            return provider, f"{there} is set without {' and '.join(needed)}"
    return None


def files(environ: Mapping[str, str]) -> dict[str, str]:
    """AWS's two files, as `Source` has them."""
    credentials, config = (environ.get(name) or usual for name, usual in _FILES.items())
    return {"config_file": config, "credentials_file": credentials}


def passed_over(environ: Mapping[str, str]) -> Iterator[str]:
    """What botocore ignores silently, as clauses: incomplete keys, files it cannot read."""
    if environ.get("AWS_SECRET_ACCESS_KEY") and not environ.get("AWS_ACCESS_KEY_ID"):
        yield "AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not"
    for name, usual in _FILES.items():
        path = environ.get(name) or usual
        if path == os.devnull:
            continue
        try:
            regular_files.read(os.path.expanduser(os.path.expandvars(path)), 0)  # noqa: PTH111  as botocore does
        except (FileNotFoundError, NotADirectoryError) as error:
            if environ.get(name):
                yield f"{visible_name(path)}: {(error.strerror or '').lower()}"
        except OSError as error:
            yield f"{visible_name(path)}: {(error.strerror or 'cannot be read').lower()}"
        except ValueError:
            yield f"{visible_name(path)} is not a path"
