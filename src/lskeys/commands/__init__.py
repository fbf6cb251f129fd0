"""The verbs: one file each. This folder is the help page."""

from collections.abc import Callable
from dataclasses import dataclass

from typer.core import TyperCommand

from lskeys.commands import delete, download_default, sandbox
from lskeys.commands import list as list_
from lskeys.options import OptionalValue


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the program: its word, what it runs, a short alias."""

    word: str
    run: Callable[..., None]
    alias: str | None = None
    kind: type[TyperCommand] = TyperCommand


VERBS = (
    Verb("list", list_.list_key_pairs, alias="ls"),
    Verb("download-default", download_default.download_default),
    Verb("delete", delete.delete_key_pairs, alias="rm", kind=OptionalValue),
)

GROUPS = (sandbox.group,)
