"""ssh: a session on an instance. Touches: what the runtime hands it."""

import shlex
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from lskeys.cli import ssh_instances
from lskeys.cli.options import ConnectionOptions, Port, ProgramOptions, verb
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.hints import hint_with_account_options
from lskeys.cli.runtime.output import fail
from lskeys.config.paths import expanded
from lskeys.errors import LskeysError, MissingError, RefusedError, UsageError, no_file
from lskeys.keys import grammar
from lskeys.model import HostKey
from lskeys.ssh import agent as ssh_agent
from lskeys.ssh import client, hosts, session
from lskeys.ssh.client import DEFAULT_PORT, Target
from lskeys.ssh.endpoint import save_temporary
from lskeys.ssh.reach import ReachableInstance
from lskeys.ssh.session_files import SessionFiles, session_files
from lskeys.text import lskeys_command
from lskeys.values import replace

_Forward = Annotated[list[str] | None, typer.Option("-L", metavar="FORWARD", help="As ssh -L.")]
_Remote = Annotated[list[str] | None, typer.Option("-R", metavar="FORWARD", help="As ssh -R.")]
_Dynamic = Annotated[list[str] | None, typer.Option("-D", metavar="PORT", help="As ssh -D.")]


@verb(ConnectionOptions, ProgramOptions)
def open_session(
    run: Runtime,
    instance: Annotated[str, typer.Argument(metavar="INSTANCE", help="The instance.")],
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- COMMAND...]", help="The command to run instead of a shell."),
    ] = None,
    *,
    temporary: Annotated[
        bool, typer.Option("--temporary", help="Use temporary access granted by Lightsail.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--print", help="Print the ssh command line instead of running it.")
    ] = False,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="Use only this private key.")
    ] = None,
    port: Port = DEFAULT_PORT,
    local_forward: _Forward = None,
    remote_forward: _Remote = None,
    dynamic_forward: _Dynamic = None,
    agent: Annotated[bool, typer.Option("-A", help="Forward the connection to ssh-agent.")] = False,
    no_command: Annotated[bool, typer.Option("-N", help="Run no command, only forward.")] = False,
    no_terminal: Annotated[bool, typer.Option("-T", help="Request no terminal.")] = False,
    verbose: Annotated[bool, typer.Option("-v", help="Make ssh verbose.")] = False,
) -> None:
    """Open an SSH session on an instance, with the right key and pinned host keys.

    Runs the system's OpenSSH client and exits with its exit code.

    Examples:
        lskeys ssh web-1
        lskeys ssh web-1 --temporary -- uptime
    """
    if temporary and (show or key):
        other = "--print" if show else "--key"
        raise UsageError(f"--temporary and {other} cannot be combined", hint="choose one")
    ssh = client.find(run.invocation.environ)
    options = _passed_on(
        {"-L": local_forward, "-R": remote_forward, "-D": dynamic_forward},
        {"-A": agent, "-N": no_command, "-T": no_terminal, "-v": verbose},
    )
    reach = _only(run, instance, port)
    keys = [] if temporary else _keys(run, reach, key)
    arguments = partial(
        ssh.arguments,
        options=options,
        command=command or [],
        by_agent=not (temporary or keys),
    )
    if show:
        words = arguments(_pinned_target(run, reach, port), keys)
        run.terminal.result([shlex.join(["ssh", *words[1:]])])
        return
    with session_files(ssh_instances.session_base(run)) as files:
        if temporary:
            keys, host_keys = _temporary(run, files, reach)
        else:
            host_keys = _host_keys(run, reach)
        target = _target(run, files, reach, host_keys, port)
        ended = session.run(arguments(target, keys), ssh.environment)
    raise typer.Exit(ended if temporary else _with_hint(run, reach, ended))


def _with_hint(run: Runtime, reach: ReachableInstance, ended: int) -> int:
    """The exit code of ssh; where a login with local keys may have failed, what says why."""
    if ended == session.SSH_FAILED and not run.options.quiet:
        run.terminal.hint(f"if the login failed: {reach.check_command}")
    return ended


