"""Login attempts against real sshd processes: what each comes to, whatever responds."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lskeys.sandbox import Server as HttpServer
from lskeys.ssh import client
from lskeys.ssh.client import SshClient, Target
from lskeys.ssh.login import Login
from lskeys.ssh.login_log import Attempt, Verdict, read_log
from tests.support.sshd_lab import USER, Lab, Server, make_key

REFUSED_LINE = "Permission denied (publickey)."


@pytest.fixture
def ssh() -> SshClient:
    """The installed client."""
    return client.find(os.environ)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A private key in a directory whose name ssh has every chance to misread."""
    path = tmp_path / "my 50%h kéys" / "a key"
    path.parent.mkdir()
    make_key(path)
    return path


def public(key: Path) -> str:
    """The public line of a key."""
    return key.with_name(key.name + ".pub").read_text().strip()


def logged_in(
    ssh: SshClient, running: Lab, server: Server, *keys: Path, host_key: str | None = None
) -> Attempt:
    """An attempt with the server's own host key pinned, or with another one, or none for ""."""
    directory = server.directory
    known = directory / "known hosts"
    pinned = server.host_key if host_key is None else host_key
    known.write_text(f"{server.address} {pinned}\n" if pinned else "")
    target = Target(server.address, USER, running.port, known)
    return Login(ssh, target, keys, directory / "client.log").attempt()


def test_opens(servers: Lab, ssh: SshClient, key: Path, tmp_path: Path) -> None:
    """The key that opened it is reported, whichever was tried before."""
    other = tmp_path / "other"
    make_key(other)
    server = servers.add()
    server.authorize(public(key))
    assert logged_in(ssh, servers, server, other, key) == Attempt(Verdict.OPENS, key=key)
    assert logged_in(ssh, servers, server, key, other) == Attempt(Verdict.OPENS, key=key)


@pytest.mark.parametrize(
    "habit",
    [
        "ForceCommand echo no; exit 1",
        "ForceCommand exec sleep 60",
        "ForceCommand kill -9 $$",
        "PermitTTY no",
        "Banner {directory}/banner",
    ],
)
def test_opens_whatever_is_run(servers: Lab, ssh: SshClient, key: Path, habit: str) -> None:
    """It is the login that counts, not what a forced command or a banner makes of it."""
    server = servers.add()
    server.authorize(public(key))
    (server.directory / "banner").write_text(f"{REFUSED_LINE}\nHost key verification failed.\n")
    server.configure(habit.format(directory=server.directory))
    assert logged_in(ssh, servers, server, key).verdict is Verdict.OPENS


def test_refused(servers: Lab, ssh: SshClient, key: Path) -> None:
    """A server that does not know the key refuses, though its banner says that it opened."""
    server = servers.add()
    (server.directory / "banner").write_text("Authenticated to you using everything\n")
    server.configure(f"Banner {server.directory}/banner")
    found = logged_in(ssh, servers, server, key)
    assert (found.verdict, found.key) == (Verdict.REFUSED, None)
    assert "Permission denied" in found.reason
    assert logged_in(ssh, servers, server).verdict is Verdict.REFUSED


def test_a_key_that_others_can_read(servers: Lab, ssh: SshClient, key: Path) -> None:
    """It is not the instance that refuses it; the command that is named lets it in."""
    server = servers.add()
    server.authorize(public(key))
    key.chmod(0o644)
    found = logged_in(ssh, servers, server, key)
    assert (found.verdict, found.key) == (Verdict.REFUSED, None)
    assert found.reason == f"it accepts {key}, which ssh cannot use: bad permissions"
    assert found.remedy
    subprocess.run(found.remedy, shell=True, check=True)  # noqa: S602  as it is printed
    assert logged_in(ssh, servers, server, key).verdict is Verdict.OPENS


@pytest.mark.parametrize("is_known", [True, False])
def test_an_encrypted_key(
    servers: Lab, ssh: SshClient, key: Path, tmp_path: Path, *, is_known: bool
) -> None:
    """A key that the instance accepts lacks its passphrase only; another one is refused."""
    other = tmp_path / "other"
    make_key(other)
    subprocess.run(("ssh-keygen", "-q", "-p", "-N", "a passphrase", "-f", key), check=True)
    server = servers.add()
    server.authorize(public(key if is_known else other))
    found = logged_in(ssh, servers, server, key)
    assert found.verdict is Verdict.REFUSED
    if is_known:
        assert found.reason == f"it accepts {key}, which ssh cannot use without its passphrase"
        assert found.remedy == f"ssh-add '{key}'"
    else:
        assert "Permission denied" in found.reason
        assert logged_in(ssh, servers, server, key, other).key == other


@pytest.mark.parametrize("shape", ["with .pub", "alone", "PEM alone"])
def test_more_than_a_key(servers: Lab, ssh: SshClient, key: Path, shape: str) -> None:
    """A server that accepts the key and wants more has refused it, and what it wants is said.

    The key itself is not one that the server refuses, however ssh offers it.
    """
    if shape == "PEM alone":
        key.unlink()
        made = ("ssh-keygen", "-q", "-t", "rsa", "-m", "PEM", "-N", "", "-f", key)
        subprocess.run(made, check=True, input=b"y\n")
    server = servers.add()
    server.authorize(public(key))
    server.configure("PasswordAuthentication yes", "AuthenticationMethods publickey,password")
    if shape != "with .pub":
        key.with_name(f"{key.name}.pub").unlink()
    found = logged_in(ssh, servers, server, key)
    assert (found.verdict, found.remedy, found.wants) == (Verdict.REFUSED, None, "password")
    assert found.reason == f"it accepts {key}, and wants more: password"
    assert found.refused == ()
    server.authorize()
    assert logged_in(ssh, servers, server, key).refused == (key,)


