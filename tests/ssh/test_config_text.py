"""hosts and sshconfig: whatever AWS says, ssh reads exactly what was meant."""

import base64
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lskeys.errors import LskeysError, RefusedError
from lskeys.keys.fingerprints import FingerprintType
from lskeys.keys.matching import LocalKey, Match, MatchedPair
from lskeys.keys.opening_keys import InstanceAccess, opening_keys
from lskeys.model import HostKey, Instance, KeyPair, Outcome
from lskeys.ssh import config_text, hosts
from lskeys.ssh.hosts import Host
from lskeys.text import printable
from lskeys.values import replace
from tests.ssh.conftest import ssh_options

MOMENT = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
WEB = Instance(
    name="web",
    region="eu-west-1",
    key_pair_name="web-key",
    username="ubuntu",
    public_ip="203.0.113.1",
    created_at=MOMENT,
    blueprint="ubuntu_24_04",
)
PAIR = KeyPair("web-key", "eu-west-1", fingerprint="aa:bb", created_at=MOMENT)
KEY = LocalKey(Path("/keys/web.pem"), (), has_private=True, encrypted=False, mode=0o600)
LOST = (
    "private key not found locally, and AWS keeps no copy:"
    " put it in ~/.ssh and run ssh-config again"
)
BLOB = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(range(32))
HOST_KEY = HostKey("ssh-ed25519", base64.b64encode(BLOB).decode())
KNOWN_HOSTS = Path("/home/ana/.ssh/lskeys.known_hosts")
SSH_DIRECTORY = Path("/home/ana/.ssh")
OWN = SSH_DIRECTORY / "lskeys.config"

HOSTILE = (
    "web\n    ProxyCommand touch /tmp/x",
    "web ProxyCommand",
    "-oProxyCommand=x",
    "web*",
    "!web",
    '"web"',
    "web#",
    "web\\",
    "web\r",
    "web\x00",
    "web\u2028x",
    "wéb",
    "%h",
    "${HOME}",
    "",
)
KEYWORDS = (
    "HostName",
    "User",
    "IdentityFile",
    "IdentitiesOnly",
    "HostKeyAlias",
    "UserKnownHostsFile",
    "StrictHostKeyChecking",
    "UpdateHostKeys",
)
WILD = st.text(st.characters(), max_size=40) | st.sampled_from(HOSTILE) | st.just("web")
FILE_NAMES = st.text("\"'\\ %#~${}a", min_size=1, max_size=9) | st.text(
    st.characters(exclude_characters="/\0"), min_size=1, max_size=30
).filter(lambda name: name not in {".", ".."})


def matched(*keys: LocalKey, pair: KeyPair = PAIR) -> MatchedPair:
    """A pair with local files."""
    return MatchedPair(pair, tuple(Match(key, FingerprintType.MD5_SPKI) for key in keys))


def host_of(instance: Instance, alias: str, pair: MatchedPair | None) -> Host:
    """An instance with what local files its pair has."""
    access = InstanceAccess(instance, pair.pair if pair else None, opening_keys(instance, pair, ()))
    return hosts.host(access, alias)


def read_by_old_ssh(argument: str) -> str:
    """An argument as ssh before 8.7 reads it: quotes or none, no escapes, `%%` is a percent."""
    bare = argument[1:-1] if argument.startswith('"') else argument
    assert '"' not in bare
    assert argument.startswith('"') or not re.search(r"[\s#]", bare)
    return bare.replace("%%", "%")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name_is_left_out(name: str) -> None:
    """A name that could end a line, be an option or a pattern is not given to ssh."""
    assert hosts.why_left_out(replace(WEB, name=name)) == "its name is none that ssh takes safely"


@pytest.mark.parametrize("user", [*HOSTILE, "Root", "0", "a" * 33])
def test_hostile_user_is_left_out(user: str) -> None:
    """A user that is no user's name is never written."""
    reason = hosts.why_left_out(replace(WEB, username=user))
    assert reason
    assert reason.endswith(" is no user's name")


