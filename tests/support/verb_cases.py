"""Every verb at its work: the lines that all of a fault's instances are tried on.

A verb without a case fails the tests that require every verb. Each line has something to do, on
an account and in a home directory that allow it.
"""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lskeys.cli import commands
from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Tag
from tests.conftest import CREATED, REGION

EMPTY = "eu-west-2"
"""A region without pairs."""

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN05tAg73CiGstiiF6IY2YCJjxxtIDlgQAeDwOnpo+c7"
CHANGES = frozenset(
    {"CreateKeyPair", "DeleteKeyPair", "ImportKeyPair", "TagResource", "UntagResource"}
)
"""What is sent once; everything else only reads, and is sent up to three times."""


@dataclass(frozen=True, slots=True)
class VerbCase:
    """A command line that does something.

    Attributes:
        line: The line; its first word is the verb.
        operations: The operations that it calls, sorted.
        exit_code: How it ends when all is well.
        typed: What is typed to confirm it, where it prompts.
        consent: The option that confirms it without a prompt.
        holds_key: Whether a private key of AWS's passes through it.
        formats: Whether `-o` chooses among its formats.
    """

    line: str
    operations: tuple[str, ...] = ()
    exit_code: int = 0
    typed: str | None = None
    consent: str = "--yes"
    holds_key: bool = False
    formats: bool = True

    @property
    def verb(self) -> str:
        """The verb's word."""
        return self.line.split()[0]

    @property
    def unattended(self) -> str:
        """The line, with consent given beforehand where it prompts."""
        return f"{self.line} {self.consent}" if self.typed else self.line

    @property
    def planned(self) -> str:
        """The line as it can be tried again and again: a dry run, where it does something."""
        does = self.typed or self.changes or "DownloadDefaultKeyPair" in self.operations
        return f"{self.unattended} --dry-run" if does else self.line

    @property
    def changes(self) -> tuple[str, ...]:
        """Those of its operations that are sent once."""
        return tuple(each for each in self.operations if each in CHANGES)

    @property
    def calls(self) -> tuple[str, ...]:
        """Those that are sent again."""
        return tuple(each for each in self.operations if each not in CHANGES)

    def failing(self, exit_code: int = 4) -> int:
        """How it ends where every request fails: one verb has done a part without any."""
        return 7 if self.verb == "fingerprint" else exit_code

    def __str__(self) -> str:
        return self.line.replace(" ", "_").replace("/", "-")


