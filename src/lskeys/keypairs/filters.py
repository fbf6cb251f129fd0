"""Which key pairs are wanted, and in which order. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from lskeys.model import DEFAULT_PAIR, KeyPair
from lskeys.text import did_you_mean


@dataclass(frozen=True, slots=True)
class Selection:
    """What `list` was asked for.

    `globs` match names, any of them; `tags` are `KEY` or `KEY=VALUE` with globs on either side,
    all of them; `in_use` is None where it does not matter.
    """

    globs: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    include_default: bool = False
    in_use: bool | None = None

    @property
    def wants_default(self) -> bool:
        """Whether the default pair is asked for, by the option or by its name."""
        return self.include_default or DEFAULT_PAIR in self.globs

    def accepts(self, pair: KeyPair) -> bool:
        """Whether a pair is wanted; its usage must be known if usage matters."""
        return (
            self._accepts_name(pair.name)
            and all(_has_tag(pair, wanted) for wanted in self.tags)
            and (self.in_use is None or self.in_use == bool(pair.used_by))
        )

    def way_out(self, there: Sequence[KeyPair]) -> str:
        """What to try where none of those that are there is wanted."""
        names = [pair.name for pair in there]
        near = next(filter(None, (did_you_mean(glob, names) for glob in self.globs)), None)
        if near:
            return near
        if there:
            others = "is 1 other" if len(there) == 1 else f"are {len(there)} others"
            return f"there {others}; lskeys list shows what there is"
        if not self.wants_default:
            return "the default pair is listed with --include-default"
        return "to make one: lskeys create NAME; to look everywhere: --all-regions"

    def _accepts_name(self, name: str) -> bool:
        return not self.globs or any(fnmatchcase(name, glob) for glob in self.globs)


def _has_tag(pair: KeyPair, wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return any(
        fnmatchcase(tag.key, key) and (not equals or fnmatchcase(tag.value or "", value))
        for tag in pair.tags
    )