@pytest.mark.parametrize(
    "address", [*HOSTILE, "github.com", "203.0.113.1 x", "203.0.113.01", "fe80::1%eth0", "1"]
)
def test_hostile_address_is_left_out(address: str) -> None:
    """What is no address, or one with a scope, is never written."""
    reason = hosts.why_left_out(replace(WEB, public_ip=address))
    assert reason
    assert reason.endswith(" is no address")


def test_windows_and_no_address_are_left_out() -> None:
    """Windows instances have no SSH server, and what has no public address cannot be reached."""
    assert hosts.why_left_out(WEB) is None
    assert (
        hosts.why_left_out(replace(WEB, blueprint="windows_server_2022"))
        == "Windows instances have no SSH server"
    )
    assert hosts.why_left_out(replace(WEB, public_ip=None)) == "it has no public address"


NAMES = st.text("ab.", min_size=1, max_size=4)
REGIONS = st.sampled_from(["eu-west-1", "us-east-1", "a", "b"])


@given(st.sets(st.tuples(NAMES, REGIONS), max_size=12))
def test_aliases_are_unique(instances: set[tuple[str, str]]) -> None:
    """No two instances get one alias, whatever dots are in their names."""
    given_to = hosts.aliases(Instance(name, region) for name, region in instances)
    assert len(set(given_to.values())) == len(instances)


@pytest.mark.parametrize(
    ("name", "alias"),
    [
        ("web", "web"),
        ("both", "both.eu-west-1"),
        ("github.com", "github.com.eu-west-1"),
        ("LocalHost", "LocalHost.eu-west-1"),
    ],
)
def test_alias(name: str, alias: str) -> None:
    """The name; with its region where several have it, or where it could be another machine's."""
    instance = replace(WEB, name=name)
    every = [instance, replace(WEB, name="both", region="us-east-1")]
    assert hosts.aliases(every)[instance] == alias


def test_second_instance_of_a_name_has_no_alias() -> None:
    """Two of one name in one region, which cannot be, never share an alias."""
    second = replace(WEB, public_ip="203.0.113.2")
    assert hosts.aliases([WEB, second]) == {WEB: "web"}


def test_best_key() -> None:
    """A private key before a public one, private permissions before loose, proof before name."""
    public = replace(KEY, path=Path("/keys/a.pub"), has_private=False)
    loose = replace(KEY, path=Path("/keys/b"), mode=0o644)
    by_name = replace(KEY, path=Path("/keys/c"), is_by_name=True)
    for keys, best in (
        ([public], ()),
        ([public, loose], (loose.path,)),
        ([public, loose, by_name], (by_name.path,)),
        ([public, loose, by_name, KEY], (KEY.path,)),
    ):
        assert host_of(WEB, "web", matched(*keys)).identity_files == best


OLDER = "launched with an earlier key, which is not on this computer"


@pytest.mark.parametrize(
    ("instance", "pair", "notes"),
    [
        (WEB, matched(KEY), ()),
        (
            WEB,
            matched(replace(KEY, mode=0o640)),
            ("ssh refuses this key until others cannot read it: chmod 600 /keys/web.pem",),
        ),
        (
            WEB,
            matched(),
            (LOST,),
        ),
        (
            WEB,
            matched(pair=replace(PAIR, name="LightsailDefaultKeyPair")),
            ("its key is not on this computer: lskeys download-default --region eu-west-1",),
        ),
        (
            WEB,
            matched(pair=replace(PAIR, fingerprint=None)),
            ("AWS reports no fingerprint of that key pair, so its key cannot be found",),
        ),
        (WEB, None, ("eu-west-1 has no key pair of that name any more",)),
        (replace(WEB, key_pair_name=None), None, ("it names no key pair",)),
        (replace(WEB, created_at=MOMENT - timedelta(seconds=1)), matched(KEY), (OLDER,)),
        (replace(WEB, username=None), matched(KEY), ("AWS names no user for it",)),
    ],
)
def test_notes(instance: Instance, pair: MatchedPair | None, notes: tuple[str, ...]) -> None:
    """What is missing is reported, with the way to get it."""
    assert host_of(instance, "web", pair).notes == notes


