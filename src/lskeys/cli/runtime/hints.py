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


def complete(error: LskeysError, options: SharedOptions) -> None:
    """Put the profile, the endpoint and the sandbox of this run into the commands of a hint.

    Only what was given as an option: variables and files hold for the next command as well. A
    region is put there where the hint is made.
    """
    given = []
    if options.profile is not None:
        given += ["--profile", options.profile]
    if options.endpoint_url is not None:
        given += ["--endpoint-url", options.endpoint_url]
    if options.sandbox:
        given += ["--sandbox"]
    if error.hint and given:
        error.hint = _COMMAND.sub(lambda found: f"{found[0]}{shlex.join(given)} ", error.hint)
    for failure in error.failures:
        complete(failure, options)
