"""Command lines that reach the same account, for findings. Touches: what the runtime hands it."""

from lskeys.audit.remedies import LskeysCommands
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.hints import connection_options


def lskeys_commands(run: Runtime) -> LskeysCommands:
    """The commands with the options of this run that choose the account."""
    return LskeysCommands(run.profiles or run.options.profiles, connection_options(run.options))
