"""ssh-config --write: what it keeps of what it wrote before, and what it removes."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lskeys.sandbox import Sandbox, Server
from tests.conftest import REGION, Run
from tests.ssh.conftest import ssh_options
from tests.support.lying_server import Call, Liar, Reply, pairs, refused, said

pytestmark = pytest.mark.usefixtures("server")

EAST, WEST = REGION, "eu-west-1"
WRITE = "ssh-config --write --yes"
BLOB = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(range(32))


def host_line(number: int) -> str:
    """A host key of its own for each number."""
    return f"ssh-ed25519 {base64.b64encode(BLOB[:-1] + bytes([number])).decode()}"


@pytest.fixture(autouse=True)
def account(account: Sandbox) -> Sandbox:
    """Two regions: `web` and `db` in the one, `api` in the other, each with a host key."""
    for region in (EAST, WEST):
        account.add_key_pairs(region, ["deploy"])
    for number, (region, name) in enumerate([(EAST, "web"), (EAST, "db"), (WEST, "api")], 1):
        account.add_instance(
            region,
            name,
            key_pair_name="deploy",
            address=f"203.0.113.{number}",
            host_keys=[host_line(number)],
        )
    return account


@pytest.fixture
def liar(liar: Liar) -> Liar:
    """Without key pairs, unless a test says otherwise."""
    liar.responses("GetKeyPairs", pairs())
    return liar


@pytest.fixture
def written(home: Path, run: Run) -> Path:
    """The ssh directory, after everything was written, pins included."""
    assert run(f"{WRITE} --known-hosts -r {EAST} -r {WEST}").exit_code == 0
    return home / ".ssh"


def aliases(directory: Path) -> list[str]:
    """The hosts of the file."""
    lines = (directory / "lskeys.config").read_text().splitlines()
    return [line.removeprefix("Host ") for line in lines if line.startswith("Host ")]


def pins(directory: Path) -> dict[str, str]:
    """Address and host key of each pin."""
    lines = (directory / "lskeys.known_hosts").read_text().splitlines()
    return dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))


ALL_PINS = {
    f"203.0.113.{number}": f"{host_line(number)} {name}"
    for number, name in ((3, "api"), (2, "db"), (1, "web"))
}


@pytest.mark.parametrize(
    "options",
    [
        f"-r {EAST}",
        f"-r {WEST}",
        f"-r {EAST} --known-hosts",
        f"-r {EAST} -r {WEST}",
        f"-r {EAST} web",
        f"-r {EAST} 'w*' --known-hosts",
        f"-r {EAST} nothing",
    ],
)
def test_what_was_not_queried_stays(written: Path, run: Run, options: str) -> None:
    """Other regions' blocks, other instances' blocks and all pins stay, byte for byte."""
    before = {each.name: each.read_bytes() for each in written.iterdir()}
    assert run(f"{WRITE} {options}").exit_code == 0
    assert {each.name: each.read_bytes() for each in written.iterdir()} == before
    assert (aliases(written), pins(written)) == (["api", "db", "web"], ALL_PINS)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "tabs": lambda text: text.replace("    ", "\t"),
    "no empty lines": lambda text: re.sub(r"\n+", "\n", text),
    "more empty lines": lambda text: text.replace("\n", "\n\n"),
    "blanks in empty lines": lambda text: text.replace("\n\n", "\n \t\n"),
    "blanks behind": lambda text: text.replace("\n", " \t\n"),
    "blanks before": lambda text: text.replace("\n", "\n  "),
    "tabs between words": lambda text: re.sub(r"(?m)^([ ]*\w\S*) ", r"\1\t", text),
    "equals signs": lambda text: text.replace("HostName ", "HostName="),
    "capitals": lambda text: text.replace("Host ", "HOST ").replace("HostName", "HOSTNAME"),
    "quotes": lambda text: re.sub(r"(Host|HostName) (\S+)", r'\1 "\2"', text),
    "a second alias": lambda text: re.sub(r"Host (\S+)", r"Host \1 \1.alias", text),
}


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
def test_what_an_editor_made_of_it_stays(
    written: Path, run: Run, spelled: Callable[[str], str]
) -> None:
    """As ssh reads it, whatever became of line ends and blanks (git, a zip, an editor)."""
    for name in ("lskeys.config", "lskeys.known_hosts"):
        (written / name).write_text(spelled((written / name).read_text()), newline="")
    before = ssh_options(written / "config", "api")
    assert before["hostname"] == "203.0.113.3"
    ran = run(f"{WRITE} --no-known-hosts -r {EAST}")
    assert (ran.exit_code, "removed" in ran.err) == (0, False)
    assert ssh_options(written / "config", "api") == before
    assert pins(written) == {"203.0.113.3": ALL_PINS["203.0.113.3"]}


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("Host mine\n    User me\n", "Host mine"),
        ("# mine\nHost a b\n    HostName 192.0.2.1\nMatch all\n", "Host a b, Match all"),
        ("# api2 in eu-west-1\n# api2 in eu-west-1\nHost api2\n", "Host api2"),
    ],
)
def test_what_lskeys_did_not_write_is_named(written: Path, run: Run, more: str, named: str) -> None:
    """Before the file is replaced without it; its own blocks next to it stay."""
    config = written / "lskeys.config"
    before = config.read_text()
    config.write_text(f"{before}\n{more}")
    ran = run(f"{WRITE} --quiet -r {EAST}")
    lost = f"lskeys: warning: {config} loses what lskeys did not write: {named}\n"
    assert lost in ran.err
    assert config.read_text() == before


@pytest.mark.parametrize("fault", ["ThrottlingException", "AccessDeniedException", "http-503"])
def test_pins_that_cannot_be_read_again_stay(
    written: Path, server: Server, run: Run, fault: str
) -> None:
    """Each instance whose host keys could not be read is named, its pin stays, the exit is 7."""
    before = {each.name: each.read_bytes() for each in written.iterdir()}
    server.add_fault(f"GetInstanceAccessDetails={fault}")
    ran = run(f"{WRITE} --known-hosts -r {EAST}")
    assert ran.exit_code == 7
    for name in ("web", "db"):
        assert f"cannot read the host keys of {name} in {EAST}" in ran.err
    assert {each.name: each.read_bytes() for each in written.iterdir()} == before


def test_a_region_that_fails_stays(written: Path, server: Server, run: Run) -> None:
    """The blocks of a region that failed stay; what the others have new is written."""
    server.add_fault(f"GetInstances@{WEST}=AccessDeniedException")
    ran = run(f"{WRITE} -r {EAST} -r {WEST}")
    assert ran.exit_code == 7
    assert (aliases(written), pins(written)) == (["api", "db", "web"], ALL_PINS)


def test_a_new_region_is_added(home: Path, run: Run) -> None:
    """Region after region, each run adds its own."""
    for region in (EAST, WEST):
        assert run(f"{WRITE} --known-hosts -r {region}").exit_code == 0
    assert aliases(home / ".ssh") == ["api", "db", "web"]
    assert pins(home / ".ssh") == ALL_PINS


def test_an_alias_that_another_region_has(home: Path, run: Run, account: Sandbox) -> None:
    """An instance of the same name in another region gets the longer alias, the other keeps its."""
    account.add_instance(WEST, "web", address="203.0.113.9")
    for region in (EAST, WEST):
        assert run(f"{WRITE} -r {region}").exit_code == 0
    assert aliases(home / ".ssh") == ["api", "db", "web", "web.eu-west-1"]
    assert ssh_options(home / ".ssh" / "config", "web")["hostname"] == "203.0.113.1"


def test_names_that_are_gone_go(written: Path, run: Run, account: Sandbox) -> None:
    """They are named in one line; the other regions' stay."""
    account.reset()
    account.add_key_pairs(EAST, ["deploy"])
    ran = run(f"{WRITE} -r {EAST}")
    assert ran.exit_code == 0
    gone = "blocks of instances that no longer exist are removed: db in us-east-1, web in us-east-1"
    assert f"{gone}\n" in ran.err
    assert (aliases(written), [*pins(written)]) == (["api"], ["203.0.113.3"])


