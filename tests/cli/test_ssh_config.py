"""ssh-config: blocks to stdout, files of its own, and pinned host keys."""

import json
import os
import pwd
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from lskeys.sandbox import Sandbox, Server
from tests.conftest import CREATED, REGION, Ran, Run
from tests.support.changes import operations
from tests.support.cli_keys import other_pem, public_line, save
from tests.support.lying_server import Call, Liar, Reply, pairs, said
from tests.support.people import ANA, needs_root

HOST_LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN05tAg73CiGstiiF6IY2YCJjxxtIDlgQAeDwOnpo+c7"
CANARY = "-----BEGIN RSA PRIVATE KEY-----CANARY"
MINE = b"# my own\r\nHost *\n\tCompression yes  \n\xff no newline at the end"
HEAD = "# Written by lskeys ssh-config, which replaces this file as a whole: do not edit it.\n"

WEB = """\
# web in us-east-1, account 123456789012, key pair deploy
Host web
    HostName 203.0.113.10
    User ubuntu
    IdentityFile {home}/.ssh/whatever
    IdentitiesOnly yes
"""
PINS = """\
    HostKeyAlias 203.0.113.10
    UserKnownHostsFile {home}/.ssh/lskeys.known_hosts
    StrictHostKeyChecking yes
    UpdateHostKeys no
"""


@pytest.fixture
def web(account: Sandbox, home: Path, rsa_pem: str) -> None:
    """An instance `web` of an imported pair, whose private key is in a file of another name."""
    account.add_key_pairs(REGION, ["deploy"], public_line=public_line(rsa_pem), created_at=CREATED)
    account.add_instance(
        REGION,
        "web",
        key_pair_name="deploy",
        address="203.0.113.10",
        created_at=CREATED,
        host_keys=[HOST_LINE],
    )
    save(home / ".ssh" / "another", other_pem())
    save(home / ".ssh" / "whatever", rsa_pem)


@pytest.fixture
def liar(liar: Liar) -> Liar:
    """Without key pairs, unless a test says otherwise."""
    liar.responses("GetKeyPairs", pairs())
    return liar


def raw_instance(name: str, **members: object) -> dict[str, object]:
    """An instance as it is on the wire."""
    usual: dict[str, object] = {
        "name": name,
        "publicIpAddress": "203.0.113.1",
        "username": "ubuntu",
        "blueprintId": "ubuntu_24_04",
        "sshKeyName": "deploy",
    }
    return usual | members


def files(home: Path) -> dict[str, str]:
    """What is in the ssh directory, keys aside."""
    found = {each.name: each for each in (home / ".ssh").iterdir()}
    keys = ("another", "whatever")
    return {name: found[name].read_text() for name in sorted(found) if name not in keys}


def mode(path: Path) -> int:
    """The permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("web")
def test_block_with_the_key_found_by_content(server: Server, run: Run, home: Path) -> None:
    """Two requests give the block, with the key that fits whatever it is called."""
    assert run("ssh-config") == Ran(0, out=WEB.format(home=home))
    assert sorted(operations(server)) == ["GetInstances", "GetKeyPairs"]


@pytest.mark.usefixtures("server")
def test_every_region(account: Sandbox, run: Run, home: Path, rsa_pem: str) -> None:
    """Several regions: each has its default key, aliases differ, what is missing is reported."""
    other, late = "eu-west-1", CREATED + timedelta(days=1)
    account.add_default_key_pair(REGION, private_pem=rsa_pem, created_at=CREATED)
    account.add_default_key_pair(other, private_pem=other_pem(), created_at=late)
    for region, ip in ((REGION, "203.0.113.1"), (other, "203.0.113.2")):
        account.add_instance(region, "both", address=ip, created_at=late)
    account.add_instance(other, "old", address="203.0.113.3", created_at=CREATED)
    account.add_instance(other, "dev.example", key_pair_name="gone", address="203.0.113.4")
    account.add_instance(REGION, "office", blueprint_id="windows_server_2022")
    save(home / ".ssh" / "key", rsa_pem)
    assert run(f"ssh-config -r {REGION} -r {other}") == Ran(
        0,
        out=f"""\
# both in eu-west-1, account 123456789012, key pair LightsailDefaultKeyPair
# its key is not on this computer: lskeys download-default --region eu-west-1
Host both.eu-west-1
    HostName 203.0.113.2
    User ubuntu

