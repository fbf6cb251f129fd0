"""The verbs: one file each, loaded when it is typed. This folder is the help page."""

import keyword
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from typer.core import TyperCommand

from lskeys.options import OptionalValue


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the program.

    Attributes:
        word: What is typed; its file is called so, too.
        name: What it runs: a function of that file, or a Typer of several.
        summary: The first line of its help.
        alias: A short word for it.
        kind: How its command line is parsed.
    """

    word: str
    name: str
    summary: str
    alias: str | None = None
    kind: type[TyperCommand] = TyperCommand

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
    Verb("list", "list_key_pairs", "List key pairs.", alias="ls"),
    Verb("show", "show_key_pair", "Show everything about one key pair."),
    Verb(
        "create",
        "create_key_pair",
        "Make a key pair: the key is made and saved here, only its public half goes to AWS.",
    ),
    Verb(
        "import",
        "import_key_pair",
        "Import a public key as a key pair, in one or more regions.",
    ),
    Verb(
        "download-default",
        "download_default",
        "Save the default private key of one or more regions, verified, with its .pub.",
    ),
    Verb(
        "delete",
        "delete_key_pairs",
        "Delete key pairs, guarded by the fingerprint of the key on this disk.",
        alias="rm",
        kind=OptionalValue,
    ),
    Verb(
        "rotate-default",
        "rotate_default",
        "Replace the default pair of a region by a new one; the old private key is kept.",
    ),
    Verb("tag", "tag_key_pair", "Give a key pair tags; one that it has gets the new value."),
    Verb("untag", "untag_key_pair", "Take tags from a key pair, whatever their values."),
    Verb(
        "fingerprint",
        "fingerprint_keys",
        "Show every form of fingerprint of local keys, as openssl and ssh-keygen print them.",
    ),
    Verb(
        "audit",
        "audit_keys",
        "Compare the key folders with the account, and tell what is wrong and what mends it.",
    ),
    Verb(
        "ssh-config",
        "ssh_config",
        "Print Host blocks for instances, each with the key on this disk that opens it.",
    ),
    Verb("regions", "list_regions", "List the regions Lightsail has for this account."),
    Verb("config", "show_config", "Show every setting, its value and where it came from."),
    Verb("sandbox", "group", "The built-in pretend Lightsail."),
)
