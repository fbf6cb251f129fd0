"""The commands: one file each, loaded when it is run; this directory is the help page."""

import inspect
import keyword
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer

from lskeys.cli.options import OneVerb, OptionalValue

_HELP: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_PAIRS = "Key pairs"
_DEFAULT = "The default pair"
_DISK = "This computer"
_ABOUT = "About lskeys"
_EXAMPLES = "\n\nExamples:\n"


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the program.

    Attributes:
        word: What is typed; its file is called so, too.
        name: What it runs: a function of that file, or a Typer of several.
        panel: Where it stands on the help page.
        summary: The first line of its help.
        alias: A short word for it.
        kind: How its command line is parsed.
    """

    word: str
    name: str
    panel: str
    summary: str
    alias: str | None = None
    kind: type[OneVerb] = OneVerb

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
        "Make a key pair: the key is made and saved here, only its public key goes to AWS.",
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
        "Save the default private key of one or more regions, verified, with its .pub.",
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
        "Replace the default pair of a region by a new one; the old private key is kept.",
    ),
    Verb(
        "tag", "tag_key_pair", _PAIRS, "Give a key pair tags; one that it has gets the new value."
    ),
    Verb("untag", "untag_key_pair", _PAIRS, "Take tags from a key pair, whatever their values."),
    Verb(
        "fingerprint",
        "fingerprint_keys",
        _DISK,
        "Show every form of fingerprint of local keys, as openssl and ssh-keygen print them.",
    ),
    Verb(
        "audit",
        "audit_keys",
        _DISK,
        "Check local keys against the account and suggest fixes.",
    ),
    Verb(
        "ssh-config",
        "ssh_config",
        _DISK,
        "Print Host blocks for instances, each with the local keys that open it.",
    ),
    Verb("regions", "list_regions", _ABOUT, "List the regions Lightsail has for this account."),
    Verb("config", "show_config", _ABOUT, "Show every setting, its value and where it came from."),
    Verb(
        "iam-policy",
        "print_policy",
        _ABOUT,
        "Print the least IAM policy that allows commands to do their work, as JSON.",
    ),
    Verb("sandbox", "group", _ABOUT, "The local Lightsail emulator."),
    Verb(
        "completion",
        "print_completion",
        _ABOUT,
        "Print the script that completes verbs, options and key names at TAB.",
    ),
    Verb("help", "show_help", _ABOUT, "Show the help of a verb or a topic."),
)


def plain_typer(**settings: Any) -> typer.Typer:  # noqa: ANN401  Typer's settings
    """A Typer without what this program does itself: completion, and telling of exceptions."""
    return typer.Typer(
        name="lskeys",
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings=_HELP,
        rich_markup_mode="rich",
        **settings,
    )


def command(verb: Verb) -> Any:  # noqa: ANN401  Typer's command, whose class is private
    """A verb's command with all its options, as Typer parses it."""
    loaded = verb.load()
    if isinstance(loaded, typer.Typer):
        return typer.main.get_command(loaded)
    alone = plain_typer()
    adding(alone, verb.word, verb.kind)(loaded)
    return typer.main.get_command(alone)


def adding(
    program: typer.Typer, word: str, kind: type[OneVerb] = OneVerb
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add a command to a program: its docstring is its help, and has its examples."""

    def add(function: Callable[..., None]) -> Callable[..., None]:
        text, _, examples = inspect.getdoc(function).partition(_EXAMPLES)  # type: ignore[union-attr]  # every verb has help
        # Typer keeps the line breaks of all paragraphs but the first.
        folded = "\n\n".join(" ".join(each.split()) for each in text.split("\n\n"))
        return program.command(word, cls=kind, help=folded, epilog=epilog(examples))(function)

    return add


def epilog(examples: str) -> str | None:
    """Examples, one a line, as Typer shows them below a page: each a paragraph."""
    if not examples:
        return None
    lines = [line.strip().replace("[", r"\[") for line in examples.splitlines()]
    return "\n\n".join(["[bold]Examples[/]", *(f"$ {line}" for line in lines if line)])


def show_page(verb: Verb) -> None:
    """Show what `--help` shows of a verb; Typer draws it on stdout."""
    command(verb)(args=["--help"], prog_name=f"lskeys {verb.word}", standalone_mode=False, **_HELP)