# both in us-east-1, account 123456789012, key pair LightsailDefaultKeyPair
Host both.us-east-1
    HostName 203.0.113.1
    User ubuntu
    IdentityFile {home}/.ssh/key
    IdentitiesOnly yes

# dev.example in eu-west-1, account 123456789012, key pair gone
# eu-west-1 has no key pair of that name any more
Host dev.example.eu-west-1
    HostName 203.0.113.4
    User ubuntu

# old in eu-west-1, account 123456789012, key pair LightsailDefaultKeyPair
# launched with an earlier key, which is not on this computer
Host old
    HostName 203.0.113.3
    User ubuntu
""",
        err="office in us-east-1 is left out: Windows instances have no SSH server\n",
    )


@pytest.mark.usefixtures("web", "server")
def test_globs_choose_and_change_no_alias(account: Sandbox, run: Run) -> None:
    """A glob leaves out others silently; an alias is the same with and without it."""
    account.add_instance("eu-west-1", "web")
    account.add_instance(REGION, "mail", blueprint_id="windows_server_2022")
    line = f"ssh-config -q -r {REGION} -r eu-west-1"
    assert run(f"{line} 'w*b'") == Ran(0, out="web.eu-west-1\nweb.us-east-1\n")
    assert run(f"{line} mail") == Ran(0)
    assert run(f"ssh-config -r {REGION} nothing") == Ran(
        0, err="us-east-1: no matching instance that ssh can reach\n"
    )


@pytest.mark.usefixtures("web", "server")
def test_json(run: Run, home: Path) -> None:
    """The instance with the AWS CLI's members, and what is written for ssh."""
    ran = run("ssh-config --known-hosts -o json")
    algorithm, public_key = HOST_LINE.split()
    assert json.loads(ran.out) == {
        "hosts": [
            {
                "name": "web",
                "location": {"regionName": REGION},
                "publicIpAddress": "203.0.113.10",
                "username": "ubuntu",
                "sshKeyName": "deploy",
                "host": "web",
                "identityFile": f"{home}/.ssh/whatever",
                "identityFiles": [f"{home}/.ssh/whatever"],
                "hostKeys": [{"algorithm": algorithm, "publicKey": public_key}],
                "notes": [],
            }
        ],
        "errors": [],
        "schemaVersion": 1,
    }


@pytest.mark.parametrize(
    ("options", "out"),
    [
        (
            "-o csv",
            (
                "host,region,address,user,key-pair,identity-file,notes\n"
                "web,us-east-1,203.0.113.10,ubuntu,deploy,{home}/.ssh/whatever,\n"
            ),
        ),
        ("-q", "web\n"),
    ],
)
@pytest.mark.usefixtures("web", "server")
def test_formats(run: Run, home: Path, options: str, out: str) -> None:
    """Every other format has the host as a row."""
    assert run(f"ssh-config {options}") == Ran(0, out=out.format(home=home))


@pytest.mark.usefixtures("web", "server")
def test_terminal_shows_the_text(run: Run, home: Path) -> None:
    """On a terminal, too, the result is what ssh reads; a table only with -o table."""
    assert run("ssh-config", terminal=True) == Ran(0, out=WEB.format(home=home))
    assert "ADDRESS" in run("ssh-config -o table", terminal=True).out


@pytest.mark.usefixtures("web", "server")
def test_write_to_an_empty_home(run: Run, home: Path) -> None:
    """The diff, one prompt, then both files are there, private; their paths are the result."""
    ran = run("ssh-config --write", typed="y\n")
    warning, _, rest = ran.err.partition("\n")
    assert warning.startswith("lskeys: warning: HOME is not your home directory ")
    block = "".join(f"+{line}" for line in WEB.format(home=home).splitlines(keepends=True))
    assert Ran(ran.exit_code, ran.out, rest) == Ran(
        0,
        out=f"{home}/.ssh/lskeys.config\n{home}/.ssh/config\n",
        err=f"--- /dev/null\n+++ {home}/.ssh/lskeys.config\n@@ -0,0 +1,8 @@\n+{HEAD}+\n{block}"
        f"--- /dev/null\n+++ {home}/.ssh/config\n@@ -0,0 +1 @@\n"
        f"+Include {home}/.ssh/lskeys.config\nWrite this? [y/N] ",
    )
    assert files(home) == {
        "config": f"Include {home}/.ssh/lskeys.config\n",
        "lskeys.config": f"{HEAD}\n{WEB.format(home=home)}",
    }
    assert {mode(home / ".ssh" / name) for name in files(home)} == {0o600}


