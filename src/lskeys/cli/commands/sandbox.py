"""sandbox serve|env|reset|path: the built-in pretend Lightsail. Touches: loopback, the disk."""

import shlex
from typing import Annotated

import typer

from lskeys.cli.commands import adding, epilog
from lskeys.cli.options import Program, Safety, Words, verb
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime import sandbox as sandboxes
from lskeys.config.settings import sandbox_path

group = typer.Typer(
    name="sandbox",
    cls=Words,
    help="The built-in pretend Lightsail.",
    epilog=epilog("lskeys sandbox path\nlskeys sandbox reset --set page-size=5"),
    no_args_is_help=True,
    add_completion=False,
)

PORT = 8417
"""Where `serve` listens and `env` points, unless told otherwise."""

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
        "fault=DeleteKeyPair=lost-answer*1; may be given again.",
    ),
]


@adding(group, "serve")
@verb(Program)
def serve(run: Runtime, *, port: Port = PORT, settings: Switches = None) -> None:
    """Answer any AWS tool on loopback until interrupted; prints the endpoint.

    Examples:
        lskeys sandbox serve
        lskeys sandbox serve --port 9000 --set latency=0.5
    """
    server = sandboxes.server(sandbox_path(), run.launch.now, port=port, settings=settings or ())
    run.terminal.result([server.endpoint])
    run.terminal.note("serving until Ctrl-C; in another shell: " + _pointing(port, server.port))
    server.run_forever()


@adding(group, "env")
@verb(Program)
def env(run: Runtime, *, port: ServedPort = PORT) -> None:
    """Print the exports that point any AWS tool at a running `sandbox serve`.

    Examples:
        eval "$(lskeys sandbox env)"
        lskeys sandbox env --port 9000 >sandbox.env
    """
    variables = sandboxes.environment(port)
    exports = (f"export {name}={shlex.quote(value)}" for name, value in variables.items())
    run.terminal.result([*exports, _NO_PROXY, _IN_THE_WAY])


@adding(group, "reset")
@verb(Program, Safety)
def reset(run: Runtime, *, settings: Switches = None) -> None:
    """Begin anew with a fresh account; switches set here stay for every later use.

    Examples:
        lskeys sandbox reset --dry-run
        lskeys sandbox reset --set page-size=5 --set latency=0.2
    """
    path = sandbox_path()
    sandboxes.reset(path, run.launch.now, settings or (), dry_run=run.asked.dry_run)
    if not run.asked.dry_run:
        run.forget_sandbox()
    run.terminal.note(f"{'would reset' if run.asked.dry_run else 'reset'} {path}")


@adding(group, "path")
@verb(Program)
def path(run: Runtime) -> None:
    """Print where the sandbox keeps its account.

    Examples:
        lskeys sandbox path
        cp "$(lskeys sandbox path)" before.sqlite3
    """
    run.terminal.result([str(sandbox_path())])


def _pointing(asked: int, port: int) -> str:
    return f'eval "$(lskeys sandbox env{"" if asked == PORT else f" --port {port}"})"'