VERB_CASES = (
    VerbCase(
        "list --include-default --columns name,used-by,local-files",
        ("GetInstances", "GetKeyPairs"),
    ),
    VerbCase("show web", ("GetInstances", "GetKeyPair")),
    VerbCase("create new --type ed25519 --tag a=b", ("GetKeyPair", "ImportKeyPair", "TagResource")),
    VerbCase("create new --service-generated", ("CreateKeyPair", "GetKeyPair"), holds_key=True),
    VerbCase(
        "import new .ssh/own --tag a=b",
        ("GetKeyPair", "GetKeyPairs", "ImportKeyPair", "TagResource"),
    ),
    VerbCase("download-default", ("DownloadDefaultKeyPair", "GetKeyPairs"), holds_key=True),
    VerbCase(
        f"download-default -r {EMPTY}",
        ("DownloadDefaultKeyPair", "GetKeyPairs"),
        typed="y\n",
        consent="--create",
        holds_key=True,
    ),
    VerbCase(
        "delete web --fingerprint",
        ("DeleteKeyPair", "GetInstances", "GetKeyPair"),
        typed="web\n",
    ),
    VerbCase(
        f"delete {DEFAULT_PAIR} --fingerprint --backup backup",
        ("DeleteKeyPair", "DownloadDefaultKeyPair", "GetInstances", "GetKeyPairs"),
        typed=f"{DEFAULT_PAIR}\n",
        holds_key=True,
    ),
    VerbCase(
        "rotate-default",
        ("DeleteKeyPair", "DownloadDefaultKeyPair", "GetInstances", "GetKeyPairs"),
        typed=f"{DEFAULT_PAIR}\n",
        holds_key=True,
    ),
    VerbCase("tag web a=b", ("GetKeyPair", "TagResource")),
    VerbCase("untag web stage", ("GetKeyPair", "UntagResource")),
    VerbCase("fingerprint --match", ("GetKeyPairs",)),
    VerbCase("audit", ("GetInstances", "GetKeyPairs"), exit_code=6),
    VerbCase("audit --fix", ("GetInstances", "GetKeyPairs"), exit_code=6, typed="y\n"),
    VerbCase(
        "ssh-config --known-hosts",
        ("GetInstanceAccessDetails", "GetInstances", "GetKeyPairs"),
        holds_key=True,
    ),
    VerbCase(
        "ssh-config --known-hosts --write",
        ("GetInstanceAccessDetails", "GetInstances", "GetKeyPairs"),
        typed="y\n",
        holds_key=True,
    ),
    VerbCase("instances", ("GetInstancePortStates", "GetInstances", "GetKeyPairs")),
    VerbCase("ssh blog --print", ("GetInstances", "GetKeyPairs"), formats=False),
    VerbCase(
        "authorize blog --key-pair web --dry-run",
        ("GetInstancePortStates", "GetInstances", "GetKeyPairs"),
    ),
    VerbCase("regions", ("GetRegions",)),
    VerbCase("config"),
    VerbCase("iam-policy", formats=False),
    VerbCase("completion bash", formats=False),
    VerbCase("help exit-codes", formats=False),
    VerbCase("sandbox path", formats=False),
    VerbCase("sandbox env", formats=False),
)
"""`sandbox serve` never ends and `sandbox reset` sends nothing: both are tried elsewhere."""

PROMPTED = tuple(case for case in VERB_CASES if case.typed)
FORMATTED = tuple(case for case in VERB_CASES if case.formats)
REMOTE = tuple(case for case in VERB_CASES if case.operations)
CALLS = tuple((case, each) for case in REMOTE for each in case.operations)
"""Every operation of every line."""
CHANGED = tuple((case, each) for case in REMOTE for each in case.changes)


def uncovered() -> set[str]:
    """The verbs that no line is about."""
    return {verb.word for verb in commands.VERBS} - {case.verb for case in VERB_CASES}


def named(cases: Iterable[VerbCase]) -> list[str]:
    """What pytest calls them."""
    return [str(case) for case in cases]


@dataclass(frozen=True, slots=True)
class Stage:
    """The account and the home that every line finds.

    Attributes:
        account: Has the default pair, `web` with a tag, and an instance that names it.
        home: Has the private keys of both in `.ssh`, one of them with loose permissions.
        keys: The private keys: the default pair's, which AWS has, and the home's own.
        own_line: The public key of the latter.
    """

    account: Sandbox
    home: Path
    keys: tuple[str, str]
    own_line: str


def fill_account(account: Sandbox, default_pem: str, own_line: str) -> None:
    """Put there what a `Stage` has."""
    account.add_default_key_pair(REGION, private_pem=default_pem, created_at=CREATED)
    tags = (Tag("stage", "production"),)
    account.add_key_pairs(REGION, ["web"], public_line=own_line, tags=tags, created_at=CREATED)
    account.add_instance(
        REGION, "blog", key_pair_name="web", created_at=CREATED, host_keys=[HOST_KEY]
    )


def fill_home(home: Path, own_pem: str, own_line: str) -> None:
    """Put there what a `Stage` has."""
    directory = home / ".ssh"
    directory.mkdir(mode=0o700)
    for name, text, mode in (
        ("web.pem", own_pem, 0o644),
        ("own", own_pem, 0o600),
        ("own.pub", own_line, 0o644),
    ):
        (directory / name).touch(mode=0o600)
        (directory / name).write_text(text)
        (directory / name).chmod(mode)


def make_own(directory: Path) -> tuple[str, str]:
    """An Ed25519 key as ssh-keygen makes it: the private text, and the public line."""
    command = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", directory / "own")
    subprocess.run(command, check=True)
    return (directory / "own").read_text(), (directory / "own.pub").read_text()
