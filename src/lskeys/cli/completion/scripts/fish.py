"""The completion script for fish, filled into its template."""

from collections.abc import Iterator

from lskeys.cli.command_tree import Command
from lskeys.cli.completion.scripts import grammar
from lskeys.cli.completion.scripts.values import DIRECTORIES, DYNAMIC, FILES, filled, values_of
from lskeys.cli.parameters import Argument, Option

_EXPECTING = {FILES: "-r -F", DIRECTORIES: "-x -a '(__fish_complete_directories)'"}


def script(root: Command) -> str:
    """The script: one line per candidate."""
    marks = {
        "@HEADING@": grammar.HEADING,
        "@TAKERS@": " ".join(flag for flags in grammar.value_options(root) for flag in flags),
        "@WORDS@": " ".join(
            _quoted(each) for command in root.walk() for each in command.spellings if each
        ),
        "@COMPLETIONS@": "\n".join(
            each for command in root.walk() for each in _completions(command)
        ),
    }
    return filled("template.fish", marks)


def _completions(command: Command) -> Iterator[str]:
    for each in command.commands:
        yield f"{_at(command, '1')} -a {each.word} -d {_quoted(each.summary)}"
        if each.alias:
            yield f"{_at(command, '1')} -a {each.alias} -d {_quoted(f'Short for {each.word}')}"
    for option in command.options:
        yield f"{_at(command)} {_option(option)} -d {_quoted(option.help)}"
    for number, argument in enumerate(command.arguments, start=1):
        offered = _argument(argument)
        if offered:
            place = f"{number}+" if argument.is_repeatable else str(number)
            yield f"{_at(command, place)} {offered}"


def _at(command: Command, place: str = "") -> str:
    words = [_inner(" ".join(command.words))]
    if place or command.alias:
        words.append(place or _inner(""))
    if command.alias:
        words.append(_inner(command.alias))
    return f"complete -c lskeys -n '__lskeys_at {' '.join(words)}'"


def _option(option: Option) -> str:
    spelled = " ".join(
        f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags
    )
    if not option.takes_value:
        return spelled
    values = values_of(option)
    expects = _EXPECTING.get(values.kind, "-x")
    if values.is_list:
        expects += f" -a '(__lskeys_list {' '.join(values.words)})'"
    elif values.words:
        expects += f" -a {_quoted(' '.join(values.words))}"
    elif values.kind in DYNAMIC:
        expects += f" -a '(__lskeys_words {values.kind})'"
    return f"{spelled} {expects}"


def _argument(argument: Argument) -> str:
    values = values_of(argument)
    if values.words:
        return f"-a {_quoted(' '.join(values.words))}"
    if values.kind in DYNAMIC:
        return f"-a '(__lskeys_words {values.kind})'"
    return "-F" if values.kind == FILES else ""


def _inner(words: str) -> str:
    return f'"{words}"'


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", r"\'") + "'"
