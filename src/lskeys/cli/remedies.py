"""Command lines that reach the same account, for findings. Touches: what the runtime hands it."""

from lskeys.audit.remedies import LskeysCommands
from lskeys.cli.runtime import Runtime


def commands(run: Runtime) -> LskeysCommands:
    """What the command line said about whom to query; variables and files go on saying it."""
    asked = run.options
    options = (
        *(("--endpoint-url", asked.endpoint_url) if asked.endpoint_url else ()),
        *(("--sandbox",) if asked.sandbox else ()),
    )
    return LskeysCommands(run.profiles or asked.profiles, options)
