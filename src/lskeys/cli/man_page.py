"""Manual pages in roff, made from the command tree and the help topics. Pure."""

from collections.abc import Iterable, Iterator

from lskeys.cli.command_tree import Command
from lskeys.cli.help_topics import TOPICS, Topic
from lskeys.cli.parameters import Option


def page(root: Command, word: str | None = None) -> str:
    """The manual page of a command, or of the program with the help topics."""
    command = next((each for each in root.commands if each.word == word), root)
    return "\n".join([*_head(command), *_body(command), *_foot(root, command)]) + "\n"


def name_of(command: Command) -> str:
    """The name of its page: lskeys, or lskeys-list."""
    return "-".join(("lskeys", *command.words))


def _head(command: Command) -> Iterator[str]:
    name = name_of(command)
    yield f'.TH {name.upper()} 1 "" lskeys "lskeys manual"'
    yield from (".SH NAME", f"{_text(name)} \\- {_text(command.summary.rstrip('.'))}")
    yield ".SH SYNOPSIS"
    for each in command.commands if command.words and command.commands else [command]:
        yield from (".B " + _text(" ".join(("lskeys", *each.words))), _text(_usage(each)), ".br")


def _usage(command: Command) -> str:
    words = ["[OPTIONS]"] if command.options else []
    words += [each.metavar for each in command.arguments]
    return " ".join([*words, *(["COMMAND [ARGUMENTS]"] if command.commands else [])])


def _body(command: Command) -> Iterator[str]:
    yield from (".SH DESCRIPTION", _text(command.summary))
    for paragraph in command.text:
        yield from (".PP", _text(paragraph.removeprefix("* ")))
    if command.arguments:
        yield from (".SH ARGUMENTS", *_rows((each.noun, each.help) for each in command.arguments))
    if command.commands:
        yield ".SH COMMANDS"
        yield from _rows((" ".join(each.words), each.summary) for each in command.commands)
    for panel in dict.fromkeys(option.panel for option in command.options):
        yield f".SH {panel.upper()}" if panel == "Options" else f".SH {panel.upper()} OPTIONS"
        yield from _options(option for option in command.options if option.panel == panel)
    if command.words:
        for each in command.commands:
            own = [option for option in each.options if option.panel == "Options"]
            yield from (f".SH OPTIONS OF {each.word.upper()}", *_options(own))


def _foot(root: Command, command: Command) -> Iterator[str]:
    if not command.words:
        for topic in TOPICS:
            yield from _topic(topic)
    examples = command.examples
    if command.words:
        examples += tuple(example for each in command.commands for example in each.examples)
    if examples:
        yield ".SH EXAMPLES"
        for example in dict.fromkeys(examples):
            yield from (".PP", ".EX", _text(example), ".EE")
    others = [root, *root.commands] if command.words else [*root.commands]
    pages = [f".BR {_text(name_of(each))} (1)" for each in others if each is not command]
    yield from (".SH SEE ALSO", ",\n".join(pages))


def _topic(topic: Topic) -> Iterator[str]:
    yield f".SH {topic.word.upper().replace('-', ' ')}"
    for paragraph in topic.paragraphs:
        yield from (".PP", _text(paragraph))
    yield from _rows(topic.rows)


def _rows(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, text in rows:
        yield from (".TP", ".B " + _text(term), _text(text))


def _options(options: Iterable[Option]) -> Iterator[str]:
    for option in options:
        spelled = ", ".join(option.flags)
        yield from (".TP", f".B {_text(f'{spelled} {option.metavar}'.strip())}", _text(option.help))


def _text(text: str) -> str:
    """Text escaped for roff; a line that begins with . or ' would be a macro."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti")
    escaped = escaped.replace("^", "\\(ha").replace("`", "\\(ga")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
