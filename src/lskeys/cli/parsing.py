"""What of Typer is private: how words are parsed, what is wrong with them, what it knows. Pure.

No other file touches it. Typer carries a private copy of click since 0.27.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from lskeys.cli import help_pages, suggestions
from lskeys.cli.parameters import Argument, Option, argument_name
from lskeys.errors import UsageError
from lskeys.text import one_line
from lskeys.values import value

FROM_LOCAL_KEY = "\0"
"""What a bare `--fingerprint` becomes: no command line can carry a NUL, so it was not typed."""

_HELP: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_EXAMPLES = "\n\nExamples:\n"
_NO_CHOICE = re.compile(r": '(.*)' is not one of ")
_CHOICES = re.compile(r"\. Choose from:\s*")
_PLACES = frozenset({"FILE", "PATH", "DIR"})
_FILE_URL = re.compile(r"fileb?:(?://|(?=/))(.+)", re.DOTALL)
_TOO_MANY = re.compile(r"^Got unexpected extra argument\(s\) \((.*)\)$")
_NO_NUMBER = re.compile(r"is not (?:a valid [a-z ]+|in the range .*)$")


def _refuse_words(command: Any, context: typer.Context, words: Sequence[str]) -> None:  # noqa: ANN401  Typer's command, whose class is private
    """Refuse an option or an argument that is empty, as a script's unset variable is, or a file:.

    Before Typer makes values of words: the path of an empty word would be the working directory,
    and two slashes in one become one.
    """
    given, _, _ = command.make_parser(context).parse_args(args=list(words))
    for parameter in command.params:
        said = given.get(parameter.name)
        several = said if isinstance(said, (list, tuple)) else [said]
        if _is_command(parameter):  # any word but the first may be empty
            several = several[:1]
        is_option = parameter.param_type_name == "option"
        metavar = argument_name(parameter.metavar or parameter.make_metavar(context))
        if "" in several:
            raise UsageError(
                f"{parameter.opts[0] if is_option else metavar} is empty",
                hint=f"give a value{' or leave it out' * is_option}; is a variable not set?",
            )
        for word in several if _PLACES.intersection(metavar.split("|")) else ():
            if isinstance(word, str) and (url := _FILE_URL.fullmatch(word)):
                raise UsageError(
                    f"{one_line(word)} is a URL, where the name of a file is expected",
                    hint=f"leave the beginning out: {one_line(url[1])}",
                )


def _is_command(parameter: Any) -> bool:  # noqa: ANN401  Typer's parameter, whose class is private
    """Whether it is a command to run, with words of its own."""
    return "-- " in (parameter.metavar or "")


class SuggestingGroup(TyperGroup):
    """A command of several words; one it does not have is reported with the nearest it has."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # the public name of Typer's private class
        """Parse the options before the word, none of which may be empty."""
        if args:
            _refuse_words(self, ctx, args)
        elif self.no_args_is_help:
            typer.echo(self.get_help(ctx))
            raise UsageError("no command given", hint=f"see {ctx.command_path} --help")
        return super().parse_args(ctx, args)

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override]  # the public name of Typer's private class
        """The page."""
        return "\n".join(self.page(ctx))

    def page(self, ctx: typer.Context) -> Iterator[str]:
        """The lines of its help page."""
        commands = [
            (word, (each.help or "").split("\n\n")[0]) for word, each in self.commands.items()
        ]
        usage = f"{ctx.command_path} COMMAND"
        return help_pages.of_group(usage, self.help or "", commands, examples_of(self))

    def resolve_command(  # type: ignore[override]  # the public name of Typer's private class
        self, ctx: typer.Context, args: list[str]
    ) -> tuple[str | None, Any, list[str]]:
        """The typed word, its command, and the words behind it."""
        word, *rest = args
        if word not in self.commands:
            page = f"see {ctx.command_path} --help"
            raise UsageError(
                f"no such command '{one_line(word, limit=80)}'",
                hint=suggestions.for_command(word, self.commands) or page,
            )
        return word, self.load(word), rest

    def load(self, word: str) -> Any:  # noqa: ANN401  Typer's command, whose class is private
        """The command of a word that there is."""
        return self.commands[word]


class VerbCommand(TyperCommand):
    """A command whose usage line has its arguments as they are written down, without braces."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # the public name of Typer's private class
        """Parse options and arguments, none of which may be empty."""
        _refuse_words(self, ctx, args)
        return super().parse_args(ctx, args)

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override]  # the public name of Typer's private class
        """The page."""
        arguments = [each for each in self.params if each.param_type_name == "argument"]
        words = [ctx.command_path, "[OPTIONS]", *(each.make_metavar(ctx) for each in arguments)]
        known = parameters_of(self)
        page = help_pages.of_command(" ".join(words), self.help or "", known, examples_of(self))
        return "\n".join(page)


class RunsCommand(VerbCommand):
    """A command that runs another, whose options are its own, with or without `--`."""

    allow_interspersed_args = False


class OptionalValue(VerbCommand):
    """A command whose `--fingerprint` may stand without a value.

    As getopt does it for optional values: the option stands alone at the end of the line or
    before another option. A word after it is its value, so a name there is swallowed, which the
    verb then says.
    """

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # the public name of Typer's private class
        """Parse, after a bare `--fingerprint` was given its value."""
        return super().parse_args(ctx, _with_value("--fingerprint", args))


def _with_value(option: str, args: Sequence[str]) -> list[str]:
    filled: list[str] = []
    for position, word in enumerate(args):
        if word == "--":
            return [*filled, *args[position:]]
        following = args[position + 1 : position + 2]
        is_bare = word == option and (not following or following[0].startswith("-"))
        filled.append(f"{option}={FROM_LOCAL_KEY}" if is_bare else word)
    return filled


def plain_typer(**settings: Any) -> typer.Typer:  # noqa: ANN401  Typer's settings
    """A Typer without what this program does itself: completion, and telling of exceptions."""
    return typer.Typer(
        name="lskeys",
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings=_HELP,
        rich_markup_mode=None,
        **settings,
    )


def command_of(loaded: Any, word: str, kind: type[VerbCommand] = VerbCommand) -> Any:  # noqa: ANN401  a function or a Typer in, Typer's command out
    """A command with all its options, as Typer parses it, of a function or of a Typer."""
    if isinstance(loaded, typer.Typer):
        return typer.main.get_command(loaded)
    alone = plain_typer()
    command_decorator(alone, word, kind)(loaded)
    return typer.main.get_command(alone)


def command_decorator(
    program: typer.Typer, word: str, kind: type[VerbCommand] = VerbCommand
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add a command to a program: its docstring is its help, and has its examples."""

    def add(function: Callable[..., None]) -> Callable[..., None]:
        # Python keeps none with -OO, as with PYTHONOPTIMIZE=2.
        text, _, examples = (inspect.getdoc(function) or "").partition(_EXAMPLES)
        # Typer keeps the line breaks of all paragraphs but the first.
        folded = "\n\n".join(" ".join(each.split()) for each in text.split("\n\n"))
        return program.command(word, cls=kind, help=folded, epilog=epilog(examples))(function)

    return add


