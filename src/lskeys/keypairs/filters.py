"""Selects key pairs by name, tag, use and age. Pure."""

import re
import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from lskeys.errors import UsageError
from lskeys.model import DEFAULT_ALIAS, DEFAULT_PAIR, KeyPair
from lskeys.text import did_you_mean, is_glob, lskeys_command
from lskeys.values import replace, value

_AGE = re.compile(r"([1-9][0-9]{0,4})(h|d|w|mo|y)")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "mo": 30 * 24, "y": 365 * 24}


def parse_age(text: str) -> timedelta:
    """An age as `365d`, `12mo` or `2y`, in the units of the tables: a month has 30 days.

    Raises:
        UsageError: It is none.
    """
    found = _AGE.fullmatch(text)
    if found is None:
        raise UsageError(f"{text} is not an age", hint="such as 365d, 12w, 6mo or 2y")
    return timedelta(hours=int(found[1]) * _HOURS[found[2]])


@value
class Age:
    """A least age: as it was typed, and the moment before which a key pair was created."""

    typed: str
    created_before: datetime


@value
class Selection:
    """The filters of a command.

    A name must match one of `globs`. All `tags` must match: `KEY` or `KEY=VALUE`, both sides may
    be globs. `in_use` is None if it does not matter. A key pair without a date is never older.
    """

    globs: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    include_default: bool = False
    in_use: bool | None = None
    older_than: Age | None = None

    @property
    def wants_default(self) -> bool:
        """Whether the default key pair is included, by the option or by one of its names."""
        return self.include_default or not {DEFAULT_PAIR, DEFAULT_ALIAS}.isdisjoint(self.globs)

    @property
    def has_filters(self) -> bool:
        """Whether more than the name matters."""
        return bool(self.tags or self.older_than or self.in_use is not None)

    def __str__(self) -> str:
        words = [*self.globs, *(f"--tag {shlex.quote(each)}" for each in self.tags)]
        if self.in_use is not None:
            words.append("--in-use" if self.in_use else "--unused")
        if self.older_than:
            words.append(f"--older-than {self.older_than.typed}")
        return " ".join(words)

    def accepts(self, pair: KeyPair) -> bool:
        """Whether a key pair passes all filters; `used_by` must be known if `in_use` is set."""
        return (
            (not pair.is_default or self.wants_default)
            and self._accepts_name(pair.name)
            and (not self.tags or all(_has_tag(pair, wanted) for wanted in self.tags))
            and (self.in_use is None or self.in_use == bool(pair.used_by))
            and (self.older_than is None or _is_older(pair, self.older_than))
        )

    def hidden(self, defaults: Sequence[KeyPair]) -> int:
        """How many of the default pairs are left out only because they are not requested."""
        with_default = replace(self, include_default=True)
        return 0 if self.wants_default or self.globs else sum(map(with_default.accepts, defaults))

    def none_found(self, where: str) -> str:
        """What is said where none passes: regions or profiles, and what was looked for."""
        if len(self.globs) == 1 and not self.has_filters and not is_glob(self.globs[0]):
            return f"no key pair named {self} in {where}"
        return (
            f"no key pair in {where} matches {self}"
            if str(self)
            else f"no key pairs found in {where}"
        )

    def way_out(self, there: Sequence[KeyPair], regions: Sequence[str]) -> str:
        """A hint for the case that none of the key pairs in `there` passes.

        `regions` are those given as options, which the next command needs, too.
        """
        where = [word for name in regions for word in ("--region", name)]
        others = [pair for pair in there if self.wants_default or not pair.is_default]
        names = [pair.name for pair in others]
        near = next(filter(None, (did_you_mean(glob, names) for glob in self.globs)), None)
        if near:
            return near
        if others:
            them = "the other one" if len(others) == 1 else f"all {len(others)}"
            return f"to list {them}: {lskeys_command('list', *where)}"
        if there:
            return "the default key pair is listed with --include-default"
        create = lskeys_command("create", "NAME", *where)
        return f"to make one: {create}; to search all regions: --all-regions"

    def _accepts_name(self, name: str) -> bool:
        if not self.globs or (name == DEFAULT_PAIR and DEFAULT_ALIAS in self.globs):
            return True
        return any(fnmatchcase(name, glob) for glob in self.globs)


def _is_older(pair: KeyPair, age: Age) -> bool:
    return pair.created_at is not None and pair.created_at < age.created_before


def _has_tag(pair: KeyPair, wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return any(
        fnmatchcase(tag.key, key) and (not equals or fnmatchcase(tag.value or "", value))
        for tag in pair.tags
    )
