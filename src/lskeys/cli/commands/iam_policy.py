"""iam-policy: the permissions that commands need. Touches: the terminal."""

from typing import Annotated

import typer

from lskeys.cli import commands, permissions
from lskeys.cli.options import ProgramOptions, verb
from lskeys.cli.runtime import Runtime
from lskeys.errors import UsageError
from lskeys.output.result import json_text
from lskeys.text import did_you_mean, one_line


@verb(ProgramOptions)
def print_policy(
    run: Runtime,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[COMMAND]...", help="Commands to cover (default: all)."),
    ] = None,
    *,
    read_only: Annotated[
        bool,
        typer.Option(
            "--read-only", help="Only actions that change nothing and return no private key."
        ),
    ] = False,
) -> None:
    """Print the minimal IAM policy that commands need, as JSON.

    Examples:
        lskeys iam-policy
        lskeys iam-policy list show audit
    """
    wanted = [_command(word) for word in words] if words else list(permissions.OPERATIONS)
    document = permissions.policy(wanted, read_only=read_only)
    if not document["Statement"][0]["Action"]:
        which = "read-only permissions" if read_only else "permissions"
        raise UsageError(f"{', '.join(wanted)}: no {which} are needed", hint="lskeys iam-policy")
    run.terminal.result([json_text(document, indent=4)])


def _command(word: str) -> str:
    """The command of a word or of its short name."""
    if found := commands.find(word):
        return found.word
    raise UsageError(
        f"no such command '{one_line(word, limit=80)}'",
        hint=did_you_mean(word, [each.word for each in commands.VERBS]) or "see lskeys --help",
    )
