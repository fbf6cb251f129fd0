"""Configurations of users, as they are: ssh-config --write changes nothing for their own hosts.

Each is written by hand, an instance is added, and ssh itself says what it reads before and after.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pytest

from lskeys.sandbox import Sandbox, Server
from tests.conftest import REGION, Run
from tests.ssh.conftest import ssh_options

HOST_LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN05tAg73CiGstiiF6IY2YCJjxxtIDlgQAeDwOnpo+c7"
ADDRESSES = {"web": "203.0.113.1", "bastion": "203.0.113.2"}
LONG = {"web": "web", "bastion": "bastion.us-east-1"}
WEB_LONG = {"web": "web.us-east-1", "bastion": "bastion"}
BOTH_LONG = {"web": "web.us-east-1", "bastion": "bastion.us-east-1"}
OWN = ("github.com", "intranet", "a.example.org")
HASHED_BASTION = (
    "|1|AAECAwQFBgcICQoLDA0ODxAREhM=|aHu1wtxpsAMJDlmjXnZ+iFj/SUE= ssh-ed25519 "
    "AAAAC3NzaC1lZDI1NTE5AAAAIN05tAg73CiGstiiF6IY2YCJjxxtIDlgQAeDwOnpo+c7\n"
)


@dataclass(frozen=True, slots=True)
class Case:
    """A configuration of a user's.

    Attributes:
        config: `~/.ssh/config`.
        files: Others in `~/.ssh`.
        own: Hosts of the user's, besides those of every case.
        aliases: What the instances `web` and `bastion` are called afterwards.
        options: Of the command line.
        verb: What is said of a configuration that has a host.
        exit_code: 5 where it is refused.
    """

    config: str
    files: Mapping[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=lambda: {name: name for name in ADDRESSES})
    options: str = ""
    exit_code: int = 0
    verb: str = "already has"


CANONICAL = "CanonicalizeHostname yes\nCanonicalDomains localdomain\n"
BASTION = "Host bastion\n    HostName 192.0.2.10\n    User me\n"
WORK = {"config.d/work": BASTION}


def mine(
    config: str,
    files: Mapping[str, str] = MappingProxyType({}),
    own: tuple[str, ...] = ("bastion",),
    options: str = "",
) -> Case:
    """A configuration with a `bastion`, which the instance of that name does not take over."""
    return Case(config, files, own, LONG, options)


CASES = {
    "none": Case(""),
    "options for all": Case("Compression yes\nPort 2222\n"),
    "every host": Case("Host *\n    User me\n    ServerAliveInterval 30\n"),
    "host": mine(BASTION),
    "host in capitals": mine("HOST Bastion\n  HostName 192.0.2.10\n"),
    "equals sign": mine("Host=bastion\n\tHostName=192.0.2.10\n"),
    "quoted host": mine('Host "bastion"\n HostName 192.0.2.10\n'),
    "single quotes": mine("Host 'bastion'\n HostName 192.0.2.10\n"),
    "several hosts": mine("Host a b bastion c\n User me\n", own=("a", "bastion")),
    "carriage returns": mine("Host bastion\r\n\tUser me\r\n"),
    "no final newline": mine("Host bastion\n User me"),
    "pattern": mine("Host bast*\n HostName %h.corp\n"),
    "question mark": Case("Host we?\n HostName %h.corp\n", own=("web",), aliases=WEB_LONG),
    "pattern for all": Case("Host ?*\n User me\n"),
    "domain pattern": Case("Host *.example.org\n User me\n"),
    "excluded host": Case("Host * !bastion\n User me\n"),
    "excluded and meant": mine("Host b* !bar\n User me\n", own=("bastion", "bar")),
    "match host": mine("Match host bastion\n User me\n"),
    "match several": mine("Match originalhost a,bastion\n User me\n", own=("a", "bastion")),
    "match user and host": mine("Match user me host bastion\n Port 1\n"),
    "match all": Case("Match all\n User me\n"),
    "match final": Case("Match final all\n User me\n"),
    "host name elsewhere": mine("Host jump\n HostName bastion\n", own=("jump", "bastion")),
    "host name with a token": Case("Host jump\n HostName %h.corp\n", own=("jump",)),
    "jump": mine("Host intranet\n ProxyJump me@bastion:2222\n"),
    "jumps": mine("Host intranet\n ProxyJump a,ssh://bastion\n"),
    "no jump": Case("Host intranet\n ProxyJump none\n"),
    "known host": mine("", {"known_hosts": f"bastion,192.0.2.10 {HOST_LINE}\n"}),
    "known with a port": mine("", {"known_hosts": f"[bastion]:22 {HOST_LINE}\n"}),
    "known authority": mine("", {"known_hosts": f"@cert-authority bastion {HOST_LINE}\n"}),
    "known host, hashed": mine("", {"known_hosts": HASHED_BASTION}),
    "both": Case(f"Host web\n User me\n{BASTION}", own=("bastion", "web"), aliases=BOTH_LONG),
    "jump by command": mine("Host intranet\n ProxyCommand ssh -W %h:%p me@bastion\n"),
    "jump by a shell": mine("Host intranet\n ProxyCommand sh -c 'exec nc bastion 22'\n"),
    "jump by an option": mine("Host intranet\n ProxyCommand ssh -oProxyJump=bastion -W %h:1 x\n"),
    "known in another file": mine(
        "UserKnownHostsFile %d/.ssh/work\n", {"work": f"bastion {HOST_LINE}\n"}
    ),
    "known in several files": mine(
        "Host a\nGlobalKnownHostsFile /dev/null ${HOME}/.ssh/work\n",
        {"work": f"[bastion]:22 {HOST_LINE}\n"},
    ),
    "known in a file for it": mine(
        "UserKnownHostsFile ~/.ssh/kh/%k\n", {"kh/bastion": f"bastion {HOST_LINE}\n"}
    ),
    "domain": mine(f"{CANONICAL}Host bastion.localdomain\n User me\n"),
    "domain, pattern": Case(
        f"{CANONICAL}Host *.localdomain\n User me\n", own=("web",), aliases=BOTH_LONG
    ),
    "domain, not in use": Case("CanonicalDomains localdomain\nHost *.localdomain\n User me\n"),
    "match by a command": Case(
        'Match exec "test %n = bastion"\n User me\n',
        own=("bastion",),
        aliases=BOTH_LONG,
        verb="may have",
    ),
    "match by no command": Case(
        'Match !exec "case %h in b*) exit 1; esac"\n User me\n',
        own=("bastion",),
        aliases=BOTH_LONG,
        verb="may have",
    ),
    "match by a command and host": mine('Match host bast* exec "test %n = bastion"\n User me\n'),
    "match by a command for all": Case('Match host * exec "true"\n User me\n'),
    "comment": Case("# Host bastion\nHost *\n User me\n"),
    "comment behind": Case("Host a # bastion\n User me\n", own=("a",)),
    "included": mine("Include config.d/*\n", WORK),
    "included, absolute": mine("Include ~/.ssh/config.d/work\n", WORK),
    "included by host": mine("Host a\n Include config.d/*\n", WORK, own=("a",)),
    "included by included": mine("Include one\n", {"one": "Include config.d/w?rk\n", **WORK}),
    "included, a user's": mine("Include ~root/..{directory}/config.d/*\n", WORK),
    "included by nobody": Case("Include ~nobody-here/config.d/*\n", WORK),
    "includes itself not": Case("Include gone\nInclude missing/*\n"),
    "include with a comment": Case("Include work.conf # before lskeys.config\n"),
    "include with an escape": Case("Include old\\ lskeys.config\n"),
    "include with quotes": Case('Include "old lskeys.config"\n'),
    "include there": Case("Include lskeys.config\nHost *\n User me\n"),
    "include there, tilde": Case('Include "~/.ssh/lskeys.config"\n'),
    "include there for a host": Case("Host a\nInclude lskeys.config\n", own=("a",)),
    "include there, glob": Case("Include *.config\n"),
    "include with brackets": Case("Include [l]skeys.config\n"),
    "include of a directory": mine(
        "Include config.d/*\n", WORK, options="--file .ssh/config.d/lskeys"
    ),
    "include but of a dot file": mine(
        "Include config.d/*\n", WORK, options="--file .ssh/config.d/.lskeys"
    ),
    "include of everything like us": Case("Include lskeys*\n", exit_code=5),
    "include of known hosts": Case("Include *.known_hosts\n", exit_code=5),
    "include of it, a user's": Case("Include ~root/..{directory}/*hosts\n", exit_code=5),
    "include of it, whoever's": Case("Include ~nobody-here/.ssh/*hosts\n", exit_code=5),
    "include of it in a block": Case("Host a\n Include [l]skeys.k*\n", own=("a",), exit_code=5),
    "include of it from an include": Case("Include one\n", {"one": "Include l*\n"}, exit_code=5),
}


@pytest.fixture
def save(home: Path, server: Server, account: Sandbox) -> Mapping[str, str]:
    """Two instances whose host keys AWS has seen, and an ssh directory for the user's files."""
    assert server.port
    for name, address in ADDRESSES.items():
        account.add_instance(REGION, name, address=address, host_keys=[HOST_LINE])
    (home / ".ssh").mkdir(mode=0o700)
    return ADDRESSES


