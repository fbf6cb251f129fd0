"""The completion script for zsh, filled into its template."""

from lskeys.cli.command_tree import Command
from lskeys.cli.completion.scripts import grammar
from lskeys.cli.completion.scripts.values import DIRECTORIES, DYNAMIC, FILES, filled, values_of
from lskeys.cli.parameters import Argument, Option

_ACTIONS = {
    **{kind: f"_lskeys_{kind}" for kind in DYNAMIC},
    FILES: "_files",
    DIRECTORIES: "_files -/",
}
_LEAF = """{name}() {{
    _arguments -s -S \\
        {specs}
}}"""
# Which of several commands it is must be known before _arguments reads the line: an option that the
# command and the program have in common would be taken for the program's.
_BRANCH = """{name}() {{
    local -i place skips=0
    for ((place = 2; place < CURRENT; place++)); do
        if ((skips)); then
            skips=0
            continue
        fi
        case $words[place] in
            ({takers}) skips=1 ;;
            (-*) ;;
            (*) break ;;
        esac
    done
    if ((place < CURRENT)); then
        words=("${{(@)words[place,-1]}}")
        ((CURRENT -= place - 1))
        case $words[1] in
            {cases}
        esac
        return
    fi
    local -a commands=(
        {commands}
    )
    _arguments -s -S \\
        {specs} \\
        '1: :{{_describe -t commands command commands}}'
}}"""


def script(root: Command) -> str:
    """The script: one function per command."""
    functions = "\n\n".join(_function(command) for command in root.walk())
    return filled("template.zsh", {"@HEADING@": grammar.HEADING, "@COMMANDS@": functions})


def _function(command: Command) -> str:
    specs = [_option(each) for each in command.options]
    if not command.commands:
        specs += [_argument(place, each) for place, each in enumerate(command.arguments, start=1)]
        return _LEAF.format(name=_name(command), specs=" \\\n        ".join(specs))
    offered = [_quoted(f"{each.word}:{each.summary}") for each in command.commands]
    cases = [
        f"({' | '.join(filter(None, (each.word, each.alias)))}) {_name(each)} ;;"
        for each in command.commands
    ]
    takers = [flag for each in command.options if each.takes_value for flag in each.flags]
    return _BRANCH.format(
        name=_name(command),
        commands="\n        ".join(offered),
        specs=" \\\n        ".join(specs),
        cases="\n            ".join(cases),
        takers=" | ".join(takers) or "--",
    )


def _name(command: Command) -> str:
    return "_".join(("_lskeys_command", *command.words))


def _option(option: Option) -> str:
    """An option as a specification for `_arguments`: exclusions, spellings, help, value."""
    head = "*" if option.is_repeatable else f"({' '.join(option.flags)})"
    spec = f"[{_escaped(option.help)}]"
    if option.takes_value:
        optional = ":" if option.metavar.startswith("[V") else ""
        spec += f":{optional}{_escaped(option.metavar)}:{_action(option)}"
    behind_long, behind_short = ("=", "+") if option.takes_value else ("", "")
    spelled = [
        flag + (behind_long if flag.startswith("--") else behind_short) for flag in option.flags
    ]
    if len(spelled) == 1:
        return _quoted(f"{head}{spelled[0]}{spec}")
    return f"{_quoted(head)}{{{','.join(spelled)}}}{_quoted(spec)}"


def _argument(place: int, argument: Argument) -> str:
    optional = ":" if argument.metavar.startswith("[") else ""
    start = "*:" if argument.is_repeatable else f"{place}:{optional}"
    return _quoted(f"{start}{_escaped(argument.noun)}:{_action(argument)}")


def _action(taker: Option | Argument) -> str:
    values = values_of(taker)
    if values.is_list:
        return f"_values -s , {taker.metavar.rstrip(',.').lower()} {' '.join(values.words)}"
    if values.words:
        return f"({' '.join(values.words)})"
    return _ACTIONS.get(values.kind, " ")


def _escaped(text: str) -> str:
    for sign in "\\[]:":
        text = text.replace(sign, f"\\{sign}")
    return text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", r"'\''") + "'"
