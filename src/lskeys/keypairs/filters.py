"""Selects key pairs by name, tag and use. Pure."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from lskeys.model import DEFAULT_PAIR, KeyPair
from lskeys.text import did_you_mean
from lskeys.values import value


@value
class Selection:
    """The filters of a command.

    A name must match one of `globs`. All `tags` must match: `KEY` or `KEY=VALUE`, both sides may
    be globs. `in_use` is None if it does not matter.
    """

    globs: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    include_default: bool = False
    in_use: bool | None = None

    @property
    def wants_default(self) -> bool:
        """Whether the default key pair is included, by the option or by its name."""
        return self.include_default or DEFAULT_PAIR in self.globs

    def accepts(self, pair: KeyPair) -> bool:
        """Whether a key pair passes all filters; `used_by` must be known if `in_use` is set."""
        return (
            self._accepts_name(pair.name)
            and all(_has_tag(pair, wanted) for wanted in self.tags)
            and (self.in_use is None or self.in_use == bool(pair.used_by))
        )

    def way_out(self, there: Sequence[KeyPair]) -> str:
        """A hint for the case that none of the key pairs in `there` passes."""
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
