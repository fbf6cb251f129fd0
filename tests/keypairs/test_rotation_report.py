"""What a rotation leaves to do: lines that people copy into a shell."""

import shlex
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lskeys.keypairs.rotation.plan import JournalEntry, Plan
from lskeys.keypairs.rotation.report import Rotation, report, with_follow_ups
from lskeys.model import Instance

PATH = Path("/home/ana maria/.ssh/LightsailDefaultKey-us-east-1.pem")
OLD_PATH = PATH.with_name(PATH.name + ".old-1")
ENTRY = JournalEntry("https://here", "us-east-1", "1", "k", PATH, "aa:bb", None, datetime.now(UTC))
ROTATION = Rotation("us-east-1", "rotated", PATH, "aa:bb", OLD_PATH)


def command_for(username: str | None, address: str | None, old_path: Path | None) -> str | None:
    """The command for one instance with these members."""
    instance = Instance("web", "us-east-1", username=username, public_ip=address)
    plan = Plan(ENTRY, None, (instance,), resumed=True)
    rotation = Rotation("us-east-1", "rotated", PATH, "aa:bb", old_path)
    follow_ups = with_follow_ups(rotation, plan).follow_ups
    assert follow_ups
    return follow_ups[0].command


@pytest.mark.parametrize("address", ["203.0.113.1", "2001:db8::1"])
def test_command_survives_the_shell(address: str) -> None:
    """Each path and the remote command are one word each, whatever is in the path."""
    command = command_for("ec2-user", address, OLD_PATH)
    assert command
    assert shlex.split(command) == [
        *("ssh", "-i", str(OLD_PATH), f"ec2-user@{address}"),
        *("{ echo; cat; } >> ~/.ssh/authorized_keys", "<", f"{PATH}.pub"),
    ]


@pytest.mark.parametrize("before", ["", "ssh-ed25519 AAAA old", "ssh-ed25519 AAAA old\n"])
def test_the_key_is_a_line_of_its_own(
    before: str, key_files: dict[str, Path], tmp_path: Path
) -> None:
    """The command leaves the new key readable on the instance, whatever the file ends in."""
    command = command_for("ubuntu", "203.0.113.1", OLD_PATH)
    file = tmp_path / ".ssh" / "authorized_keys"
    file.parent.mkdir()
    file.write_text(before)
    public = key_files["ed25519"].with_suffix(".pub").read_text()
    remote = shlex.split(str(command))[4]
    subprocess.run(
        ("sh", "-c", remote), input=public, text=True, check=True, env={"HOME": str(tmp_path)}
    )
    listed = subprocess.run(("ssh-keygen", "-lf", file), capture_output=True, text=True, check=True)
    assert "ed25519 comment" in listed.stdout


@pytest.mark.parametrize(
    ("username", "address"),
    [
        (None, "203.0.113.1"),
        ("ubuntu", None),
        ("", ""),
        ("-oProxyCommand=reboot", "203.0.113.1"),
        ("ubuntu;reboot", "203.0.113.1"),
        ("ubuntu\n", "203.0.113.1"),
        ("ubuntu", "203.0.113.1;reboot"),
        ("ubuntu", "$(reboot)"),
        ("ubuntu", "fe80::1%$(reboot)"),
        ("ubuntu", "example.org"),
    ],
)
def test_no_command_from_odd_members(username: str | None, address: str | None) -> None:
    """What AWS says is no part of a shell's line unless it is a plain name and address."""
    assert command_for(username, address, OLD_PATH) is None


def test_no_command_without_the_old_key() -> None:
    """Without the old key there is nothing to log in with."""
    assert command_for("ubuntu", "203.0.113.1", None) is None


def test_an_instance_without_command_is_reported() -> None:
    """No instance is left out of the report."""
    plan = Plan(ENTRY, None, (Instance("web", "us-east-1"),), resumed=True)
    assert "web: no command can be given for it; add that line by hand" in [
        *report(with_follow_ups(ROTATION, plan))
    ]
