"""The whole program, every verb loaded: what completion and manual pages are made from."""

from lskeys.cli.command_tree import Command, read
from lskeys.cli.commands import VERBS, command
from lskeys.cli.help_topics import TOPICS
from lskeys.cli.options import READ_OPTIONS, verb
from lskeys.cli.parsing import command_of
from lskeys.cli.runtime import Runtime
from lskeys.values import replace


def tree() -> Command:
    """The whole program, every verb loaded."""
    verbs = [
        replace(_subjects(read(command(each), each.word)), alias=each.alias, panel=each.panel)
        for each in VERBS
    ]
    before = command_of(verb(*READ_OPTIONS)(_nothing), "lskeys")
    return replace(read(before), commands=tuple(verbs))


def _subjects(command: Command) -> Command:
    """A command, with all that help can be had of as the choices where that is meant."""
    choices = (*(topic.word for topic in TOPICS), *(each.word for each in VERBS))
    arguments = (
        replace(each, choices=choices) if each.noun == "TOPIC" else each
        for each in command.arguments
    )
    return replace(command, arguments=tuple(arguments))


def _nothing(_run: Runtime) -> None:
    """Manage Amazon Lightsail SSH key pairs from the command line."""
