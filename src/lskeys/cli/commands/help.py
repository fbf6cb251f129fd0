"""help: the page of a command or a topic, and manual pages. Touches: what the runtime hands it."""

import textwrap
from collections.abc import Iterator
from typing import Annotated

import typer

from lskeys.cli import commands, man_page
from lskeys.cli.commands._tree import tree
from lskeys.cli.help_pages import WIDTH, rows
from lskeys.cli.help_topics import TOPICS, Topic
from lskeys.cli.options import ProgramOptions, verb
from lskeys.cli.parsing import show_page
from lskeys.cli.runtime import Runtime
from lskeys.errors import UsageError


@verb(ProgramOptions)
def show_help(
    run: Runtime,
    topic: Annotated[
        str | None, typer.Argument(metavar="[TOPIC]", help="A topic or a command.")
    ] = None,
    *,
    man: Annotated[
        bool, typer.Option("--man", help="Print the source of the manual page, for man -l -.")
    ] = False,
) -> None:
    """Show the help of a command or a topic.

    The topics: options, exit-codes, environment, formatting, fingerprints, security. Without one
    they are listed.

    Examples:
        lskeys help exit-codes
        lskeys help delete
    """
    known = next((each for each in TOPICS if each.word == topic), None)
    verb = commands.find(topic)
    if topic and not known and not verb:
        raise UsageError(f"no topic or command {topic}", hint="see lskeys help")
    if man:
        run.terminal.result(man_page.page(tree(), verb.word if verb else None).splitlines())
    elif verb:
        show_page(commands.command(verb), f"lskeys {verb.word}")
    else:
        run.terminal.result(_lines(known) if known else _contents())


def _contents() -> Iterator[str]:
    yield "Topics, each shown by lskeys help TOPIC:"
    yield ""
    yield from rows([(topic.word, topic.heading) for topic in TOPICS])
    yield ""
    yield "Commands are listed by lskeys --help; lskeys help COMMAND shows one."


def _lines(topic: Topic) -> Iterator[str]:
    yield topic.heading
    for paragraph in topic.paragraphs:
        yield ""
        yield from textwrap.wrap(paragraph, WIDTH, break_on_hyphens=False)
    if topic.rows:
        yield ""
        yield from rows(topic.rows)
