"""The sandbox, for its own command and for --sandbox. Touches: localhost, the disk."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lskeys.errors import LocalError, UsageError
from lskeys.text import one_line

if TYPE_CHECKING:
    from lskeys.sandbox import Server


def server(
    path: Path, now: Callable[[], datetime], *, port: int = 0, settings: Sequence[str] = ()
) -> "Server":
    """A server of the account in a file; it serves inside `with`.

    Raises:
        UsageError: A setting is none.
        LocalError: The file cannot be used.
    """
    from lskeys import sandbox

    account = sandbox.Sandbox(path, now=now)
    try:
        switches = account.switches().changed(settings)
        changed = sandbox.Sandbox(path, now=now, switches=switches)
        return sandbox.serve(changed, port=port)
    except ValueError as error:
        raise UsageError(f"--set: {one_line(str(error))}") from None
    except sandbox.SandboxError as error:
        raise LocalError(
            one_line(str(error)), hint="run lskeys sandbox reset, or move the file away"
        ) from None


def environment(port: int) -> Mapping[str, str]:
    """The variables that point any AWS tool at a sandbox served on this port."""
    from lskeys import sandbox

    return sandbox.environment(f"http://127.0.0.1:{port}")


def reset(
    path: Path, now: Callable[[], datetime], settings: Sequence[str], *, dry_run: bool
) -> None:
    """Begin the account in a file anew; a dry run only reads the settings.

    Raises:
        UsageError: A setting is none.
        LocalError: The file cannot be used.
    """
    from lskeys import sandbox

    try:
        switches = sandbox.Switches().changed(settings)
    except ValueError as error:
        raise UsageError(f"--set: {one_line(str(error))}") from None
    if dry_run:
        return
    try:
        sandbox.Sandbox(path, now=now).reset(switches)
    except sandbox.SandboxError as error:
        raise LocalError(one_line(str(error)), hint="move that file away") from None