@pytest.mark.parametrize(
    "key",
    [
        HostKey("ssh-dss", base64.b64encode(b"\0\0\0\x07ssh-dss\0\0\0\x01\0").decode()),
        HostKey("x\n*", base64.b64encode(b"\0\0\0\x03x\n*\0\0\0\x01\0").decode()),
        HostKey("ssh-rsa", HOST_KEY.public_key),
        HostKey("ssh-ed25519", HOST_KEY.public_key + "\n@cert-authority * ssh-ed25519 AAAA"),
        HostKey("ssh-ed25519", HOST_KEY.public_key + "\n* ssh-ed25519 AAAAAA"),
        HostKey("ssh-ed25519\n*", HOST_KEY.public_key),
        HostKey("ssh-ed25519", ""),
        HostKey("ssh-ed25519", base64.b64encode(BLOB[:15]).decode()),
    ],
)
def test_odd_host_key_is_not_pinned(key: HostKey) -> None:
    """A key of another algorithm than it says, cut off, or with more behind it is not written."""
    unpinned = host_of(WEB, "web", matched(KEY))
    odd = hosts.pinned(unpinned, Outcome("web", (key,)))
    note = "AWS reports no host key that can be used: verify the fingerprint when ssh prompts"
    assert odd == replace(unpinned, notes=(note,))
    assert hosts.pinned(unpinned, Outcome("web", (key, HOST_KEY))).host_keys == (HOST_KEY,)


def test_unread_host_keys_are_noted() -> None:
    """Without host keys a block is as without pinning, and says why."""
    unpinned = host_of(WEB, "web", matched(KEY))
    failed = hosts.pinned(unpinned, Outcome("web", error=LskeysError("no", code="Throttling")))
    none = hosts.pinned(unpinned, Outcome("web", ()))
    assert failed.notes[0].startswith("its host keys could not be read (Throttling)")
    assert none.notes[0].startswith("AWS reports no host key for it")
    assert list(config_text.known_hosts_lines([failed, none])) == []


def test_block() -> None:
    """A block with everything."""
    host = replace(host_of(WEB, "web", matched(KEY)), host_keys=(HOST_KEY,), notes=("so",))
    assert list(config_text.block(host, KNOWN_HOSTS)) == [
        "# web in eu-west-1, key pair web-key",
        "# so",
        "Host web",
        "    HostName 203.0.113.1",
        "    User ubuntu",
        "    IdentityFile /keys/web.pem",
        "    IdentitiesOnly yes",
        "    HostKeyAlias 203.0.113.1",
        "    UserKnownHostsFile /home/ana/.ssh/lskeys.known_hosts",
        "    StrictHostKeyChecking yes",
        "    UpdateHostKeys no",
    ]
    known = [f"203.0.113.1 ssh-ed25519 {HOST_KEY.public_key} web"]
    assert list(config_text.known_hosts_lines([host])) == known


@given(name=WILD, user=st.none() | WILD, address=WILD, pair=st.none() | WILD, file=WILD)
@settings(deadline=None)
def test_no_text_breaks_out_of_its_place(
    name: str, user: str | None, address: str, pair: str | None, file: str
) -> None:
    """Whatever AWS and the disk say, lines are comments or the options we write, each once."""
    instance = replace(
        WEB, name=name, username=user, public_ip=address, key_pair_name=pair, blueprint=None
    )
    for each in (instance, replace(instance, name="web", username="ana", public_ip="203.0.113.1")):
        if hosts.why_left_out(each):
            continue
        key = replace(KEY, path=Path("/keys") / file.lstrip("/"), mode=0o644)
        alias = hosts.aliases([each])[each]
        host = replace(host_of(each, alias, matched(key)), host_keys=(HOST_KEY,))
        lines = list(config_text.block(host, KNOWN_HOSTS))
        options = [line for line in lines if not line.startswith("# ")]
        words = [line.split()[0] for line in options[1:]]
        assert all(line == printable(line) for line in lines)
        assert options[0] == f"Host {alias}"
        assert words == [keyword for keyword in KEYWORDS if keyword in words]
        assert set(KEYWORDS) - set(words) <= {"User", "IdentityFile", "IdentitiesOnly"}


