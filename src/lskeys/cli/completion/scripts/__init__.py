"""Completion scripts for each shell, made from the command tree."""

from collections.abc import Callable
from dataclasses import dataclass

from lskeys.cli.command_tree import Command
from lskeys.cli.completion.scripts import bash, fish, zsh


@dataclass(frozen=True, slots=True)
class Script:
    """A shell's script: its path below PREFIX/share, and what makes its text."""

    path: str
    make: Callable[[Command], str]


SCRIPTS = {
    "bash": Script("bash-completion/completions/lskeys", bash.script),
    "zsh": Script("zsh/site-functions/_lskeys", zsh.script),
    "fish": Script("fish/vendor_completions.d/lskeys.fish", fish.script),
}