def epilog(examples: str) -> str | None:
    """Examples, one a line."""
    lines = [line.strip() for line in examples.splitlines()]
    return "\n".join(line for line in lines if line) or None


def examples_of(command: Any) -> tuple[str, ...]:  # noqa: ANN401  Typer's command, whose class is private
    """The examples of a command."""
    return tuple((command.epilog or "").splitlines())


def show_page(command: Any, path: str) -> None:  # noqa: ANN401  Typer's command, whose class is private
    """Show what `--help` shows of a command; Typer draws it on stdout."""
    command(args=["--help"], prog_name=path, standalone_mode=False, **_HELP)


@value
class Misuse:
    """What is wrong with a command line.

    Attributes:
        message: What Typer says.
        word: The word that is none of `known`, if that is what is wrong.
        known: The options, or the words for a value, that there are in its place.
        is_option: Whether that word is an option.
        path: The words of the command that is concerned, the program's first.
        usage: How a command to run is given to it, if it runs one.
    """

    message: str
    word: str = ""
    known: tuple[str, ...] = ()
    is_option: bool = False
    path: str = "lskeys"
    usage: str = ""


def misuse(error: typer.TyperException) -> Misuse:
    """What Typer's exception says; its kinds are private, and known by their members."""
    raw: Any = error
    context = getattr(raw, "ctx", None)
    path = context.command_path if context else "lskeys"
    if hasattr(raw, "possibilities"):
        known = long_options(raw.ctx.command)
        usage = _usage_of_command_to_run(raw.ctx)
        message = one_line(raw.message)
        return Misuse(message, raw.option_name, known, is_option=True, path=path, usage=usage)
    message = one_line(raw.format_message()).rstrip(".")
    message = _CHOICES.sub(": one of ", _TOO_MANY.sub(r"too many arguments: \1", message))
    if wrong := _NO_CHOICE.search(message):
        return Misuse(message, wrong[1], tuple(raw.param.type.choices), path=path)
    if hasattr(getattr(raw, "param", None), "type"):
        message = _NO_NUMBER.sub(lambda found: _kind(raw.param.type, found[0]), message)
    return Misuse(message, path=path)


def _kind(kind: Any, said: str) -> str:  # noqa: ANN401  Typer's type of a value, whose class is private
    """What a value is not, in words; what Typer says of all but ranges of numbers."""
    if not hasattr(kind, "min"):
        return said
    number = "a whole number" if kind.name.startswith("int") else "a number"
    limits = (("from", kind.min), ("to", kind.max))
    return " ".join(
        [f"is not {number}", *(f"{word} {at:.12g}" for word, at in limits if at is not None)]
    )


def _usage_of_command_to_run(context: typer.Context) -> str:
    arguments: list[Any] = [each for each in context.command.params if each.metavar]
    words = [each.metavar for each in arguments if each.param_type_name == "argument"]
    is_one = any(map(_is_command, arguments))
    return " ".join([context.command_path, *words]) if is_one else ""


def long_options(command: Any) -> tuple[str, ...]:  # noqa: ANN401  Typer's command, whose class is private
    """How the options of a command are spelled, the short ones aside."""
    return tuple(word for each in command.params for word in each.opts if word.startswith("--"))


def subcommands(command: Any) -> dict[str, Any]:  # noqa: ANN401  Typer's command, whose class is private
    """The commands of a group by their words; none for a command."""
    return dict(getattr(command, "commands", {}))


def parameters_of(command: Any) -> Iterator[Option | Argument]:  # noqa: ANN401  Typer's command, whose class is private
    """The options and arguments that help shows, in their order."""
    for raw in command.params:
        if getattr(raw, "hidden", False):
            continue
        choices = tuple(getattr(raw.type, "choices", None) or ())
        if raw.param_type_name != "option":
            yield Argument(raw.metavar or raw.name.upper(), raw.help or "", choices)
            continue
        metavar = raw.metavar or "|".join(choices) or raw.type.name.upper()
        yield Option(
            (*raw.opts, *raw.secondary_opts),
            "" if getattr(raw, "is_flag", False) else metavar,
            raw.help or "",
            getattr(raw, "rich_help_panel", None) or "Options",
            choices,
            raw.multiple,
        )
