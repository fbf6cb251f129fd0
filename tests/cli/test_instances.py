"""instances, ssh and authorize, on an account whose instances are real sshd processes."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lskeys.cli.permissions import OPERATIONS
from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.conftest import CREATED, NOW, REGION, Ran, Run
from tests.support.aws_clients import AWS_CLI, run_aws_cli
from tests.support.cli_keys import other_pem, public_line, save
from tests.support.sshd_lab import USER, Lab, lab, make_key
from tests.support.sshd_lab import Server as Sshd

DEFAULT_FILE = f"LightsailDefaultKey-{REGION}.pem"
VERBS = ("instances", "ssh", "authorize", "rotate-default", "audit")
SSH = shutil.which("ssh")
OLD_FILE = f"{DEFAULT_FILE}.old-20261120T000000Z"


@dataclass(frozen=True, slots=True)
class Fleet:
    """Instances of the default pair; `old` were launched before it was replaced.

    The keys of both generations are on this computer, the old one as rotate-default keeps it.
    """

    account: Sandbox
    servers: Lab
    old_line: str
    new_line: str

    def add(
        self,
        name: str,
        *,
        old: bool = False,
        host_key: str | None = None,
        ports: list[int] | None = None,
    ) -> Sshd:
        """One more instance, which the key of its generation opens."""
        server = self.servers.add()
        server.authorize(self.old_line if old else self.new_line)
        self.account.add_instance(
            REGION,
            name,
            username=USER,
            address=server.address,
            port=self.servers.port,
            created_at=CREATED - timedelta(days=1) if old else NOW,
            host_keys=[host_key or server.host_key],
            ports=ports,
        )
        return server

    def trust(self, server: Sshd) -> None:
        """Have an instance accept the temporary access that Lightsail grants."""
        authority = server.directory / "authority.pub"
        authority.write_text(f"{self.account.authority_line}\n")
        server.configure(f"TrustedUserCAKeys {authority}")

    @property
    def port(self) -> str:
        """The option that says where all of them listen."""
        return f"--port {self.servers.port}"


@pytest.fixture
def account(tmp_path: Path) -> Sandbox:
    """An empty account with the real time: what it signs is valid now."""
    path = tmp_path / "account" / "sandbox.sqlite3"
    return Sandbox(path, now=lambda: datetime.now(UTC), seed=False)


@pytest.fixture
def fleet(
    account: Sandbox, server: Server, home: Path, tmp_path: Path, rsa_pem: str
) -> Iterator[Fleet]:
    """No instance yet."""
    assert server.port
    account.add_default_key_pair(REGION, private_pem=rsa_pem, created_at=CREATED)
    save(home / ".ssh" / DEFAULT_FILE, rsa_pem)
    save(home / ".ssh" / OLD_FILE, other_pem())
    with lab(tmp_path) as servers:
        yield Fleet(account, servers, public_line(other_pem()), public_line(rsa_pem))
    sent = {request.operation for request in server.requests}
    assert sent - {"GetRegions", "StartInstance"} <= {
        each for verb in VERBS for each in OPERATIONS[verb]
    }


def checks(ran: Ran) -> dict[str, str]:
    """The verdict of each instance."""
    return {each["name"]: each["check"]["verdict"] for each in json.loads(ran.out)["instances"]}


TWO_FACTORS = (
    "AuthenticationMethods publickey,keyboard-interactive",
    "KbdInteractiveAuthentication yes",
)


def fingerprint_of(line: str) -> str:
    """The fingerprint of a public line, by ssh-keygen."""
    words = ("ssh-keygen", "-lf", "-")
    return subprocess.run(
        words, input=line, capture_output=True, text=True, check=True
    ).stdout.split()[1]


def put_ssh(directory: Path, script: str) -> None:
    """Have a shell script be the ssh of a directory."""
    directory.mkdir(exist_ok=True)
    (directory / "ssh").write_text(f"#!/bin/sh\n{script}")
    (directory / "ssh").chmod(0o700)


def lskeys(line: str) -> subprocess.CompletedProcess[str]:
    """Run lskeys in a process of its own, whose streams ssh gets."""
    return subprocess.run(
        [sys.executable, "-m", "lskeys", *shlex.split(line)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


def test_generations(fleet: Fleet, run: Run, home: Path) -> None:
    """Each instance with the key of its generation, without a login."""
    fleet.add("old", old=True)
    fleet.add("new")
    ran = run(f"instances {fleet.port} -o json")
    found = {each["name"]: each["identityFiles"] for each in json.loads(ran.out)["instances"]}
    old, new = str(home / ".ssh" / OLD_FILE), str(home / ".ssh" / DEFAULT_FILE)
    assert found == {"old": [old, new], "new": [new]}
    assert not any(server.connections for server in fleet.servers.servers)


def test_earlier_keys(fleet: Fleet, run: Run, home: Path) -> None:
    """Launched with an earlier key: dates say which may open an instance, a login which does.

    After it, `show`, `audit` and `ssh-config` have that key first, too.
    """
    later = home / ".ssh" / f"{DEFAULT_FILE}.old-20261121T000000Z"
    old, new = home / ".ssh" / OLD_FILE, home / ".ssh" / DEFAULT_FILE
    fleet.add("by-dates", old=True)
    fleet.add("by-login", old=True).authorize(make_key(later))
    stale = "newer than by-dates, by-login, which it opens only if added there"
    assert stale_default(run) == f"{stale}; {old} may open them"
    assert identity_files(run) == [f"by-dates: {old}", f"by-login: {old}"]
    assert run(f"instances --check {fleet.port}").exit_code == 0
    assert stale_default(run) == f"{stale}; {old} opens by-dates; {later} opens by-login"
    assert identity_files(run) == [f"by-dates: {old}", f"by-login: {later}"]
    hosts = json.loads(run("ssh-config -o json").out)["hosts"]
    assert [each["notes"] for each in hosts] == [
        [f"launched with an earlier key; a login with {each.name} worked"] for each in (old, later)
    ]
    shown = json.loads(run(f"show {DEFAULT_PAIR} -o json").out)["keyPair"]["outdatedInstances"]
    for each in hosts, shown:
        files = {item["name"]: [*map(Path, item["identityFiles"])] for item in each}
        assert files == {"by-dates": [old, new, later], "by-login": [later, old, new]}
    assert all("provedAt" in each for each in shown)


def test_a_key_that_opens_no_more(fleet: Fleet, run: Run, home: Path) -> None:
    """A refused login takes the proof of a key back, whether another opens it or none."""
    old, new = home / ".ssh" / OLD_FILE, home / ".ssh" / DEFAULT_FILE
    server = fleet.add("web", old=True)
    check = f"instances --check {fleet.port}"
    assert run(check).exit_code == 0
    assert identity_files(run) == [f"web: {old}"]
    server.authorize(fleet.new_line)
    assert run(check).exit_code == 0
    assert outdated(run) == []
    assert offered(run) == [new, old]
    server.authorize()
    assert run(check).exit_code == 6
    assert offered(run) == [old, new]
    assert "provedAt" not in run("instances -o json").out


def offered(run: Run) -> list[Path]:
    """The keys for the one instance, likeliest first."""
    [found] = json.loads(run("instances -o json").out)["instances"]
    return [*map(Path, found["identityFiles"])]


def stale_default(run: Run) -> str:
    """What audit says of an outdated default key pair."""
    findings = json.loads(run("audit -o json").out)["findings"]
    [message] = [each["message"] for each in findings if each["code"] == "stale-default"]
    return str(message)


def identity_files(run: Run) -> list[str]:
    """The earlier keys that show names."""
    lines = run(f"show {DEFAULT_PAIR} -o text").out.splitlines()
    return [line.partition("\t")[2] for line in lines if line.startswith("identity-files\t")]


def test_what_cannot_be_reached(fleet: Fleet, account: Sandbox, run: Run) -> None:
    """A stopped instance, Windows, no address, a firewall that is closed: each says why."""
    account.add_instance(REGION, "stopped", state="stopped")
    account.add_instance(REGION, "office", blueprint_id="windows_server_2022")
    account.add_instance(REGION, "closed", ports=[443])
    account.add_instance(REGION, "open")
    ran = run("instances -o json")
    assert {
        each["name"]: each.get("notReachable") for each in json.loads(ran.out)["instances"]
    } == {
        "stopped": "it is stopped",
        "office": "Windows instances have no SSH server",
        "closed": "its firewall does not open port 22",
        "open": None,
    }
    assert run("ssh office").err.endswith("lskeys: hint: connect to it with RDP\n")
    assert fleet.servers.servers == []


def test_check(fleet: Fleet, account: Sandbox, run: Run) -> None:
    """Every verdict, from real logins, with the next command; the exit code is 6."""
    fleet.add("opens")
    fleet.add("older", old=True)
    refused = fleet.add("refused")
    refused.authorize()
    fleet.trust(refused)
    differs = fleet.add("differs", host_key=fleet.old_line)
    fleet.add("ancient").configure("KexAlgorithms diffie-hellman-group1-sha1")
    fleet.add("careful").configure(*TWO_FACTORS)
    account.add_instance(REGION, "stopped", state="stopped")
    account.add_instance(REGION, "office", blueprint_id="windows_server_2022")
    ran = run(f"instances --check {fleet.port} -o json")
    assert ran.exit_code == 6
    assert checks(ran) == {
        "opens": "opens",
        "older": "opens",
        "refused": "refused",
        "differs": "host key differs",
        "ancient": "unreachable",
        "careful": "refused",
        "stopped": "unreachable",
    }
    assert "the login failed on 5 of 7 instances" in ran.err
    proved = json.loads(run(f"instances {fleet.port} -o json").out)["instances"]
    assert sorted(each["name"] for each in proved if "provedAt" in each) == ["older", "opens"]
    assert run(f"instances --check {fleet.port} 'o[lp]*'").exit_code == 0
    commands = {each["name"]: each["check"]["command"] for each in json.loads(ran.out)["instances"]}
    there = f"--region {REGION} {fleet.port}"
    assert commands == {
        "opens": f"lskeys ssh opens {there}",
        "older": f"lskeys ssh older {there}",
        "refused": f"lskeys authorize refused --key-pair {DEFAULT_PAIR} --temporary {there}",
        "differs": f"lskeys ssh-config --known-hosts differs --region {REGION} | ssh-keygen -lf -",
        "ancient": f"lskeys ssh -v ancient {there}",
        "careful": f"lskeys ssh careful {there}",
        "stopped": "aws lightsail start-instance --instance-name stopped --region us-east-1",
    }
    assert lskeys(f"{commands['opens'].partition(' ')[2]} -- true").returncode == 0
    assert run(f"{commands['refused'].partition(' ')[2]} --yes").exit_code == 0
    as_printed = commands["differs"].replace("lskeys", f"{sys.executable} -m lskeys")
    compared = subprocess.run(("sh", "-c", as_printed), capture_output=True, text=True, check=True)
    assert fingerprint_of(fleet.old_line) in compared.stdout
    sent = differs.host_key
    assert f'"it has {sent.split()[0]} {fingerprint_of(sent)}"' in ran.out
    assert run(f"instances --check {fleet.port} refused").exit_code == 0
    ran = run(f"instances --check {fleet.port} differs stopped")
    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert (ran.exit_code, [(row[0], row[4], row[6]) for row in rows]) == (
        6,
        [
            ("differs", "host key differs", commands["differs"]),
            ("stopped", "unreachable", commands["stopped"]),
        ],
    )
    if AWS_CLI is not None:
        assert run_aws_cli(os.environ, *commands["stopped"].split()[2:]).returncode == 0
        assert json.loads(run("instances stopped -o json").out)["instances"][0]["state"] == {
            "name": "running"
        }


def test_why_no_host_key_is_known(fleet: Fleet, server: Server, run: Run) -> None:
    """AWS's reason is shown; the next command has ssh prompt for the host key."""
    fleet.add("web")
    server.add_fault("GetInstanceAccessDetails=AccessDeniedException")
    ran = run(f"instances --check {fleet.port} -o json")
    [check] = [each["check"] for each in json.loads(ran.out)["instances"]]
    assert check["verdict"] == "unreachable"
    assert "no host key of it is known (cannot read the host keys of web" in check["reason"]
    assert check["command"] == f"lskeys ssh web --region {REGION} {fleet.port}"


