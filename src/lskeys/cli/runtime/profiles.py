"""Which profiles are meant: names, patterns, or all of AWS's configuration. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from lskeys.errors import SetupError
from lskeys.text import did_you_mean, is_glob, one_line, profiles_hint


class ChosenProfiles(NamedTuple):
    """The profiles to query, and those that would be but have no credentials."""

    profiles: tuple[str, ...]
    without_credentials: tuple[str, ...] = ()


def choose_profiles(words: Sequence[str], known: Mapping[str, bool]) -> ChosenProfiles:
    """The profiles that names and patterns stand for; one that is named is queried anyway.

    `known` are the profiles there are, with whether they have credentials.

    Raises:
        SetupError: A pattern stands for none.
    """
    named = {word for word in words if word in known or not is_glob(word)}
    every = tuple(dict.fromkeys(name for word in words for name in _meant(word, known)))
    chosen = tuple(name for name in every if name in named or known[name])
    if not chosen:
        raise SetupError(
            "no profile of the AWS configuration has credentials", hint=profiles_hint(known)
        )
    return ChosenProfiles(chosen, tuple(name for name in every if name not in chosen))


def _meant(word: str, known: Mapping[str, bool]) -> Iterator[str]:
    if word in known or not is_glob(word):
        yield word
        return
    names = [name for name in known if fnmatchcase(name, word)]
    if not names and word != "*":
        raise SetupError(
            f"no profile of the AWS configuration matches {one_line(word, limit=80)}",
            hint=did_you_mean(word, known) or profiles_hint(known),
        )
    yield from names
