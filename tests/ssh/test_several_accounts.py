"""What ssh reads about the instances of several accounts, and what stays of earlier blocks."""

from pathlib import Path

from lskeys.errors import LskeysError, RemoteError
from lskeys.model import AccountRegion, HostKey, Instance, Outcome
from lskeys.ssh import written_blocks
from lskeys.ssh.config_plan import Plan, plan
from lskeys.ssh.proved_logins import ProvedLogins
from lskeys.ssh.regions import RegionData
from lskeys.ssh.user_config import UserConfig
from lskeys.ssh.written_blocks import WrittenFiles

REGION = "eu-west-1"
PINS = Path("/home/ana/.ssh/lskeys.known_hosts")
NUMBERS = {"work": "111111111111", "home": "222222222222", "our own": "333333333333"}
KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIN05tAg73CiGstiiF6IY2YCJjxxtIDlgQAeDwOnpo+c7")


def instance(name: str, profile: str, region: str = REGION) -> Instance:
    """An instance of the account of a profile."""
    number = NUMBERS[profile]
    arn = f"arn:aws:lightsail:{region}:{number}:Instance/{name}"
    address = f"203.0.{len(name)}.{number[0]}"
    return Instance(name, region, public_ip=address, arn=arn, state="running", profile=profile)


def region(profile: str, *names: str, of: str = "", error: LskeysError | None = None) -> RegionData:
    """What a profile sees in its region: instances of its account, or of another's."""
    found = [instance(name, of or profile) for name in names]
    outcome = Outcome(REGION, None if error else (KEY,), error)
    host_keys = dict.fromkeys(names, outcome)
    return RegionData(AccountRegion(REGION, profile), found, found, (), host_keys)


def planned(*regions: RegionData, before: WrittenFiles | None = None) -> Plan:
    """What ssh reads, for a user who has no hosts of their own."""
    return plan(
        regions, (), UserConfig(), before or WrittenFiles(), ProvedLogins(None), keeps_pins=True
    )


def files_of(done: Plan) -> WrittenFiles:
    """What is in the files, once that is written."""
    blocks = "\n".join(written_blocks.blocks_and_kept(done.hosts, (), PINS))
    pins = "\n".join(written_blocks.pins_and_kept(done.hosts, WrittenFiles(), done.renewal))
    return written_blocks.read(blocks.encode(), pins.encode())


BOTH = (region("work", "blog", "store"), region("home", "blog"))


def test_a_name_of_several_accounts_says_whose() -> None:
    """By the profile, or the account's number where ssh would not take that for one word."""
    assert [each.alias for each in planned(*BOTH, region("our own", "blog")).hosts] == [
        f"blog.{REGION}.333333333333",
        f"blog.{REGION}.home",
        f"blog.{REGION}.work",
        "store",
    ]


def test_two_profiles_of_one_account() -> None:
    """Its instances are written once."""
    twice = planned(region("work", "blog"), region("home", "blog", of="work"))
    assert [each.alias for each in twice.hosts] == ["blog"]


def test_another_account_is_not_touched() -> None:
    """Blocks of an account that was not queried, or did not respond, stay with their names."""
    before = files_of(planned(*BOTH))
    alone = planned(region("work", "store"), before=before)
    assert [each.alias for each in alone.renewal.kept] == [f"blog.{REGION}.home"]
    assert [each.alias for each in alone.renewal.gone] == [f"blog.{REGION}.work"]


def test_an_empty_account_removes_nothing_of_another() -> None:
    """Which account it is cannot be known if it has nothing: it may be another one."""
    before = files_of(planned(region("work", "blog")))
    unknown = planned(region("home"), region("our own"), before=before)
    assert [each.alias for each in unknown.renewal.kept] == ["blog"]
    alone = planned(region("work"), before=before)
    assert [each.alias for each in alone.renewal.gone] == ["blog"]


def test_another_region_of_the_profile_shows_its_account() -> None:
    """So a block of a region that is empty now is removed, next to another account's, too."""
    before = files_of(planned(region("work", "blog")))
    other = instance("web", "work", "us-east-1")
    elsewhere = RegionData(AccountRegion("us-east-1", "work"), [other], [other], ())
    done = planned(region("work"), elsewhere, region("home"), before=before)
    assert [each.alias for each in done.renewal.gone] == ["blog"]


def test_pins_of_an_account_that_does_not_say_them() -> None:
    """Each instance stays known by its own account's host keys where they cannot be read."""
    before = files_of(planned(*BOTH))
    unread = planned(region("work", "blog", error=RemoteError("late")), before=before)
    assert [each.host_keys for each in unread.hosts] == [(KEY,)]