def test_a_check_that_fails(
    fleet: Fleet, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instances that could not be checked are not left out silently: the exit code says so."""
    fleet.add("one")
    fleet.add("two")
    (home / "run").mkdir(0o700)
    (home / "run" / "lskeys").write_text("")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
    ran = run(f"instances --check {fleet.port}")
    assert (ran.exit_code, ran.out) == (9, "")
    assert f"cannot make a directory in {home}/run/lskeys: not a directory" in ran.err


@pytest.mark.parametrize("is_open", [True, False])
def test_the_port_of_the_users_configuration(
    fleet: Fleet, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, *, is_open: bool
) -> None:
    """The firewall is checked for the port of the ssh configuration; the next command names it."""
    old = fleet.add("web", old=True, ports=None if is_open else [443])
    port = fleet.servers.port
    (home / ".ssh" / "config").write_text(f"Host {old.address}\n Port {port}\n")
    put_ssh(home / "tools", f'exec {SSH} -F {home}/.ssh/config "$@"\n')
    monkeypatch.setenv("PATH", f"{home / 'tools'}:{os.environ['PATH']}")
    checked = run("instances --check -o json")
    [found] = json.loads(checked.out)["instances"]
    authorized = run("authorize web --key-pair default --yes")
    if is_open:
        assert (checked.exit_code, authorized.exit_code) == (0, 0)
        assert found["check"]["command"] == f"lskeys ssh web --region {REGION} {fleet.port}"
        assert "notReachable" not in found
    else:
        closed = f"its firewall does not open port {port}"
        assert (checked.exit_code, found["check"]["reason"]) == (6, closed)
        assert f"web in {REGION} cannot be reached: {closed}" in authorized.err
        assert "hint: to list its open ports: aws lightsail get-inst" in authorized.err
        assert not old.connections


def test_no_openssh(
    fleet: Fleet, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without ssh, with another one, and with one too old: exit code 4 says so."""
    fleet.add("web")
    tools = tmp_path / "tools"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    for version, said in (
        (None, "there is no ssh on PATH"),
        ("Dropbear v2022.83", "is not OpenSSH's client: Dropbear v2022.83"),
        ("OpenSSH_6.6.1p1, OpenSSL", "is too old: OpenSSH_6.6"),
    ):
        if version:
            put_ssh(tools, f"echo '{version}' >&2\n")
        for line in ("instances --check", "ssh web", "authorize web --key-pair default --yes"):
            ran = run(line)
            assert ran.exit_code == 4
            assert said in ran.err


def test_ssh(fleet: Fleet, home: Path) -> None:
    """A command runs there, with its exit code, and our variables do not reach ssh."""
    fleet.add("old", old=True)
    ran = lskeys(f"ssh old {fleet.port} -- 'echo hello; exit 42'")
    assert (ran.returncode, ran.stdout, ran.stderr) == (42, "hello\n", "")
    seen, tools = home / "seen", home / "tools"
    put_ssh(tools, f'env >> {seen}\nexec {SSH} "$@"\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
        assert lskeys(f"ssh old {fleet.port} -- true").returncode == 0
    assert not [line for line in seen.read_text().splitlines() if line[:4] in {"AWS_", "LSKE"}]


CONFIG = """\
Host {web}
    ProxyJump bastion
    RemoteCommand echo mine
    SessionType none
    User nobody
    IdentityFile {home}/bastion
    PubkeyAuthentication no
    StrictHostKeyChecking no
    ForwardAgent yes
Host bastion
    HostName {bastion}
    Port {port}
    IdentityFile {home}/bastion
    IdentitiesOnly yes
    UserKnownHostsFile {home}/known
"""


def test_a_jump_host(fleet: Fleet, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the user's configuration reaches through a jump host is reached, and nothing else of it.

    A jump host that fails says why; a configuration that ssh cannot read is no way.
    """
    web, bastion = fleet.add("web", old=True), fleet.servers.add()
    bastion.authorize(make_key(home / "bastion"))
    (home / "known").write_text(f"[{bastion.address}]:{fleet.servers.port} {bastion.host_key}\n")
    config = home / ".ssh" / "config"
    names = {"web": web.address, "bastion": bastion.address, "home": home}
    config.write_text(CONFIG.format(port=fleet.servers.port, **names))
    put_ssh(home / "tools", f'exec {SSH} -F {config} "$@"\n')
    monkeypatch.setenv("PATH", f"{home / 'tools'}:{os.environ['PATH']}")
    check = f"instances --check {fleet.port} -o json"
    lines = (check, f"authorize web --key-pair default --remove outdated {fleet.port} --yes")
    passed = [0]
    for line in lines:
        assert run(line).exit_code == 0
        passed.append(len(bastion.connections))
    ran = lskeys(f"ssh web {fleet.port} -- 'echo hello'")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "hello\n", "")
    passed.append(len(bastion.connections))
    assert passed == sorted(set(passed))
    assert passed[-1] == len(web.connections)
    (home / "revoked").write_text(web.host_key)
    no_more = f'Host {web.address}\n RevokedHostKeys "{home}/revoked"\n'
    for spoil, said in (
        (bastion.authorize, "Permission denied (publickey)"),
        (lambda: config.write_text(no_more), "revoked by file"),
        (lambda: config.write_text("Nonsense yes\n"), "Bad configuration option: nonsense"),
    ):
        spoil()
        checked = run(check)
        [found] = json.loads(checked.out)["instances"]
        assert (checked.exit_code, found["check"]["verdict"]) == (6, "unreachable")
        assert said in found["check"]["reason"]


def test_ssh_trusts_the_host_keys_alone(fleet: Fleet) -> None:
    """Another host key than AWS has seen ends the session before anything is sent."""
    fleet.add("web", host_key=fleet.old_line)
    ran = lskeys(f"ssh web {fleet.port} -- true")
    assert ran.returncode == 255
    check = f"lskeys instances --check web --region {REGION} {fleet.port}"
    assert ran.stderr.endswith(f"lskeys: hint: if the login failed: {check}\n")
    assert "Host key verification failed" in ran.stderr


def test_ssh_offers_too_many_keys(fleet: Fleet, run: Run) -> None:
    """Where a server hangs up before the right key, the hint has that offered first."""
    server = fleet.add("web", old=True)
    server.authorize(fleet.new_line)
    server.configure("MaxAuthTries 1")
    ran = lskeys(f"ssh web {fleet.port} -- true")
    assert (ran.returncode, "Too many authentication failures" in ran.stderr) == (255, True)
    assert run(ran.stderr.rpartition(": lskeys ")[2].rstrip()).exit_code == 0
    assert lskeys(f"ssh web {fleet.port} -- true").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_ssh_temporary_ended(fleet: Fleet, tmp_path: Path, number: signal.Signals) -> None:
    """Access that Lightsail grants opens it without any local key, which is gone afterwards.

    However a session ends: immediately, or when the next one begins.
    """
    server = fleet.add("web")
    server.authorize()
    fleet.trust(server)
    words = shlex.split(f"ssh web --temporary {fleet.port} -- 'echo ready; exec cat'")
    with subprocess.Popen(
        [sys.executable, "-m", "lskeys", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as session:
        assert session.stdout
        assert session.stdout.readline() == b"ready\n"
        [key] = tmp_path.rglob("session-*/temporary")
        assert (key.stat().st_mode & 0o777, key.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        session.send_signal(number)
        assert session.wait(30) == -number
    assert key.exists() is (number == signal.SIGKILL)
    ran = lskeys(f"ssh web --temporary {fleet.port} -- 'echo hello'")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "hello\n", "")
    assert not [*tmp_path.rglob("session-*")]


@pytest.mark.usefixtures("agent")
def test_ssh_with_a_key_in_an_agent(fleet: Fleet, run: Run, home: Path) -> None:
    """A key that only ssh-agent has opens a session; without one, a local key is missed.

    So it is for `instances --check` and `authorize`.
    """
    server = fleet.add("web")
    key = home / ".ssh" / DEFAULT_FILE
    check = f"instances --check {fleet.port} -o json"
    own = home / ".ssh" / "id_ed25519"
    line_of_own = make_key(own)
    authorize = f"authorize web --key {own}.pub {fleet.port} --yes"
    line = f"ssh web {fleet.port} -- echo hello"
    (home / ".ssh" / OLD_FILE).unlink()
    key.rename(home / "elsewhere")
    assert "there is no local key for web" in lskeys(line).stderr
    assert (checks(run(check)), run(authorize).exit_code) == ({"web": "refused"}, 5)
    subprocess.run(("ssh-add", "-q", home / "elsewhere"), check=True)
    ran = lskeys(line)
    assert (ran.returncode, ran.stdout) == (0, "hello\n"), ran.stderr
    assert checks(run(check)) == {"web": "opens"}
    assert run(authorize).exit_code == 0
    assert line_of_own.split()[1] in server.blobs
    own.unlink()
    server.authorize()
    assert "there is no local key for it" in run(check).out


@pytest.mark.parametrize(
    ("line", "exit_code", "said"),
    [
        ("ssh wbe", 3, "did you mean web?"),
        ("ssh other --print", 3, "there is no local key for other"),
        ("ssh web --key missing", 3, "there is no file"),
        ("ssh stopped", 5, "it is stopped"),
        ("ssh both --all-regions", 5, "there are instances both in"),
        (
            "authorize nothing --key-pair default --yes",
            3,
            "no instance in us-east-1 matches nothing",
        ),
        ("authorize WEB --key-pair default --yes", 3, "did you mean web?"),
        ("authorize web WEB --key-pair default {port} --dry-run", 7, "did you mean web?"),
        ("instances WEB", 0, "did you mean web?"),
        ("instances web wbe", 0, "no instance in us-east-1 matches wbe"),
        ("authorize web --key-pair gone --yes", 3, "no local key belongs to a key pair gone"),
        ("authorize web --key-pair default {port}", 5, "cannot ask for confirmation"),
    ],
)
def test_refusals(fleet: Fleet, run: Run, *, line: str, exit_code: int, said: str) -> None:
    """What cannot be is refused before ssh is started, with the way out."""
    server, account = fleet.add("web"), fleet.account
    account.add_instance(REGION, "stopped", state="stopped")
    account.add_key_pairs(REGION, ["lost"])
    account.add_instance(REGION, "other", key_pair_name="lost")
    for region in (REGION, "eu-west-1"):
        account.add_instance(region, "both")
    ran = run(line.format(port=fleet.port))
    assert ran.exit_code == exit_code
    assert said in ran.err
    assert not server.connections


def test_ssh_print(fleet: Fleet, run: Run, home: Path) -> None:
    """The command line does the same without lskeys; its words are quoted for a shell."""
    server = fleet.add("web")
    unpinned = run(f"ssh web {fleet.port} --print")
    pins = unpinned.err.rpartition(": lskeys ")[2].rstrip()
    assert (unpinned.exit_code, run(f"{pins} --yes").exit_code) == (0, 0)
    ran = run(f"ssh web {fleet.port} -L 80:localhost:80 -N --print")
    words = shlex.split(ran.out)
    assert (words[0], words[-2:]) == ("ssh", ["--", server.address])
    assert ["-i", str(home / ".ssh" / DEFAULT_FILE)] == words[1:3]
    assert words[-5:-2] == ["-L", "80:localhost:80", "-N"]
    ran = run(f"ssh web {fleet.port} --print -- echo 'a b'")
    said = subprocess.run(ran.out, shell=True, capture_output=True, text=True, check=False)  # noqa: S602
    assert (said.returncode, said.stdout) == (0, "a b\n")


def test_authorize(fleet: Fleet, run: Run, home: Path) -> None:
    """The whole story: the new key on every instance of the old generation, the old one gone."""
    one, two = fleet.add("one", old=True), fleet.add("two", old=True)
    new = fleet.add("three")
    line = f"authorize '*' --key-pair default {fleet.port} -o json"
    ran = run(f"{line} --dry-run")
    assert ran.exit_code == 0
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", home / ".ssh" / DEFAULT_FILE],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"one in {REGION}: would add ssh-rsa {shown.stdout.split()[1]} " in ran.err
    assert one.blobs == two.blobs == [fleet.old_line.split()[1]]
    suggested = f"authorize one two --key-pair default --region {REGION}"
    assert outdated(run) == [f"lskeys {suggested}"] * 2
    assert run(f"{suggested} {fleet.port} --yes").exit_code == 0
    assert outdated(run) == []
    ran = run(f"{line} --yes")
    assert ran.exit_code == 0
    done = {each["name"]: each["outcome"] for each in json.loads(ran.out)["authorizations"]}
    assert set(done) == {"one", "two", "three"}
    assert set(done.values()) == {"unchanged"}
    assert len(one.blobs) == 2
    assert run(f"{line} --yes --remove outdated").exit_code == 0
    assert one.blobs == two.blobs == new.blobs == [fleet.new_line.split()[1]]
    files = json.loads(run(f"instances {fleet.port} -o json").out)["instances"]
    assert all(each["identityFiles"][0].endswith(DEFAULT_FILE) for each in files)


def test_authorize_a_key_of_your_own(fleet: Fleet, run: Run, home: Path) -> None:
    """It is offered first from then on, whatever its file is called and however many there are."""
    server = fleet.add("web", old=True)
    own = home / ".ssh" / "id_ed25519"
    line = make_key(own)
    assert run(f"authorize web --key {own} {fleet.port} --yes").exit_code == 0
    server.authorize(line)
    for day in range(11, 15):
        make_key(home / ".ssh" / f"{DEFAULT_FILE}.old-202611{day}T000000Z")
    assert lskeys(f"ssh web {fleet.port} -- true").returncode == 0
    [host] = json.loads(run("ssh-config -o json").out)["hosts"]
    assert (host["identityFiles"][0], len(host["identityFiles"])) == (str(own), 3)
    assert host["notes"] == ["launched with an earlier key; a login with id_ed25519 worked"]
    assert stale_default(run).endswith(f"; {own} opens it")
    assert checks(run(f"instances --check {fleet.port} -o json")) == {"web": "opens"}


def outdated(run: Run) -> list[str]:
    """The commands that audit and show suggest for outdated instances."""
    findings = json.loads(run("audit -o json").out)["findings"]
    shown = dict(line.split("\t") for line in run(f"show {DEFAULT_PAIR} -o text").out.splitlines())
    return [
        *(each["command"] for each in findings if each["code"] == "stale-default"),
        *({shown["fix-commands"]} - {"-"}),
    ]


def test_authorize_hides_no_failure(fleet: Fleet, run: Run, account: Sandbox) -> None:
    """One result for each; those that failed are named, and the exit code is 7."""
    fleet.add("web", old=True)
    fleet.add("refused", old=True).authorize()
    fleet.add("differs", old=True, host_key=fleet.new_line)
    account.add_instance(REGION, "stopped", state="stopped")
    ran = run(f"authorize '*' --key-pair default {fleet.port} --yes -q")
    assert (ran.exit_code, ran.out) == (7, "web\n")
    for said in (
        "refused in us-east-1: no local key opens it",
        "differs in us-east-1: its host key differs",
        "stopped in us-east-1 cannot be reached: it is stopped",
        "3 of 4 instances failed",
    ):
        assert said in ran.err


def test_the_rescue(fleet: Fleet, run: Run, home: Path) -> None:
    """No local key opens it: temporary access lets a new one in, and ssh opens it from then on."""
    server = fleet.add("web", old=True)
    (home / ".ssh" / OLD_FILE).unlink()
    fleet.trust(server)
    line = f"authorize web --key-pair default {fleet.port}"
    assert run(f"{line} --yes").exit_code == 5
    ran = run(line, typed="y\ny\n")
    assert ran.exit_code == 0
    assert "no local key opens web" in ran.err
    assert lskeys(f"ssh web {fleet.port} -- true").returncode == 0
    assert run(f"instances --check {fleet.port}").exit_code == 0


def test_rotation_with_authorize(fleet: Fleet, run: Run, home: Path) -> None:
    """The whole story: rotate, both instances open with the new key, the old one is removed."""
    servers = [fleet.add(name) for name in ("one", "two")]
    (home / ".ssh" / OLD_FILE).unlink()
    ran = run(f"rotate-default --authorize {fleet.port} --yes")
    assert ran.exit_code == 0, ran.err
    for name in ("one", "two"):
        assert f"{name}: the new key was added, and opens it\n" in ran.err
        assert f"{name}:\nssh -i" not in ran.err
    assert [len(server.blobs) for server in servers] == [2, 2]
    line = f"authorize '*o*' --key-pair default --remove outdated {fleet.port} --yes"
    assert run(line).exit_code == 0
    assert [server.blobs for server in servers] == [[new_blob(home)], [new_blob(home)]]
    assert run(f"instances --check {fleet.port}").exit_code == 0
    assert outdated(run) == []
    audited = run("audit -o json")
    assert (audited.exit_code, json.loads(audited.out)["findings"]) == (0, []), audited.out


DYING = """\
case " $* " in *" -V "* | *" -G "*) exec {ssh} "$@" ;; esac
echo started >> {book}
if [ "$(wc -l < {book})" -eq {step} ]; then kill -9 $PPID; exit 255; fi
exec {ssh} "$@"
"""
KILLED = -signal.SIGKILL


def die_at(home: Path, step: int) -> None:
    """Have lskeys killed when it starts ssh for the nth time; 0 for never."""
    tools, book = home / "tools", home / "started"
    book.unlink(missing_ok=True)
    put_ssh(tools, DYING.format(ssh=SSH, book=book, step=step))


@pytest.fixture
def deadly(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose `ssh` may kill lskeys."""
    monkeypatch.setenv("PATH", f"{home / 'tools'}:{os.environ['PATH']}")
    return home


def test_authorize_killed_at_every_step(fleet: Fleet, deadly: Path) -> None:
    """Killed before each login and run again, it ends with the new key alone; never with none."""
    web = fleet.add("web", old=True)
    new, old = fleet.new_line.split()[1], fleet.old_line.split()[1]
    line = f"authorize web --key-pair default --remove outdated {fleet.port} --yes"
    left = []
    for step in range(1, 8):
        web.authorize(fleet.old_line)
        die_at(deadly, step)
        killed = lskeys(line)
        left.append(set(web.blobs))
        assert killed.returncode == (KILLED if step < 7 else 0)
        die_at(deadly, 0)
        assert lskeys(line).returncode == 0
        assert set(web.blobs) == {new}
    assert left[:2] == [{old}, {old}]
    assert left[2:4] == [{old, new}, {old, new}]
    assert left[5:] == [{new}, {new}]  # the last login: the old key opens it no more


def test_rotation_killed_before_a_login(fleet: Fleet, deadly: Path) -> None:
    """A rotation that was killed on an instance continues where it was."""
    web = fleet.add("web")
    die_at(deadly, 2)
    line = f"rotate-default --authorize {fleet.port} --yes -q"
    assert lskeys(line).returncode == KILLED
    new = new_blob(deadly)
    assert new not in web.blobs
    die_at(deadly, 0)
    ran = lskeys(line)
    assert ran.returncode == 0
    assert "is under way" in ran.stderr
    assert (new in web.blobs, len(web.blobs)) == (True, 2)
    assert new_blob(deadly) == new


def test_rotation_that_cannot_reach_all(fleet: Fleet, run: Run, account: Sandbox) -> None:
    """What could not be authorized is named with what is left to do; the rest is done."""
    web = fleet.add("web")
    account.add_instance(REGION, "stopped", state="stopped", created_at=CREATED)
    account.add_instance(REGION, "office", blueprint_id="windows_server_2022", created_at=CREATED)
    ran = run(f"rotate-default --authorize {fleet.port} --yes")
    assert ran.exit_code == 7
    assert "stopped in us-east-1 cannot be reached: it is stopped" in ran.err
    again = f"authorize stopped --key-pair default --region {REGION} {fleet.port}"
    assert f"stopped:\nlskeys {again}\n" in ran.err
    assert "rotated, but 1 of 2 instances was not authorized" in ran.err
    assert "office: its administrator password" in ran.err
    assert len(web.blobs) == 2


def new_blob(home: Path) -> str:
    """The public key of the default pair's file."""
    return (home / ".ssh" / f"{DEFAULT_FILE}.pub").read_text().split()[1]
