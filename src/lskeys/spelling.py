"""The known word that somebody probably meant. Pure."""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The only known word that begins with this one, else the one that looks most like it."""
    words = list(known)
    begun = [each for each in words if word and each.startswith(word)]
    if len(begun) == 1 or word in begun:
        return word if word in begun else begun[0]
    return next(iter(difflib.get_close_matches(word, words, n=1)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint with the nearest known word, if one is near."""
    near = nearest(word, known)
    return f"did you mean {near}?" if near else None
