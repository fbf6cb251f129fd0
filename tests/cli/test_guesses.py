"""What a new user types first: each guess ends with its exit code, and with the hint that helps."""

import pytest

from lskeys.sandbox import Sandbox, Server
from tests.conftest import REGION, Run

MEAN = "did you mean "
GUESSES: list[tuple[str, int, str]] = [
    # commands of other tools
    ("describe web", 2, f"{MEAN}lskeys show?"),
    ("get web", 2, f"{MEAN}lskeys show?"),
    ("info web", 2, f"{MEAN}lskeys show?"),
    ("view web", 2, f"{MEAN}lskeys show?"),
    ("cat web", 2, f"{MEAN}lskeys show?"),
    ("remove web", 2, f"{MEAN}lskeys delete?"),
    ("del web", 2, f"{MEAN}lskeys delete?"),
    ("destroy web", 2, f"{MEAN}lskeys delete?"),
    ("add web key.pub", 2, f"{MEAN}lskeys import?"),
    ("upload web key.pub", 2, f"{MEAN}lskeys import?"),
    ("push key.pub", 2, f"{MEAN}lskeys import?"),
    ("new web", 2, f"{MEAN}lskeys create?"),
    ("generate web", 2, f"{MEAN}lskeys create?"),
    ("keygen", 2, f"{MEAN}lskeys create?"),
    ("download", 2, f"{MEAN}lskeys download-default?"),
    ("default", 2, f"{MEAN}lskeys download-default?"),
    ("fetch", 2, f"{MEAN}lskeys download-default?"),
    ("rotate", 2, f"{MEAN}lskeys rotate-default?"),
    ("keys", 2, f"{MEAN}lskeys list?"),
    ("key-pairs", 2, f"{MEAN}lskeys list?"),
    ("search web", 2, f"{MEAN}lskeys list?"),
    ("check", 2, f"{MEAN}lskeys audit?"),
    ("doctor", 2, f"{MEAN}lskeys audit?"),
    ("fix", 2, f"{MEAN}lskeys audit --fix?"),
    ("settings", 2, f"{MEAN}lskeys config?"),
    ("connect blog", 2, f"{MEAN}lskeys ssh?"),
    ("servers", 2, f"{MEAN}lskeys instances?"),
    ("version", 2, f"{MEAN}lskeys --version?"),
    ("policy", 2, f"{MEAN}lskeys iam-policy?"),
    ("labels web", 2, f"{MEAN}lskeys tag?"),
    ("DESCRIBE web", 2, f"{MEAN}lskeys show?"),
    # the AWS CLI's words
    ("get-key-pairs", 2, f"{MEAN}lskeys list?"),
    ("get-key-pair --key-pair-name web", 2, f"{MEAN}lskeys show?"),
    ("delete-key-pair web", 2, f"{MEAN}lskeys delete?"),
    ("create-key-pair web", 2, f"{MEAN}lskeys create?"),
    ("download-default-key-pair", 2, f"{MEAN}download-default?"),
    ("tag-resource web a=b", 2, f"{MEAN}lskeys tag?"),
    ("get-instances", 2, f"{MEAN}lskeys instances?"),
    ("lightsail get-key-pairs", 2, "all commands are Lightsail's: leave the word out"),
    # what Lightsail cannot do
    ("rename web shop", 2, "a key pair cannot be renamed: "),
    ("export web", 2, "only default private keys can be downloaded: lskeys download-default"),
    ("update web", 2, "only tags of a key pair can be changed: lskeys tag NAME KEY=VALUE"),
    ("edit web", 2, "only tags of a key pair can be changed: "),
    # slips of the pen
    ("delte web", 2, f"{MEAN}delete?"),
    ("ssh-confg", 2, f"{MEAN}ssh-config?"),
    ("sandbox get", 2, "see lskeys sandbox --help"),
    ("sandbox rest", 2, f"{MEAN}reset?"),
    ("help delte", 2, "see lskeys help"),
    # options of other tools
    ("list --json", 2, f"{MEAN}-o json?"),
    ("--json list", 2, f"{MEAN}-o json?"),
    ("list --csv", 2, f"{MEAN}-o csv?"),
    ("list --format json", 2, f"{MEAN}--output?"),
    ("list --verbose", 2, f"{MEAN}--debug?"),
    ("-v", 2, f"{MEAN}-V?"),
    ("list -v", 2, f"{MEAN}-V?"),
    ("--list", 2, "see lskeys --help"),
    ("list -z", 2, "see lskeys list --help"),
    ("delete web --fingerprint aa:bb", 2, "a fingerprint is 16 or 20 bytes in hexadecimal"),
    ("list --expect-account foo", 2, "such as --expect-account 123456789012"),
    ("ssh blog ls -la", 2, "-- goes before a command to run: lskeys ssh INSTANCE [-- COMMAND...]"),
    ("list --no-color", 2, f"{MEAN}--color never?"),
    ("list -o yaml", 2, "see lskeys list --help"),
    ("list --include-defaults", 2, f"{MEAN}--include-default?"),
    ("create web --type rsaa", 2, f"{MEAN}rsa?"),
    # nothing that widens a change, or takes a safeguard away
    ("delete --all", 2, "see lskeys delete --help"),
    ("delete web --all-region", 2, "see lskeys delete --help"),
    ("delete web --no-backups", 2, "see lskeys delete --help"),
    ("delete web --ye", 2, "see lskeys delete --help"),
    ("create web --forc", 2, "see lskeys create --help"),
    # things in the wrong place
    ("download-default us-east-1", 2, "to choose a region: -r us-east-1"),
    ("rotate-default eu-west-1", 2, "to choose a region: -r eu-west-1"),
    ("regions us-east-1", 2, "to choose a region: -r us-east-1"),
    ("list us-east-1", 0, "to list the key pairs of the region us-east-1: "),
    ("list -r us-east-1a", 4, "give its region: --region us-east-1"),
    ("list -r us-west-2-lax-1b", 4, "give its region: --region us-west-2"),
    ("list eu-west-1c", 0, "to list the key pairs of the region eu-west-1: "),
    ("list eu-west-9 zz", 0, "to list the key pairs of the region eu-west-9: "),
    ("list zz", 0, "to list the other one: lskeys list"),
    ("instances us-east-1", 0, "to choose a region: -r us-east-1"),
    ("show us-east-1", 3, "to choose a region: -r us-east-1"),
    ("show web-us-east-1", 3, "to list key pairs: lskeys list"),
    ("list --out ''", 2, ""),
    ("create", 2, "see lskeys create --help"),
    ("import web", 2, "such as lskeys import web ~/.ssh/id_ed25519.pub"),
    # names
    ("show wbe", 3, f"{MEAN}web"),
    ("delete wbe --yes", 3, f"{MEAN}web"),
    ("show default", 3, ""),
]


@pytest.mark.parametrize(("line", "exit_code", "hint"), GUESSES, ids=[each[0] for each in GUESSES])
def test_a_guess(  # noqa: PLR0913  fixtures
    line: str, exit_code: int, hint: str, *, account: Sandbox, server: Server, run: Run
) -> None:
    """It ends with this exit code and this hint, and nothing is changed."""
    account.add_key_pairs(REGION, ["web"])
    ran = run(line)
    assert (ran.exit_code, ran.out) == (exit_code, ""), ran.err
    first, *hints = ran.err.splitlines()
    assert first.startswith("lskeys: error: " if exit_code else "no ")
    assert not hint or hints[-1].startswith(f"lskeys: hint: {hint}"), ran.err
    assert all(each.operation.startswith("Get") for each in server.requests)
