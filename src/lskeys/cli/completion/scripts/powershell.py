"""The completion script for PowerShell, 5.1 and newer. Pure, but for its own template."""

from collections.abc import Mapping

from lskeys.cli.command_tree import Command
from lskeys.cli.completion.scripts import grammar
from lskeys.cli.completion.scripts.values import kind_of, template, values_of

_SHAPE = """        {command} = @{{
            commands = {commands}
            options = {options}
            arguments = @({arguments})
        }}"""


def script(root: Command) -> str:
    """The script, with two tables of what can follow what."""
    filled = {
        "@HEADING@": grammar.HEADING,
        "@SHAPES@": "\n".join(_shape(command) for command in root.walk()),
        "@VALUES@": "\n".join(
            f"        {_quoted(flag)} = {_quoted(kind_of(values))}"
            for flags, values in grammar.value_options(root).items()
            for flag in flags
        ),
    }
    text = template("template.ps1")
    for mark, words in filled.items():
        text = text.replace(mark, words)
    return text


def _shape(command: Command) -> str:
    commands = {each.word: each.summary for each in command.commands}
    options = {option.long: option.help for option in command.options}
    arguments = [
        kind_of(values_of(each)) + ("..." if each.is_repeatable else "")
        for each in command.arguments
    ]
    spellings = [" ".join(command.words)]
    if command.alias:
        spellings.append(" ".join((*command.words[:-1], command.alias)))
    return "\n".join(
        _SHAPE.format(
            command=_quoted(spelling),
            commands=_table(commands),
            options=_table(options),
            arguments=", ".join(map(_quoted, arguments)),
        )
        for spelling in spellings
    )


def _table(entries: Mapping[str, str]) -> str:
    if not entries:
        return "@{}"
    rows = "".join(
        f"\n                {_quoted(word)} = {_quoted(told)}" for word, told in entries.items()
    )
    return f"[ordered]@{{{rows}\n            }}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
