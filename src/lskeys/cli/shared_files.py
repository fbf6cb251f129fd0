"""The files of an installation that are not Python: manual pages and completion scripts."""

from lskeys.cli import man_page
from lskeys.cli.commands._tree import tree
from lskeys.cli.completion.scripts import SCRIPTS


def shared_files() -> dict[str, str]:
    """The text of each file by its path below PREFIX/share, where man and the shells look."""
    root = tree()
    files = {SCRIPTS[shell].path: SCRIPTS[shell].make(root) for shell in SCRIPTS}
    for command in (root, *root.commands):
        files[f"man/man1/{man_page.name_of(command)}.1"] = man_page.page(root, command.word)
    return files
