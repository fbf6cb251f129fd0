"""completion: the script that makes TAB work in a shell. Touches: what the runtime hands it."""

from typing import Annotated, Literal

import typer

from lskeys.cli.commands._tree import tree
from lskeys.cli.completion.scripts import SCRIPTS
from lskeys.cli.options import ProgramOptions, verb
from lskeys.cli.runtime import Runtime

Shell = Literal["bash", "zsh", "fish"]


@verb(ProgramOptions)
def print_completion(
    run: Runtime, shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="The shell.")]
) -> None:
    """Print the completion script for a shell.

    pipx and package managers install the scripts. Otherwise, install the script for your shell
    once:

    * bash: add to ~/.bashrc the line eval "$(lskeys completion bash)"

    * zsh: save it as _lskeys in a directory that is in $fpath before compinit runs

    * fish: save it as ~/.config/fish/completions/lskeys.fish

    Examples:
        lskeys completion bash > ~/.local/share/bash-completion/completions/lskeys
        lskeys completion fish > ~/.config/fish/completions/lskeys.fish
    """
    run.terminal.result(SCRIPTS[shell].make(tree()).splitlines())