def test_pins_go_only_when_that_is_said(written: Path, run: Run) -> None:
    """--no-known-hosts drops the pins of the selected instances, and no others."""
    assert run(f"{WRITE} --no-known-hosts -r {EAST} web").exit_code == 0
    assert [*pins(written)] == ["203.0.113.3", "203.0.113.2"]
    text = (written / "lskeys.config").read_text()
    assert "HostKeyAlias 203.0.113.1\n" not in text
    assert "HostKeyAlias 203.0.113.2\n" in text
    assert run(f"{WRITE} --no-known-hosts -r {EAST} -r {WEST}").exit_code == 0
    assert pins(written) == {}


def test_blocks_of_another_account_stay(written: Path, run: Run) -> None:
    """A file with another account's blocks of the same region keeps them."""
    config = written / "lskeys.config"
    theirs = "\n# old in us-east-1, account 999999999999\nHost old\n    HostName 203.0.113.50\n"
    config.write_text(config.read_text() + theirs)
    assert run(f"{WRITE} -r {EAST}").exit_code == 0
    assert aliases(written) == ["api", "db", "old", "web"]


def test_a_pin_follows_the_instance(home: Path, liar: Liar, run: Run) -> None:
    """An instance that got another address is known there by its old host key, read or not."""
    address = ["203.0.113.1"]

    def instances(_: Call) -> Reply:
        raw = {"name": "web", "publicIpAddress": address[0], "username": "ubuntu"}
        return said({"instances": [raw]})

    algorithm, public_key = host_line(1).split()
    key = {"algorithm": algorithm, "publicKey": public_key}
    liar.responses("GetInstances", instances)
    liar.responses("GetInstanceAccessDetails", said({"accessDetails": {"hostKeys": [key]}}))
    assert run(f"{WRITE} --known-hosts").exit_code == 0
    address[0] = "203.0.113.7"
    liar.responses("GetInstanceAccessDetails", refused("ThrottlingException"))
    assert run(f"{WRITE} --known-hosts").exit_code == 7
    assert pins(home / ".ssh") == {"203.0.113.7": f"{host_line(1)} web"}
    assert ssh_options(home / ".ssh" / "config", "web")["hostkeyalias"] == "203.0.113.7"