def test_a_program_that_silences_ssh(
    servers: Lab, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrapper called ssh that adds -q does not hide what a login comes to."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "ssh").write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -q "$@"\n')
    (tools / "ssh").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    server = servers.add()
    server.authorize(public(key))
    assert logged_in(client.find(os.environ), servers, server, key).verdict is Verdict.OPENS


@pytest.mark.parametrize(
    ("log", "timed_out", "reason"),
    [
        ("", False, "ssh ended without saying why"),
        ("debug1: Connection established.\n", True, "no response in time"),
        (
            "debug1: Remote protocol version 2.0\ndebug1: SSH2_MSG_NEWKEYS received\n",
            True,
            "no response in time: the ssh-agent may be waiting, or the instance",
        ),
    ],
)
def test_a_login_without_a_word(log: str, reason: str, *, timed_out: bool) -> None:
    """Where ssh says nothing, it is only called a time-out if it was one, by the last step."""
    found = read_log(log, (), timed_out=timed_out)
    assert (found.verdict, found.reason) == (Verdict.UNREACHABLE, reason)


@pytest.mark.parametrize("tries", [1, 2, 3, 6])
def test_more_keys_than_a_server_waits_for(
    servers: Lab, ssh: SshClient, key: Path, tmp_path: Path, tries: int
) -> None:
    """A server that hangs up after some keys is offered the others in another connection."""
    others = [tmp_path / "one", tmp_path / "two"]
    for other in others:
        make_key(other)
    server = servers.add()
    server.configure(f"MaxAuthTries {tries}")
    assert logged_in(ssh, servers, server, *others, key).verdict is Verdict.REFUSED
    server.authorize(public(key))
    assert logged_in(ssh, servers, server, *others, key) == Attempt(Verdict.OPENS, key=key)


def test_another_host_key(servers: Lab, ssh: SshClient, key: Path, tmp_path: Path) -> None:
    """A server with another host key than the pinned one gets nothing."""
    server = servers.add()
    server.authorize(public(key))
    pinned = make_key(tmp_path / "pinned")
    assert logged_in(ssh, servers, server, key, host_key=pinned).verdict is Verdict.DIFFERS


def test_no_host_key(servers: Lab, ssh: SshClient, key: Path) -> None:
    """Without any host key nothing is sent to it; that is not called a changed one."""
    server = servers.add()
    server.authorize(public(key))
    found = logged_in(ssh, servers, server, key, host_key="")
    assert found.verdict is Verdict.UNREACHABLE
    assert "verification failed" in found.reason


def test_unreachable(servers: Lab, ssh: SshClient, key: Path) -> None:
    """A server that is not there is reported as ssh reports it."""
    server = servers.add()
    servers.close()
    found = logged_in(ssh, servers, server, key)
    assert found.verdict is Verdict.UNREACHABLE
    assert "Connection refused" in found.reason


@pytest.mark.usefixtures("home")
def test_no_ssh_there(ssh: SshClient, key: Path, server: HttpServer, tmp_path: Path) -> None:
    """What responds there and does not speak ssh is not reached."""
    target = Target("127.0.0.1", USER, server.port, tmp_path / "known")
    found = Login(ssh, target, [key], tmp_path / "log").attempt()
    assert found.verdict is Verdict.UNREACHABLE


@pytest.mark.parametrize(
    ("version", "known"),
    [((7, 4), []), ((7, 6), ["RemoteCommand"]), ((8, 7), ["RemoteCommand", "SessionType"])],
)
def test_options_that_old_versions_lack(
    ssh: SshClient, version: tuple[int, int], known: list[str]
) -> None:
    """A command runs whatever the user's configuration says, with options that ssh knows."""
    old = SshClient(ssh.program, version, ssh.environment)
    target = Target("192.0.2.1", USER, 22, None)
    words = old.arguments(target, (), (), ("true",))
    assert [name for name in ("RemoteCommand", "SessionType") if name in str(words)] == known
    assert "RemoteCommand" not in str(old.arguments(target, ()))


def test_no_shared_connection(servers: Lab, ssh: SshClient, key: Path, tmp_path: Path) -> None:
    """What the user's configuration would share is not: it could outlive the session."""
    server = servers.add()
    server.authorize(public(key))
    known, config = tmp_path / "known", tmp_path / "config"
    known.write_text(f"{server.address} {server.host_key}\n")
    socket_of = tmp_path / "master"
    config.write_text(f"ControlMaster yes\nControlPath {socket_of}\nControlPersist 5\n")
    target = Target(server.address, USER, servers.port, known)
    subprocess.run(ssh.arguments(target, [key], ("-F", str(config)), ("true",)), check=True)
    assert not socket_of.exists()
