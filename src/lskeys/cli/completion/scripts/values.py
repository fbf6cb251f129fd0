"""What completes the value of an option or an argument. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from lskeys.audit import Code
from lskeys.cli.parameters import Argument, Option
from lskeys.output.views.key_pairs import KEY_PAIRS

NAMES = "names"
INSTANCES = "instances"
TAGS = "tags"
REGIONS = "regions"
PROFILES = "profiles"
DYNAMIC = (NAMES, INSTANCES, TAGS, REGIONS, PROFILES)
"""Kinds whose words lskeys itself gives at TAB."""
FILES = "files"
DIRECTORIES = "directories"
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Values:
    """What completes a word: one of the kinds above, or fixed words.

    `is_list`: the value is a comma-separated list, whose last word is completed.
    """

    kind: str = NOTHING
    words: tuple[str, ...] = ()
    is_list: bool = False


_COLUMNS = KEY_PAIRS.names
_NOUNS = {
    "CODE": Values(words=tuple(code.value for code in Code)),
    "COLUMN,": Values(words=_COLUMNS, is_list=True),
    "DIR": Values(DIRECTORIES),
    "FILE": Values(FILES),
    "GLOB": Values(NAMES),
    "INSTANCE": Values(INSTANCES),
    "KEY": Values(TAGS),
    "KEY[=VALUE]": Values(TAGS),
    "NAME": Values(NAMES),
    "NAME|GLOB": Values(NAMES),
    "PATH": Values(FILES),
    "PROFILE": Values(PROFILES),
    "REGION": Values(REGIONS),
    "[-]COLUMN": Values(words=(*_COLUMNS, *(f"-{name}" for name in _COLUMNS))),
}


def values_of(taker: Option | Argument) -> Values:
    """What completes an option's value or an argument, by its choices or its metavar."""
    if taker.choices:
        return Values(words=taker.choices)
    noun = taker.noun if isinstance(taker, Argument) else taker.metavar.replace("...", "")
    return _NOUNS.get(noun, Values())


def kind_of(values: Values) -> str:
    """The values in the notation of the bash script."""
    if values.words:
        return f"{'list' if values.is_list else 'words'}:{' '.join(values.words)}"
    return values.kind


def filled(template: str, marks: Mapping[str, str]) -> str:
    """The text of a template in this package, with a text in place of each mark."""
    text = files(__package__).joinpath(template).read_text("utf-8")
    for mark, words in marks.items():
        text = text.replace(mark, words)
    return text