def _passed_on(forwards: Mapping[str, list[str] | None], flags: Mapping[str, bool]) -> list[str]:
    """The options that are ssh's own: those with values, then those that are switches."""
    valued = [
        word for flag, values in forwards.items() for each in values or () for word in (flag, each)
    ]
    return [*valued, *(flag for flag, is_given in flags.items() if is_given)]


def _temporary(
    run: Runtime, files: SessionFiles, reach: ReachableInstance
) -> tuple[list[Path], tuple[HostKey, ...]]:
    """A key that Lightsail grants for some minutes, and the host keys that come with it."""
    lightsail = run.account.lightsail(reach.instance.region)
    access = lightsail.temporary_access(reach.instance.name)
    return [save_temporary(files, access)], access.host_keys


def _only(run: Runtime, name: str, port: int) -> ReachableInstance:
    """The instance of that name, if there is one, and nothing is known to be in the way."""
    seen = ssh_instances.query_instances(run, (), port, reads_ports=False)
    found = [each for each in seen.reaches if each.instance.name == name]
    if not found:
        fail(run, seen.failures, len(seen.data), "regions")
        names = [each.instance.name for each in seen.reaches]
        raise MissingError(
            f"there is no instance {name} in {', '.join(run.regions)}",
            hint=ssh_instances.hint_of_missing(run, name, names, "ssh"),
        )
    if len(found) > 1:
        where = " and ".join(each.instance.region for each in found)
        raise RefusedError(
            f"there are instances {name} in {where}",
            hint=f"name one: --region {found[0].instance.region}",
        )
    if found[0].obstacle:
        raise RefusedError(
            f"{name} in {found[0].instance.region}: {found[0].obstacle}",
            hint=hosts.way_in(found[0].instance),
        )
    return found[0]


def _keys(run: Runtime, reach: ReachableInstance, named: Path | None) -> list[Path]:
    """The key that was named, else those that may open the instance, likeliest first.

    Where there is none, those of ssh-agent are left.
    """
    if named is not None:
        path = expanded(named).absolute()
        if not path.is_file():
            raise no_file(path)
        return [path]
    if not reach.access.opening.keys and not ssh_agent.has_keys(run.invocation.environ):
        raise MissingError(
            f"there is no local key for {reach.instance.name} in {reach.instance.region}",
            hint="to use temporary access from Lightsail, add --temporary",
        )
    return [key.path for key in reach.access.opening.keys]


def _host_keys(run: Runtime, reach: ReachableInstance) -> tuple[HostKey, ...]:
    """The host keys that AWS has seen, else those that were pinned before."""
    lightsail = run.account.lightsail(reach.instance.region)
    try:
        return lightsail.host_keys(reach.instance.name)
    except LskeysError as error:
        if not reach.host_keys:
            run.terminal.warning(f"{error.message}; ssh will prompt you to confirm the host key")
        return reach.host_keys


def _target(
    run: Runtime,
    files: SessionFiles,
    reach: ReachableInstance,
    host_keys: tuple[HostKey, ...],
    port: int,
) -> Target:
    """Where ssh connects to; without any known host key its own known_hosts decides."""
    assert reach.address
    sound = grammar.host_keys(host_keys)
    target = Target(reach.address, reach.instance.username, port, None)
    if not sound:
        run.terminal.note("no host key is known for it: verify the fingerprint when ssh prompts")
        return target
    return replace(target, known_hosts=files.write_known_hosts(reach.address, sound))


def _pinned_target(run: Runtime, reach: ReachableInstance, port: int) -> Target:
    """Where ssh connects to without lskeys: with the host keys that ssh-config pinned."""
    assert reach.address
    own = ssh_instances.ssh_files(run)
    known_hosts = own.known_hosts if own and own.read().pins.get(reach.address) else None
    if known_hosts is None:
        run.terminal.note("the ssh command below does not pin host keys")
        region = reach.instance.region
        write = lskeys_command("ssh-config", "--known-hosts", "--write", region=region)
        run.terminal.hint(f"to pin them: {hint_with_account_options(write, run.options)}")
    return Target(reach.address, reach.instance.username, port, known_hosts)