@pytest.mark.usefixtures("save")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_own_hosts_are_as_before(home: Path, run: Run, case: Case) -> None:
    """`ssh -G` of the user's hosts is what it was, and instances are reached by their aliases."""
    directory = home / ".ssh"
    for name, text in {"config": case.config, **case.files}.items():
        path = directory / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(text.replace("{directory}", str(directory)))
        path.chmod(0o600)
    hosts = (*OWN, *case.own)
    before = [ssh_options(directory / "config", host) for host in hosts]
    ran = run(f"ssh-config --write --known-hosts --yes {case.options}")
    assert ran.exit_code == case.exit_code
    assert [ssh_options(directory / "config", host) for host in hosts] == before
    if case.exit_code:
        assert "lskeys.known_hosts would be read as ssh configuration, because of" in ran.err
        assert not (directory / "lskeys.config").exists()
        return
    for name, alias in case.aliases.items():
        read = ssh_options(directory / "config", alias)
        assert (read["hostname"], read["stricthostkeychecking"]) == (ADDRESSES[name], "true")
        own = f"is written as {alias}: your own ssh configuration {case.verb} {name}"
        assert (own in ran.err) is (alias != name)
    again = run(f"ssh-config --write --known-hosts {case.options} -o csv")
    assert (again.exit_code, again.out.count(",unchanged")) == (0, 3)


