"""The sandbox, for its own command and for --sandbox. Touches: localhost, the disk."""

import contextlib
import errno
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lskeys.cli import completion
from lskeys.errors import InterruptedByUserError, LocalError, LskeysError, MissingError, UsageError
from lskeys.text import one_line

if TYPE_CHECKING:
    from lskeys.sandbox import Server

_PORT_ERRORS = {errno.EADDRINUSE, errno.EACCES}
_SIGNALLED = 128
"""A shell adds a signal's number to it."""


def server(
    path: Path, now: Callable[[], datetime], *, port: int = 0, settings: Sequence[str] = ()
) -> "Server":
    """A server of the account in a file; it serves inside `with`.

    Raises:
        UsageError: A setting is none.
        LocalError: The file or the port cannot be used.
    """
    from lskeys import sandbox

    account = sandbox.Sandbox(path, now=now, settings=settings)
    try:
        return sandbox.serve(account, port=port)
    except OSError as error:
        if error.errno not in _PORT_ERRORS or error.filename:  # which the file's errors have
            raise
        reason = os.strerror(error.errno).lower()
        hint = "name another port, or 0 for any free one: lskeys sandbox serve --port 0"
        raise LocalError(f"port {port}: {reason}", hint=hint) from None
    except (ValueError, sandbox.SandboxError) as error:
        raise _refusal(error, "run lskeys sandbox reset, or move the file away") from None


def exports(port: int) -> list[str]:
    """Lines of shell that point AWS tools at a sandbox served on this port."""
    from lskeys import sandbox

    return sandbox.exports(endpoint(port))


def execute(command: Sequence[str], endpoint: str, environ: Mapping[str, str]) -> int:
    """Run a command whose AWS tools talk to the sandbox; its exit code, as a shell has it.

    Raises:
        MissingError: There is no such command.
    """
    import subprocess

    from lskeys import sandbox

    try:
        running = subprocess.Popen(  # noqa: S603  the command is the user's own
            command, env=sandbox.environment_with_sandbox(endpoint, environ)
        )
    except FileNotFoundError:
        raise MissingError(
            f"{one_line(command[0])}: command not found", hint="check its name, and PATH"
        ) from None
    with running:
        try:
            code = running.wait()
        except InterruptedByUserError:  # only Ctrl-C reaches the command, too
            running.terminate()
            raise
    return code if code >= 0 else _SIGNALLED - code


def endpoint(port: int) -> str:
    """Where a port of this computer is."""
    return f"http://127.0.0.1:{port}"


def forget_names(environ: Mapping[str, str]) -> None:
    """Forget for TAB what the sandbox had, which begins anew."""
    from lskeys.cli.completion.cache_writing import forget_account

    forget_account(completion.cache_path(environ), completion.SANDBOX)


def reset(
    path: Path,
    directory: Path,
    now: Callable[[], datetime],
    settings: Sequence[str],
    *,
    dry_run: bool,
) -> None:
    """Begin the account in a file anew, and clear its directory; a dry run only reads settings.

    Raises:
        UsageError: A setting is none.
        LocalError: The file cannot be used.
    """
    import shutil

    from lskeys import sandbox

    try:
        switches = sandbox.Switches().changed(settings)
    except ValueError as error:
        raise _refusal(error) from None
    if dry_run:
        return
    try:
        sandbox.Sandbox(path, now=now).reset(switches)
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(directory)
    except sandbox.SandboxError as error:
        raise _refusal(error, "move that file away") from None


def _refusal(error: Exception, hint: str | None = None) -> LskeysError:
    """The error for a setting that is none, or for a file that cannot be used."""
    if isinstance(error, ValueError):
        return UsageError(f"--set: {one_line(str(error))}")
    return LocalError(one_line(str(error)), hint=hint)