@pytest.mark.usefixtures("web", "server")
def test_a_home_that_ssh_does_not_look_in(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where HOME is not the user's home in passwd, the way for ssh to read the file is shown."""
    [warning] = [line for line in run("ssh-config --write -y").err.splitlines() if "HOME" in line]
    assert warning.startswith("lskeys: warning: HOME is not your home directory ")
    command = warning.partition(" only ")[2].partition(" reads ")[0]
    for words, address in ((command.split(), "203.0.113.10"), (["ssh"], "web")):
        shown = subprocess.run((*words, "-G", "web"), check=True, capture_output=True, text=True)
        assert f"hostname {address}" in shown.stdout.splitlines()
    assert "HOME" not in run("--sandbox ssh-config --write -y").err
    monkeypatch.setenv("HOME", pwd.getpwuid(os.geteuid()).pw_dir)
    assert "HOME is not" not in run("ssh-config --write -n").err


@pytest.mark.usefixtures("web", "server")
def test_own_config_stays_as_it_is(run: Run, home: Path) -> None:
    """A config gets one line at its top; every other byte and its permissions stay."""
    config = home / ".ssh" / "config"
    config.write_bytes(MINE)
    config.chmod(0o640)
    ran = run("ssh-config --write --yes")
    assert ran.exit_code == 0
    assert config.read_bytes() == f"Include {home}/.ssh/lskeys.config\n".encode() + MINE
    assert mode(config) == 0o640
    changed = [line for line in ran.err.split(f"+++ {config}\n")[1].splitlines() if line[0] in "+-"]
    assert changed == [f"+Include {home}/.ssh/lskeys.config"]


@pytest.mark.usefixtures("web", "server")
def test_no_prompt_the_second_time(run: Run, home: Path) -> None:
    """Where nothing changes nothing is shown or written, and there is no prompt."""
    run("ssh-config --write --known-hosts --yes")
    before = {name: (home / ".ssh" / name).stat() for name in files(home)}
    ran = run("ssh-config --write --known-hosts -o csv")
    rows = [f"{home}/.ssh/{name},unchanged" for name in ("lskeys.known_hosts", "lskeys.config")]
    assert ran == Ran(
        0, out="\n".join(["path,outcome", *rows, f"{home}/.ssh/config,unchanged", ""])
    )
    assert {name: (home / ".ssh" / name).stat() for name in files(home)} == before


@pytest.mark.usefixtures("web", "server")
def test_an_instance_that_is_gone_is_removed(account: Sandbox, run: Run, home: Path) -> None:
    """The file is replaced as a whole; the config that includes it is not touched again."""
    assert run("ssh-config --write --yes").exit_code == 0
    config = (home / ".ssh" / "config").stat()
    account.reset()
    ran = run("ssh-config --write", typed="y\n")
    assert ran.exit_code == 0
    assert "-Host web\n" in ran.err
    assert files(home)["lskeys.config"] == f"{HEAD}\n"
    assert (home / ".ssh" / "config").stat() == config


@pytest.mark.usefixtures("web", "server")
def test_a_dry_run_makes_no_directory(run: Run, home: Path) -> None:
    """A dry run leaves the disk as it is, directories included."""
    assert run("ssh-config --write --dry-run --file new/directory/x").exit_code == 0
    assert (files(home), (home / "new").exists()) == ({}, False)


@pytest.mark.usefixtures("web", "server")
def test_dry_run_shows_the_diff(run: Run, home: Path) -> None:
    """What would be written is on stderr, where it would be on stdout."""
    ran = run("ssh-config --write --dry-run -o csv")
    rows = [f"{home}/.ssh/{name},would write" for name in ("lskeys.config", "config")]
    assert ran.out == "\n".join(["path,outcome", *rows, ""])
    assert "+Host web\n" in ran.err


def link(config: Path) -> str:
    """Make the config a symbolic link."""
    (config.parent.parent / "dotfiles").write_bytes(MINE)
    config.symlink_to("../dotfiles")
    return "is a symbolic link, and nothing is written through one"


def hard_link(config: Path) -> str:
    """Give the config a second name."""
    config.write_bytes(MINE)
    (config.parent.parent / "dotfiles").hardlink_to(config)
    return "has a second name, and nothing is written through one"


def directory(config: Path) -> str:
    """Put a directory there."""
    config.mkdir()
    return "is a directory, and nothing is written through one"


def mark(config: Path) -> str:
    """Save it as Notepad does."""
    config.write_bytes(b"\xef\xbb\xbf" + MINE)
    return "begins with a byte order mark, so ssh cannot read it"


def open_up(config: Path) -> str:
    """Let all users change it."""
    config.write_bytes(MINE)
    config.chmod(0o666)
    return "can be changed by everybody, so ssh refuses to read it"


@pytest.mark.parametrize("spoil", [link, hard_link, directory, mark, open_up])
@pytest.mark.usefixtures("web", "server")
def test_config_that_is_no_plain_file(run: Run, home: Path, spoil: Callable[[Path], str]) -> None:
    """A config that is not one plain file that ssh reads is refused; nothing is written."""
    config = home / ".ssh" / "config"
    message = spoil(config)
    ran = run("ssh-config --write --yes")
    assert ran.exit_code == 5
    assert f"lskeys: error: {config} {message}" in ran.err
    assert not (home / ".ssh" / "lskeys.config").exists()


@pytest.mark.parametrize(("where", "line"), [("config", 3), ("other", 2)])
@pytest.mark.usefixtures("web", "server")
def test_config_that_ssh_refuses(run: Run, home: Path, where: str, line: int) -> None:
    """Where ssh refuses the whole configuration, its own words are shown, until it is fixed."""
    config = save(home / ".ssh" / "config", f"Include {home}/.ssh/other\n", 0o600)
    broken = save(home / ".ssh" / where, "Host db\n  Nonsense yes\n", 0o600)
    warning = (
        f"lskeys: warning: ssh cannot read its configuration: {broken}: line {line}: Bad"
        " configuration option: nonsense; until that is fixed, ssh connects to no host\n"
    )
    for options in ("--yes", "--yes", "--dry-run"):  # written, unchanged, and planned
        ran = run(f"ssh-config --write {options}")
        assert (ran.exit_code, ran.err.count(warning)) == (0, 1), ran.err
    ssh = ("ssh", "-F", config, "-G", "web")
    assert subprocess.run(ssh, check=False, capture_output=True).returncode
    broken.write_text("Host db\n")
    assert "cannot read" not in run("ssh-config --write --yes").err


@needs_root
@pytest.mark.usefixtures("web", "server")
def test_permissions_that_ssh_refuses(home: Path, tmp_path: Path) -> None:
    """Where ssh itself looks, it refuses a config that a group may change: it says so, too."""
    passwd, group = tmp_path / "passwd", tmp_path / "group"
    passwd.write_text(f"root:x:0:0::{home}:/bin/sh\nana:x:{ANA}:0::/:/bin/sh\n")
    group.write_text("root:x:0:ana\n")
    config = save(home / ".ssh" / "config", "", 0o620)
    mount = 'mount --bind "$1" /etc/passwd && mount --bind "$2" /etc/group && shift 2 && exec "$@"'
    people = ("unshare", "--mount", "sh", "-c", mount, "sh", passwd, group)
    if subprocess.run((*people, "true"), check=False, capture_output=True).returncode:
        pytest.skip("needs a mount namespace")
    writing = (*people, sys.executable, "-m", "lskeys", "ssh-config", "--write", "--yes")
    refusing = (*people, "ssh", "-G", "web")
    for mode, is_refused in ((0o620, True), (0o600, False)):
        config.chmod(mode)
        ran = subprocess.run(writing, check=True, capture_output=True, text=True)
        ended = subprocess.run(refusing, check=False, capture_output=True, text=True)
        assert (ended.returncode != 0) is is_refused
        warning = f"lskeys: warning: ssh cannot read its configuration: {ended.stderr.strip()};"
        assert (warning in ran.stderr) is is_refused, ran.stderr
        assert "HOME is not" not in ran.stderr


@pytest.mark.usefixtures("web", "server")
def test_link_that_includes_it_already(run: Run, home: Path) -> None:
    """Where the line was put in by hand, a config may be a link: it is only read."""
    link(home / ".ssh" / "config")
    (home / "dotfiles").write_text("Include ~/.ssh/lskeys.config\n")
    assert run("ssh-config --write --yes").exit_code == 0
    assert (home / ".ssh" / "config").is_symlink()
    assert "Host web" in (home / ".ssh" / "lskeys.config").read_text()


@pytest.mark.parametrize("name", ["lskeys.config", "lskeys.known_hosts"])
@pytest.mark.usefixtures("web", "server")
def test_file_of_another_program(run: Run, home: Path, name: str) -> None:
    """A file that lskeys did not write is never replaced, and then nothing is written."""
    theirs = save(home / ".ssh" / name, "# mine\n")
    ran = run("ssh-config --write --known-hosts --yes")
    assert ran == Ran(
        5,
        err=f"lskeys: error: {theirs} was not written by lskeys ssh-config\n"
        "lskeys: hint: choose another file with --file, or move that one away\n",
    )
    assert files(home) == {name: "# mine\n"}


@pytest.mark.usefixtures("web", "server")
def test_another_file(run: Run, home: Path) -> None:
    """--file is where the blocks are written, its directory 0700; pins stay at a fixed place."""
    ran = run("ssh-config --write --known-hosts --yes --file 'My Files/hosts.config'")
    own, known = home / "My Files" / "hosts.config", home / ".ssh" / "lskeys.known_hosts"
    assert ran.out == f"{known}\n{own}\n{home}/.ssh/config\n"
    assert (mode(own.parent), mode(own), mode(known)) == (0o700, 0o600, 0o600)
    assert f"    UserKnownHostsFile {known}\n" in own.read_text()
    assert files(home)["config"] == f'Include "{own}"\n'


@pytest.mark.parametrize(
    ("line", "exit_code", "said"),
    [
        ("--write --file .ssh/config", 2, "only an Include line is added to it"),
        ("--write --file .ssh/lskeys.known_hosts", 2, "is where host keys are pinned"),
        ("--write --file 'a%hb'", 5, "cannot be named in an Include line"),
    ],
)
def test_file_that_cannot_be(
    server: Server, run: Run, line: str, exit_code: int, said: str
) -> None:
    """A place that makes no sense is refused before any request is sent."""
    ran = run(f"ssh-config {line}")
    assert ran.exit_code == exit_code
    assert said in ran.err
    assert operations(server) == []


@pytest.mark.usefixtures("web")
def test_known_hosts_to_stdout(server: Server, account: Sandbox, run: Run) -> None:
    """Without --write the lines of a known_hosts file are the result, requested of Linux alone."""
    account.add_instance(REGION, "office", blueprint_id="windows_server_2022")
    assert run("ssh-config --known-hosts -q").out == "web\n"
    assert run("ssh-config --known-hosts") == Ran(
        0,
        out=f"203.0.113.10 {HOST_LINE} web\n",
        err="office in us-east-1 is left out: Windows instances have no SSH server\n",
    )
    once = ["GetInstanceAccessDetails", "GetInstances", "GetKeyPairs"]
    assert sorted(operations(server)) == sorted(once * 2)


@pytest.mark.usefixtures("web", "server")
def test_known_hosts_written(run: Run, home: Path) -> None:
    """Blocks trust the pinned keys and nothing else; the keys stand in a file of their own."""
    assert run("ssh-config --known-hosts --write --yes").exit_code == 0
    assert files(home) == {
        "config": f"Include {home}/.ssh/lskeys.config\n",
        "lskeys.config": f"{HEAD}\n{(WEB + PINS).format(home=home)}",
        "lskeys.known_hosts": f"{HEAD}\n203.0.113.10 {HOST_LINE} web\n",
    }


@pytest.mark.usefixtures("web")
def test_host_keys_that_cannot_be_read(server: Server, run: Run, home: Path) -> None:
    """They are noted in the block, which is else as ever, and named: exit code 7."""
    server.add_fault("GetInstanceAccessDetails=AccessDeniedException")
    ran = run("ssh-config --known-hosts --write --yes")
    first, _, rest = WEB.format(home=home).partition("\n")
    note = "# its host keys could not be read (AccessDeniedException): verify the fingerprint"
    assert ran.exit_code == 7
    assert "lskeys: error: cannot read the host keys of web in us-east-1: " in ran.err
    block = f"{first}\n{note} when ssh prompts\n{rest}"
    assert files(home)["lskeys.config"] == f"{HEAD}\n{block}"


def test_host_keys_are_read_side_by_side(liar: Liar, run: Run) -> None:
    """Several instances are queried in parallel: each response here waits for four requests."""
    together = threading.Barrier(4)
    algorithm, public_key = HOST_LINE.split()
    keys = {"hostKeys": [{"algorithm": algorithm, "publicKey": public_key}]}

    def respond(call: Call) -> Reply:
        assert call.members["protocol"] == "ssh"
        together.wait(20)
        return said({"accessDetails": keys})

    names = [f"web{number}" for number in range(4)]
    liar.responses("GetInstances", said({"instances": [raw_instance(name) for name in names]}))
    liar.responses("GetInstanceAccessDetails", respond)
    assert run("ssh-config --known-hosts") == Ran(
        0, out="".join(f"203.0.113.1 {HOST_LINE} {name}\n" for name in names)
    )


@pytest.mark.parametrize(
    "line",
    [
        "ssh-config --known-hosts --debug",
        "ssh-config --known-hosts --debug -o json",
        "ssh-config --known-hosts --debug --write --yes",
        "ssh-config --known-hosts --debug --write --dry-run",
    ],
)
@pytest.mark.parametrize("broken", [False, True])
def test_temporary_key_is_not_kept(
    liar: Liar, run: Run, tmp_path: Path, line: str, *, broken: bool
) -> None:
    """The key that comes with the host keys is never shown and never stored, failing or not."""
    algorithm, public_key = HOST_LINE.split()
    key = {"algorithm": 7 if broken else algorithm, "publicKey": public_key}
    details = {"certKey": CANARY, "privateKey": CANARY, "password": CANARY, "hostKeys": [key]}
    liar.responses("GetInstances", said({"instances": [raw_instance("web")]}))
    liar.responses("GetInstanceAccessDetails", said({"accessDetails": details}))
    ran = run(line)
    assert ran.exit_code == (7 if broken else 0)
    assert "GetInstanceAccessDetails" in liar.operations
    written = [each.read_text() for each in tmp_path.rglob("*") if each.is_file()]
    assert bool(written) is ("--yes" in line)
    assert not [text for text in (ran.out, ran.err, *written) if "CANARY" in text]


def test_hostile_responses(liar: Liar, run: Run) -> None:
    """Instances whose texts would be more than a word are left out and named, harmlessly."""
    evil = "web\n    ProxyCommand touch /tmp/x"
    raws = [
        raw_instance(evil),
        raw_instance("-oProxyCommand=x"),
        raw_instance("user", username="root\nProxyCommand x"),
        raw_instance("address", publicIpAddress="203.0.113.1\nProxyCommand x"),
        raw_instance("nowhere", publicIpAddress=None),
        raw_instance("six", publicIpAddress=None, ipv6Addresses=["2001:db8::1"]),
        raw_instance("pair", sshKeyName=evil),
        raw_instance("pair", publicIpAddress="203.0.113.2"),
    ]
    liar.responses("GetInstances", said({"instances": raws}))
    assert run("ssh-config") == Ran(
        0,
        out="""\
# pair in us-east-1, key pair web ProxyCommand touch /tmp/x
# us-east-1 has no key pair of that name any more
Host pair
    HostName 203.0.113.1
    User ubuntu

# six in us-east-1, key pair deploy
# us-east-1 has no key pair of that name any more
Host six
    HostName 2001:db8::1
    User ubuntu
""",
        err="""\
web\\n    ProxyCommand touch /tmp/x in us-east-1 is left out: its name is none that ssh \
takes safely
-oProxyCommand=x in us-east-1 is left out: its name is none that ssh takes safely
user in us-east-1 is left out: root ProxyCommand x is no user's name
address in us-east-1 is left out: 203.0.113.1 ProxyCommand x is no address
nowhere in us-east-1 is left out: it has no public address
pair in us-east-1 is left out: another instance has its name
""",
    )