@pytest.mark.usefixtures("save")
def test_what_ssh_refuses_is_undone(home: Path, run: Run) -> None:
    """Where only ssh sees that an Include leads to the pins, as it reads files of any size."""
    directory = home / ".ssh"
    config, large = directory / "config", directory / "large"
    config.write_text("Include large\n")
    large.write_text(f"{'#' * 17 * 1024 * 1024}\nInclude *hosts\n")
    for path in (config, large):
        path.chmod(0o600)
    ran = run("ssh-config --write --known-hosts --yes")
    assert ran.exit_code == 5
    assert "; what was written is undone\nlskeys: hint: make Include match fewer" in ran.err
    assert sorted(directory.iterdir()) == [config, large]
    assert config.read_text() == "Include large\n"
    assert run("ssh-config --write --yes").exit_code == 0
    before = {each.name: each.read_bytes() for each in directory.iterdir()}
    assert run("ssh-config --write --known-hosts --yes").exit_code == 5
    assert {each.name: each.read_bytes() for each in directory.iterdir()} == before


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    "name", ["a b", "a%hb", "a*b", "a?b", "a[b", "a[x]b", "a#b", "a$b", "a'b", 'a"b', "a\\b", "ä"]
)
def test_any_home(
    tmp_path: Path, account: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whatever a home is called, ssh reads the file in it, or lskeys says that it cannot."""
    home = tmp_path / name
    (home / ".ssh").mkdir(mode=0o700, parents=True)
    home.chmod(0o700)
    monkeypatch.setenv("HOME", str(home))
    account.add_instance(REGION, "web", address=ADDRESSES["web"])
    assert run("ssh-config --write --yes").exit_code == 0
    assert ssh_options(home / ".ssh" / "config", "web")["hostname"] == ADDRESSES["web"]
