"""The commands and options as plain values, for completion scripts and manual pages. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lskeys.cli import parsing
from lskeys.cli.parameters import Argument, Option


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

    @property
    def spellings(self) -> list[str]:
        """Its words, and its words with its alias, if it has one."""
        words = [self.words, *([(*self.words[:-1], self.alias)] if self.alias else [])]
        return [" ".join(each) for each in words]

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
        tuple(each for each in parameters if isinstance(each, Argument)),
        (*(each for each in parameters if isinstance(each, Option)), HELP),
        tuple(read(each, *words, word) for word, each in parsing.subcommands(command).items()),
    )
