"""sandbox serve|env|reset|path: the local Lightsail emulator. Touches: localhost, the disk."""

import shlex
from typing import Annotated

import typer

from lskeys.cli.commands import adding, epilog
from lskeys.cli.options import ProgramOptions, SafetyOptions, SuggestingGroup, verb
from lskeys.cli.runtime import Runtime, sandbox
from lskeys.config.settings import sandbox_path

group = typer.Typer(
    name="sandbox",
    cls=SuggestingGroup,
    help="The local Lightsail emulator.",
    epilog=epilog("lskeys sandbox path\nlskeys sandbox reset --set page-size=5"),
    no_args_is_help=True,
    add_completion=False,
)

PORT = 8417
"""Where `serve` listens and `env` points, without --port."""

_NO_PROXY = 'export NO_PROXY="127.0.0.1${NO_PROXY:+,$NO_PROXY}"'
_IN_THE_WAY = "unset AWS_PROFILE AWS_SESSION_TOKEN AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"

Port = Annotated[
    int,
    typer.Option("--port", metavar="PORT", min=0, max=65_535, help="0 takes any free one."),
]
ServedPort = Annotated[
    int, typer.Option("--port", metavar="PORT", min=1, max=65_535, help="Where it serves.")
]
Switches = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A switch, such as page-size=5, latency=0.2, fingerprint-default=sha256-ssh, "
        "fault=DeleteKeyPair=lost-answer*1; repeatable.",
    ),
]


@adding(group, "serve")
@verb(ProgramOptions)
def serve(run: Runtime, *, port: Port = PORT, settings: Switches = None) -> None:
    """Answer any AWS tool on localhost until interrupted; prints the endpoint.

    Examples:
        lskeys sandbox serve
        lskeys sandbox serve --port 9000 --set latency=0.5
    """
    server = sandbox.server(sandbox_path(), run.invocation.now, port=port, settings=settings or ())
    run.terminal.result([server.endpoint])
    run.terminal.note("serving until Ctrl-C; in another shell:")
    run.terminal.note(_pointing(port, server.port))
    server.run_forever()


@adding(group, "env")
@verb(ProgramOptions)
def env(run: Runtime, *, port: ServedPort = PORT) -> None:
    """Print the exports that point any AWS tool at a running `sandbox serve`.

    Examples:
        eval "$(lskeys sandbox env)"
        lskeys sandbox env --port 9000 >sandbox.env
    """
    variables = sandbox.environment(port)
    exports = (f"export {name}={shlex.quote(value)}" for name, value in variables.items())
    run.terminal.result([*exports, _NO_PROXY, _IN_THE_WAY])


@adding(group, "reset")
@verb(ProgramOptions, SafetyOptions)
def reset(run: Runtime, *, settings: Switches = None) -> None:
    """Reset to a fresh account. Settings given with --set are kept.

    Examples:
        lskeys sandbox reset --dry-run
        lskeys sandbox reset --set page-size=5 --set latency=0.2
    """
    path = sandbox_path()
    sandbox.reset(path, run.invocation.now, settings or (), dry_run=run.options.dry_run)
    if not run.options.dry_run:
        run.forget_sandbox()
    run.terminal.note(f"{'would reset' if run.options.dry_run else 'reset'} {path}")


@adding(group, "path")
@verb(ProgramOptions)
def path(run: Runtime) -> None:
    """Print where the sandbox keeps its account.

    Examples:
        lskeys sandbox path
        cp "$(lskeys sandbox path)" before.sqlite3
    """
    run.terminal.result([str(sandbox_path())])


def _pointing(asked: int, port: int) -> str:
    return f'eval "$(lskeys sandbox env{"" if asked == PORT else f" --port {port}"})"'
