"""The completion script for bash 3.2 and newer, filled into its template."""

from lskeys.cli.command_tree import Command
from lskeys.cli.completion.scripts import grammar
from lskeys.cli.completion.scripts.values import filled, kind_of, values_of
from lskeys.cli.parameters import Argument

_SHAPE = "        {patterns})\n{lines}            ;;"
_VALUE = "        {flags}) value='{value}' ;;"


def script(root: Command) -> str:
    """The script for all commands."""
    takers = grammar.value_options(root)
    marks = {
        "@HEADING@": grammar.HEADING,
        "@SHAPES@": "\n".join(_shape(command) for command in root.walk()),
        "@VALUES@": "\n".join(
            _VALUE.format(flags=" | ".join(flags), value=kind_of(values))
            for flags, values in takers.items()
        ),
        "@TAKERS@": " | ".join(flag for flags in takers for flag in flags),
    }
    return filled("template.bash", marks)


def _shape(command: Command) -> str:
    sets = {
        "commands": " ".join(grammar.words(command)),
        "options": " ".join(grammar.flags(command)),
        "arguments": ";".join(map(_argument, command.arguments)),
    }
    lines = "".join(f"            {name}='{words}'\n" for name, words in sets.items() if words)
    return _SHAPE.format(
        patterns=" | ".join(f"'{each}'" for each in command.spellings), lines=lines
    )


def _argument(argument: Argument) -> str:
    kind = kind_of(values_of(argument))
    return f"{kind}..." if argument.is_repeatable else kind
