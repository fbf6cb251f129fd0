"""Completion scripts, made from the command tree. Pure, but for its own templates."""

from collections.abc import Callable

from lskeys.cli.command_tree import Command
from lskeys.cli.completion.scripts import bash, fish, powershell, zsh

SCRIPTS: dict[str, tuple[str, Callable[[Command], str]]] = {
    "bash": ("lskeys.bash", bash.script),
    "zsh": ("_lskeys", zsh.script),
    "fish": ("lskeys.fish", fish.script),
    "powershell": ("lskeys.ps1", powershell.script),
}
"""Shell → the file's usual name, and what makes its text."""
