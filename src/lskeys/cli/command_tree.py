"""The commands and options as plain values, for completion scripts and manual pages. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lskeys.cli import parsing


@dataclass(frozen=True, slots=True)
class Option:
    """An option; `metavar` is "" if it takes no value."""

    flags: tuple[str, ...]
    metavar: str
    help: str
    panel: str = "Options"
    choices: tuple[str, ...] = ()
    is_repeatable: bool = False

    @property
    def long(self) -> str:
        """The long spelling."""
        return next(flag for flag in self.flags if flag.startswith("--"))

    @property
    def takes_value(self) -> bool:
        """Whether it takes a value."""
        return bool(self.metavar)


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument; `metavar` is as in the usage line."""

    metavar: str
    help: str
    choices: tuple[str, ...] = ()

    @property
    def noun(self) -> str:
        """The metavar without brackets and dots."""
        return parsing.argument_name(self.metavar)

    @property
    def is_repeatable(self) -> bool:
        """Whether it may be given more than once."""
        return self.metavar.endswith("...") or self.metavar.endswith("...]")


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its words (none for the program itself), help, arguments and options."""

    words: tuple[str, ...]
    summary: str
    text: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()
    options: tuple[Option, ...] = ()
    commands: tuple["Command", ...] = field(default=())
    alias: str | None = None
    panel: str = ""

    @property
    def word(self) -> str:
        """The last of its words."""
        return self.words[-1] if self.words else ""

    def walk(self) -> Iterator["Command"]:
        """This command and all its subcommands."""
        yield self
        for each in self.commands:
            yield from each.walk()


HELP = Option(("--help", "-h"), "", "Show this message and exit.")


def read(command: Any, *words: str) -> Command:  # noqa: ANN401  Typer's command, whose class is private
    """A Typer command and its subcommands as values."""
    paragraphs = [" ".join(each.split()) for each in (command.help or "").split("\n\n")]
    parameters = [*parsing.parameters_of(command)]
    return Command(
        words,
        paragraphs[0],
        tuple(paragraphs[1:]),
        parsing.examples_of(command),
        tuple(
            Argument(each["metavar"], each["help"], each["choices"])
            for each in parameters
            if not each["is_option"]
        ),
        (*(_option(each) for each in parameters if each["is_option"]), HELP),
        tuple(read(each, *words, word) for word, each in parsing.subcommands(command).items()),
    )


def _option(known: Mapping[str, Any]) -> Option:
    return Option(
        known["flags"],
        known["metavar"] if known["takes_value"] else "",
        known["help"],
        known["panel"],
        known["choices"],
        known["is_repeatable"],
    )
