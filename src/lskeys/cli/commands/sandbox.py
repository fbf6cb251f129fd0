"""sandbox serve|env|exec|reset|path: the local Lightsail emulator. Touches: localhost, the disk."""

from typing import Annotated

import typer

from lskeys.cli.options import ProgramOptions, SafetyOptions, verb
from lskeys.cli.parsing import RunsCommand, SuggestingGroup, command_decorator, epilog
from lskeys.cli.runtime import Runtime, sandbox
from lskeys.config.paths import sandbox_directory, sandbox_path

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

Port = Annotated[
    int,
    typer.Option("--port", metavar="PORT", min=0, max=65_535, help="The port; 0 for any free one."),
]
ServedPort = Annotated[
    int, typer.Option("--port", metavar="PORT", min=1, max=65_535, help="The port of the sandbox.")
]
RunningPort = Annotated[
    int | None,
    typer.Option(
        "--port", metavar="PORT", min=1, max=65_535, help="The port of a running sandbox."
    ),
]
Command = Annotated[list[str], typer.Argument(metavar="-- COMMAND [ARGS]...", show_default=False)]
Switches = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A setting, such as page-size=5, latency=0.2, fingerprint-default=sha256-ssh, "
        "fault=DeleteKeyPair=lost-answer*1; repeatable.",
    ),
]


@command_decorator(group, "serve")
@verb(ProgramOptions)
def serve(run: Runtime, *, port: Port = PORT, settings: Switches = None) -> None:
    """Serve the sandbox on localhost until interrupted, for any AWS tool.

    Examples:
        lskeys sandbox serve
        lskeys sandbox serve --port 9000 --set latency=0.5
    """
    server = sandbox.server(sandbox_path(), run.invocation.now, port=port, settings=settings or ())
    run.terminal.result([server.endpoint])
    run.terminal.note("serving until Ctrl-C; in another shell:")
    run.terminal.note(_pointing(port, server.port))
    server.run_forever()


@command_decorator(group, "env")
@verb(ProgramOptions)
def env(run: Runtime, *, port: ServedPort = PORT) -> None:
    """Print the exports that point AWS tools at a running `sandbox serve`.

    Tools that ignore AWS_ENDPOINT_URL_LIGHTSAIL must be given the endpoint, or they contact AWS
    itself: --endpoint-url for the AWS CLI before 1.29 (v1) or 2.13 (v2), endpoint_url for boto3
    before 1.28, an endpoint for the JavaScript SDK v2 and the Go SDK v1. The comments after the
    exports spell each out.

    Examples:
        eval "$(lskeys sandbox env)"
        lskeys sandbox env --port 9000 >sandbox.env
    """
    run.terminal.result(sandbox.exports(port))


@command_decorator(group, "exec", RunsCommand)
@verb(ProgramOptions)
def execute(run: Runtime, *, command: Command, port: RunningPort = None) -> None:
    """Run a command with AWS tools pointed at the sandbox; exit with its exit code.

    A sandbox is started for the command and stopped after it; --port uses a running one.

    Examples:
        lskeys sandbox exec -- lskeys list --include-default
        lskeys sandbox exec --port 9000 -- env
    """
    environ = run.invocation.environ
    if port is not None:
        code = sandbox.execute(command, sandbox.endpoint(port), environ)
    else:
        with sandbox.server(sandbox_path(), run.invocation.now) as server:
            code = sandbox.execute(command, server.endpoint, environ)
    if code:
        raise typer.Exit(code)


@command_decorator(group, "reset")
@verb(ProgramOptions, SafetyOptions)
def reset(run: Runtime, *, settings: Switches = None) -> None:
    """Reset to a fresh account. Settings made with --set are kept.

    Keys, ssh files and rotations that --sandbox saved in its own directory are removed.

    Examples:
        lskeys sandbox reset --dry-run
        lskeys sandbox reset --set page-size=5 --set latency=0.2
    """
    path = sandbox_path()
    directory, dry_run = sandbox_directory(), run.options.dry_run
    sandbox.reset(path, directory, run.invocation.now, settings or (), dry_run=dry_run)
    if not dry_run:
        sandbox.forget_names(run.invocation.environ)
    run.terminal.note(f"{'would reset' if dry_run else 'reset'} {path}")


@command_decorator(group, "path")
@verb(ProgramOptions)
def path(run: Runtime) -> None:
    """Print the path of the file with the sandbox's account.

    Examples:
        lskeys sandbox path
        cp "$(lskeys sandbox path)" before.sqlite3
    """
    run.terminal.result([str(sandbox_path())])


def _pointing(given: int, port: int) -> str:
    return f'eval "$(lskeys sandbox env{"" if given == PORT else f" --port {port}"})"'
