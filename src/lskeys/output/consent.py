"""Whether something may be changed: decided here for every command. Touches: the terminal."""

from collections.abc import Iterable
from typing import Protocol

from lskeys.errors import DeclinedError, RefusedError
from lskeys.model import DEFAULT_ALIAS, DEFAULT_PAIR
from lskeys.output.terminal import Terminal

_TRIES = 3
"""How often a confirmation may be mistyped."""


class ConsentOptions(Protocol):
    """What the command line says about consent."""

    @property
    def dry_run(self) -> bool:
        """Nothing is changed, so there is nothing to agree to."""

    @property
    def yes(self) -> bool:
        """The user agrees beforehand."""


def confirm(  # noqa: PLR0913  the terminal, the options, and the prompt in parts
    terminal: Terminal,
    given: ConsentOptions,
    action: str,
    details: Iterable[str] = (),
    answer: str | None = None,
    *,
    otherwise: RefusedError | None = None,
) -> None:
    """Return if the user agrees, beforehand or at a prompt; a dry run shows the details only.

    Args:
        terminal: Where the prompt is shown.
        given: `--dry-run` and `--yes`.
        action: What to agree to, as in `delete it`.
        details: What to know before that, a line each; not shown with `--yes`.
        answer: The name that has to be typed; None for y or yes.
        otherwise: For what neither `--yes` nor a dry run stands: raised where no prompt is shown.

    Raises:
        RefusedError: There is no consent, and a prompt is not possible.
        DeclinedError: The user declined.
    """
    is_given = given.dry_run or given.yes
    if otherwise and (is_given or not terminal.can_prompt):
        raise otherwise
    if not is_given and not terminal.can_prompt:
        raise RefusedError(
            f"{terminal.no_prompt}: cannot ask for confirmation",
            hint=f"to {action} without confirmation, add --yes",
        )
    if given.dry_run or not is_given:
        for line in details:
            terminal.note(line)
    if not is_given and not _agrees(terminal, action, answer):
        raise DeclinedError("cancelled; nothing was changed")


def _agrees(terminal: Terminal, action: str, name: str | None) -> bool:
    """Whether the right word is typed; Enter, no and the end of input say no."""
    if name is None:
        call, mistyped = f"{action.capitalize()}? [y/N]", "that is neither y nor n"
        right = {"y", "yes"}
    else:
        call, mistyped = f"Type the name to {action}:", "that is not the name"
        right = {name, DEFAULT_ALIAS} if name == DEFAULT_PAIR else {name}
    for _ in range(_TRIES):
        typed = terminal.prompt(call)
        if typed in right or (name is None and typed.lower() in right):
            return True
        if typed.lower() in {"", "n", "no"}:
            return False
        terminal.note(f"{mistyped}; try again, or press Enter to cancel")
    return False