@given(file=FILE_NAMES)
@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_ssh_reads_what_was_meant(tmp_path: Path, file: str) -> None:
    """`ssh -G` finds address, user and the key's path in a block, whatever the path is made of."""
    path = Path("/some keys") / file
    host = Host("web", WEB, "203.0.113.1", "ubuntu", (path,))
    config = tmp_path / "config"
    config.write_text("\n".join(config_text.blocks([host])) + "\n", "utf-8")
    read = ssh_options(config, "web")
    assert (read["hostname"], read["user"]) == ("203.0.113.1", "ubuntu")
    if re.search(r'["\\]|\$\{', file) or file != printable(file):
        assert "    IdentitiesOnly yes" not in config_text.blocks([host])
        assert read["identitiesonly"] == "no"
        return
    assert read["identityfile"] == str(path).replace("%", "%%")  # shown before tokens are expanded
    assert read["identitiesonly"] == "yes"
    [line] = [each for each in config_text.blocks([host]) if "IdentityFile" in each]
    assert read_by_old_ssh(line.strip().removeprefix("IdentityFile ")) == str(path)


def test_ssh_reads_an_ipv6_address(tmp_path: Path) -> None:
    """An instance without IPv4 is reached by its other address."""
    instance = replace(WEB, public_ip="2001:DB8:0::1")
    config = tmp_path / "config"
    config.write_text("\n".join(config_text.blocks([host_of(instance, "web", None)])))
    assert ssh_options(config, "web")["hostname"] == "2001:db8::1"


@given(st.binary(max_size=80))
def test_include_is_added_once_and_nothing_else_changes(config: bytes) -> None:
    """One line more at the top, the rest byte for byte, and no second one the next time."""
    once = config_text.with_include(config, OWN, SSH_DIRECTORY)
    assert once == b"Include /home/ana/.ssh/lskeys.config\n" + config
    assert config_text.with_include(once, OWN, SSH_DIRECTORY) == once


@pytest.mark.parametrize(
    ("config", "is_there"),
    [
        ("Include ~/.ssh/lskeys.config\n", True),
        ("include lskeys.config", True),
        ('# mine\n\tINCLUDE = other "/home/ana/.ssh/lskeys.config"\r\n', True),
        ("Include *.config\n", True),
        ("Include config.d/*\n", False),
        ("Host a\n    Include ~/.ssh/lskeys.config\n", False),
        ("Match all\nInclude ~/.ssh/lskeys.config\n", False),
        ("# Include ~/.ssh/lskeys.config\n", False),
        ("Include lskeys.config.old\n", False),
    ],
)
def test_include_that_is_there(config: str, *, is_there: bool) -> None:
    """An Include for all hosts is known in every spelling; one for some hosts does not count."""
    after = config_text.with_include(config.encode(), OWN, SSH_DIRECTORY)
    assert (after == config.encode()) is is_there


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a%b", "a$b", "a\nb", "a\u202eb"])
def test_path_an_include_cannot_name(name: str) -> None:
    """A path that ssh would take for a pattern or another one is refused."""
    with pytest.raises(RefusedError, match="cannot be named in an Include line"):
        config_text.include_line(Path("/home/ana") / name, SSH_DIRECTORY)


def test_ssh_follows_the_include(tmp_path: Path) -> None:
    """Our blocks come first, and behind them the user's options still count for every host."""
    own = tmp_path / "with space.config"
    own.write_bytes(config_text.own_file(config_text.blocks([host_of(WEB, "web", None)])))
    config = tmp_path / "config"
    mine = b"Port 2222\nHost *\n    HostName 198.51.100.9\n"
    config.write_bytes(config_text.with_include(mine, own, tmp_path))
    for each in (own, config):
        each.chmod(0o600)
    assert ssh_options(config, "web")["hostname"] == "203.0.113.1"
    assert ssh_options(config, "other")["hostname"] == "198.51.100.9"
    assert ssh_options(config, "other")["port"] == "2222"
