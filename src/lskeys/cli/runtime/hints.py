"""Completes the commands in hints, so that they reach the same account. Pure."""

import re
import shlex

from lskeys.cli.runtime.invocation import SharedOptions
from lskeys.errors import LskeysError

VERBS = (
    *("list", "show", "create", "import", "download-default", "delete", "rotate-default"),
    *("tag", "untag", "fingerprint", "audit", "ssh-config", "regions"),
)
"""The words of commands that talk to AWS."""

_COMMAND = re.compile(rf"\blskeys (?=(?:{'|'.join(VERBS)})\b)")


def completed(error: LskeysError, options: SharedOptions) -> LskeysError:
    """The error with the profile, the endpoint and the sandbox of this run in its commands.

    Only what was given as an option: variables and files hold for the next command as well. A
    region is put there where the hint is made.
    """
    given = []
    profile = error.profile or options.profile
    if profile is not None and "--profile" not in (error.hint or ""):
        given += ["--profile", profile]
    if options.endpoint_url is not None:
        given += ["--endpoint-url", options.endpoint_url]
    if options.settings.get("expect_account") is not None:
        given += ["--expect-account", options.settings["expect_account"]]
    if options.sandbox:
        given += ["--sandbox"]
    if not given and not error.failures:
        return error
    hint = error.hint
    if hint and given:
        hint = _COMMAND.sub(lambda found: f"{found[0]}{shlex.join(given)} ", hint)
    return error.with_(
        hint=hint, failures=tuple(completed(each, options) for each in error.failures)
    )
