"""iam-policy: the least policy, from the operations that each command is tested to send."""

import json
from pathlib import Path

import pytest

from lskeys.cli.permissions import OPERATIONS, READS
from tests.conftest import Run
from tests.support.verb_cases import REMOTE, VERB_CASES

ACCESS = frozenset({"GetInstanceAccessDetails"})
WITH_SSH = {
    "instances": ACCESS,
    "ssh": ACCESS,
    "authorize": ACCESS,
    "rotate-default": ACCESS | {"GetInstancePortStates"},
}
"""Sent only where an sshd responds, as in test_instances.py, which looks for more."""


@pytest.mark.parametrize("verb", sorted({case.verb for case in VERB_CASES}))
def test_a_command_needs_what_it_sends(verb: str) -> None:
    """The table has the operations that the lines of a command send, and no other."""
    sent = {each for case in REMOTE if case.verb == verb for each in case.operations}
    assert set(OPERATIONS.get(verb, ())) == sent | WITH_SSH.get(verb, frozenset())


def actions(out: str) -> list[str]:
    """The actions of a policy of one statement."""
    document = json.loads(out)
    assert document["Version"] == "2012-10-17"
    [statement] = document["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
    return [each.removeprefix("lightsail:") for each in statement["Action"]]


def test_all_commands(run: Run) -> None:
    """Without a command the policy is for all of them, each action once."""
    ran = run("iam-policy")
    assert (ran.exit_code, ran.err) == (0, "")
    assert actions(ran.out) == sorted({each for row in OPERATIONS.values() for each in row})


def test_the_readme_has_it_whole(run: Run) -> None:
    """README's policy is the one for all commands."""
    readme = Path(__file__).parents[2] / "README.md"
    if not readme.exists():
        pytest.skip("README.md is not next to these tests")
    policy = readme.read_text().partition("```json\n")[2].partition("```")[0]
    assert json.loads(policy) == json.loads(run("iam-policy").out)


def test_some_commands(run: Run) -> None:
    """With commands, or their short names, it is for these."""
    assert actions(run("iam-policy ls tag").out) == [
        "GetInstances",
        "GetKeyPair",
        "GetKeyPairs",
        "TagResource",
    ]


def test_read_only(run: Run) -> None:
    """--read-only leaves out what changes something or returns a private key."""
    assert set(actions(run("iam-policy --read-only").out)) == READS
    assert actions(run("iam-policy download-default --read-only").out) == ["GetKeyPairs"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("iam-policy config", "config: no permissions are needed"),
        ("iam-policy lst", "no such command 'lst'"),
    ],
)
def test_nothing_to_allow(line: str, message: str, run: Run) -> None:
    """A command that needs no permission has no policy, nor has a word that is no command."""
    ran = run(line)
    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err.startswith(f"lskeys: error: {message}\n")
