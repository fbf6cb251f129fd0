"""What a shell must know of a line: which options take a value, which words may come. Pure."""

from collections.abc import Iterator

from lskeys.cli.command_tree import Command, Option
from lskeys.cli.completion.scripts.values import Values, values_of

HEADING = "Made by lskeys from its own verbs and options; a change made here is lost."


def value_options(root: Command) -> dict[tuple[str, ...], Values]:
    """The options that take a value, by their spellings; each means the same wherever it stands.

    Raises:
        ValueError: Two commands disagree about an option, which a line alone could not tell apart.
    """
    found: dict[str, tuple[Option, Values | None]] = {}
    for option in _options(root):
        values = values_of(option) if option.takes_value else None
        for flag in option.flags:
            known = found.setdefault(flag, (option, values))
            if known[1] != values:
                raise ValueError(f"{flag} takes one thing here and another there")
    taking = {option.flags: values for option, values in found.values() if values is not None}
    return dict(sorted(taking.items()))


def flags(command: Command) -> list[str]:
    """Every spelling of every option of a command, the long ones first."""
    spelled = [flag for option in command.options for flag in option.flags]
    return sorted(spelled, key=lambda flag: not flag.startswith("--"))


def words(command: Command) -> list[str]:
    """What may follow a command as its next word: its commands and their short names."""
    return [word for each in command.commands for word in (each.word, each.alias) if word]


def _options(root: Command) -> Iterator[Option]:
    for command in root.walk():
        yield from command.options
