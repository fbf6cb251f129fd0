"""Completes the commands in hints, so that they reach the same account. Pure."""

import re
import shlex

from lskeys.cli.permissions import OPERATIONS
from lskeys.cli.runtime.invocation import SharedOptions
from lskeys.errors import LskeysError

_COMMAND = re.compile(rf"\blskeys (?=(?:{'|'.join(OPERATIONS)})\b)")
_AWS_COMMAND = re.compile(r"(?<!-- )\baws lightsail ")


def account_options(options: SharedOptions, profile: str | None = None) -> tuple[str, ...]:
    """The options of a command line that reaches the same account, perhaps of another profile.

    Only what was given as an option: variables and files hold for the next command as well.
    """
    profile = profile or options.profile
    named = ("--profile", profile) if profile is not None else ()
    return (*named, *connection_options(options))


def connection_options(options: SharedOptions) -> tuple[str, ...]:
    """Those of them that are the same for every profile."""
    account = options.settings.get("expect_account")
    return (
        *(("--endpoint-url", options.endpoint_url) if options.endpoint_url is not None else ()),
        *(("--expect-account", account) if account is not None else ()),
        *(("--sandbox",) if options.sandbox else ()),
    )


def with_account_options(error: LskeysError, options: SharedOptions) -> LskeysError:
    """The error with the profile, the endpoint and the sandbox of this run in its commands.

    A region is put there where the hint is made.
    """
    hint = error.hint and hint_with_account_options(error.hint, options, error.profile)
    failures = tuple(with_account_options(each, options) for each in error.failures)
    return error.with_(hint=hint, failures=failures)


def hint_with_account_options(hint: str, options: SharedOptions, profile: str | None = None) -> str:
    """The hint with the options that reach the same account in each of its commands."""
    is_named = "--profile" in hint
    given = connection_options(options) if is_named else account_options(options, profile)
    for_aws = _aws_command(options, None if is_named else profile or options.profile_for_aws)
    hint = _AWS_COMMAND.sub(lambda _: for_aws, hint)
    if not given:
        return hint
    return _COMMAND.sub(lambda found: f"{found[0]}{shlex.join(given)} ", hint)


def _aws_command(options: SharedOptions, profile: str | None) -> str:
    """How a command of the AWS CLI begins, which knows no option and no variable of lskeys."""
    if options.in_sandbox:
        return "lskeys sandbox exec -- aws lightsail "
    words = [
        *(("--profile", profile) if profile is not None else ()),
        *(("--endpoint-url", options.endpoint_url) if options.endpoint_url is not None else ()),
    ]
    return f"{shlex.join(('aws', *words, 'lightsail'))} "
