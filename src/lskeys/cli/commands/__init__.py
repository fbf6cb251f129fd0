"""The commands: one file each, loaded when it is run; this directory is the help page."""

import keyword
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

from lskeys.cli.parsing import OptionalValue, VerbCommand, command_of
from lskeys.values import value

_PAIRS = "Key pairs"
_DEFAULT = "The default key pair"
_DISK = "This computer"
_INSTANCES = "Instances"
_ABOUT = "About lskeys"


@value
class Verb:
    """A verb of the program.

    Attributes:
        word: What is typed; its file is called so, too.
        name: What it runs: a function of that file, or a Typer of several.
        panel: Where it stands on the help page.
        summary: The first line of its help.
        kind: How its command line is parsed.
    """

    word: str
    name: str
    panel: str
    summary: str
    alias: str | None = None
    kind: type[VerbCommand] = VerbCommand

    @property
    def is_main(self) -> bool:
        """Whether the first help page has a line for it."""
        return self.panel != _ABOUT

    @property
    def module(self) -> str:
        """The file's name without its ending; Python has `import` itself."""
        module = self.word.replace("-", "_")
        return f"{module}_" if keyword.iskeyword(module) else module

    def typed_in(self, arguments: Iterable[str]) -> bool:
        """Whether its word or its alias is among the words of a command line."""
        return bool({self.word, self.alias}.intersection(arguments))

    def load(self) -> Any:  # noqa: ANN401  a function of any signature, or a Typer
        """What it runs; only the verb that is typed is read from the disk."""
        return getattr(import_module(f"{__name__}.{self.module}"), self.name)


VERBS = (
    Verb("list", "list_key_pairs", _PAIRS, "List key pairs.", alias="ls"),
    Verb("show", "show_key_pair", _PAIRS, "Show everything about one key pair."),
    Verb(
        "create",
        "create_key_pair",
        _PAIRS,
        "Create a key pair: the key is created locally, and only its public key is sent.",
    ),
    Verb(
        "import",
        "import_key_pair",
        _PAIRS,
        "Import a public key as a key pair, in one or more regions.",
    ),
    Verb(
        "download-default",
        "download_default",
        _DEFAULT,
        "Download and verify default private keys, of one or more regions.",
    ),
    Verb(
        "delete",
        "delete_key_pairs",
        _PAIRS,
        "Delete key pairs; with --fingerprint, only if a local key matches.",
        alias="rm",
        kind=OptionalValue,
    ),
    Verb(
        "rotate-default",
        "rotate_default",
        _DEFAULT,
        "Replace the default key pair of a region; the old private key is kept.",
    ),
    Verb("tag", "tag_key_pair", _PAIRS, "Add tags to a key pair, or change their values."),
    Verb("untag", "untag_key_pair", _PAIRS, "Remove tags from a key pair."),
    Verb(
        "fingerprint",
        "fingerprint_keys",
        _DISK,
        "Show all fingerprints of local keys, as AWS and ssh-keygen print them.",
    ),
    Verb("audit", "audit_keys", _DISK, "Check local keys against the account and suggest fixes."),
    Verb(
        "ssh-config",
        "ssh_config",
        _DISK,
        "Print Host blocks for instances, with the local keys that open them.",
    ),
    Verb(
        "instances",
        "list_instances",
        _INSTANCES,
        "List instances, each with the local key for it.",
    ),
    Verb(
        "ssh",
        "open_session",
        _INSTANCES,
        "Open an SSH session on an instance, with the right key and pinned host keys.",
    ),
    Verb(
        "authorize",
        "authorize_key",
        _INSTANCES,
        "Add a public key to running instances; remove old keys once it works.",
    ),
    Verb("regions", "list_regions", _ABOUT, "List the Lightsail regions of the account."),
    Verb("config", "show_config", _ABOUT, "Show every setting, its value and its origin."),
    Verb(
        "iam-policy",
        "print_policy",
        _ABOUT,
        "Print the minimal IAM policy that commands need, as JSON.",
    ),
    Verb("sandbox", "group", _ABOUT, "The local Lightsail emulator."),
    Verb("completion", "print_completion", _ABOUT, "Print the completion script for a shell."),
    Verb("help", "show_help", _ABOUT, "Show the help of a command or a topic."),
)


def find(word: str | None) -> Verb | None:
    """The verb that has this word or this alias."""
    return next((each for each in VERBS if word and word in (each.word, each.alias)), None)


@cache
def command(verb: Verb) -> Any:  # noqa: ANN401  Typer's command, whose class is private
    """A verb's command with all its options."""
    return command_of(verb.load(), verb.word, verb.kind)
