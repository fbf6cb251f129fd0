"""The options that select key pairs, spelled once for `list` and `delete`. Touches: nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from lskeys.errors import UsageError
from lskeys.keypairs.filters import Age, Selection, parse_age

Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="KEY[=VALUE]", help="Only key pairs with this tag; globs work."),
]
Unused = Annotated[bool, typer.Option("--unused", help="Only key pairs that no instance uses.")]
OlderThan = Annotated[
    str | None,
    typer.Option(
        "--older-than", metavar="AGE", help="Only key pairs older than this (365d, 6mo, 2y)."
    ),
]


def read_selection(  # noqa: PLR0913  one for each filter
    now: datetime,
    globs: Sequence[str] | None,
    tags: Sequence[str] | None,
    older_than: str | None,
    *,
    unused: bool,
    in_use: bool = False,
    include_default: bool = False,
) -> Selection:
    """What these options select; `now` is the time that an age is counted from.

    Raises:
        UsageError: Two of them cannot be combined, or the age is not one.
    """
    if unused and in_use:
        raise UsageError("--unused and --in-use cannot be combined", hint="choose one")
    return Selection(
        globs=tuple(globs or ()),
        tags=tuple(tags or ()),
        include_default=include_default,
        in_use=in_use if unused or in_use else None,
        older_than=Age(older_than, now - parse_age(older_than)) if older_than else None,
    )
