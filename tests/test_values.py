"""Frozen values do what frozen dataclasses with slots do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from lskeys.values import replace, value


@value
class Pair:
    """A value with a default."""

    name: str
    tags: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """Something it knows."""
        return len(self.name)


@dataclass(frozen=True, slots=True)
class Twin:
    """The same as a dataclass."""

    name: str
    tags: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """Something it knows."""
        return len(self.name)


def set_name(each: Any) -> None:  # noqa: ANN401  either of them
    """Change what is frozen."""
    each.name = "other"


DEEDS: list[Callable[[Any], object]] = [
    lambda cls: cls("a"),
    lambda cls: cls(name="a", tags=("b",)),
    lambda cls: cls("a").length,
    lambda cls: (cls("a") == cls("a", ()), cls("a") == cls("b"), cls("a") == "a"),
    lambda cls: len({cls("a"), cls("a"), cls("b"), cls("a", ("b",))}),
    lambda cls: replace(cls("a", ("b",)), name="c"),
    lambda cls: replace(cls("a"), wrong="c"),
    lambda cls: cls(),
    lambda cls: cls("a", wrong=1),
    lambda cls: set_name(cls("a")),
    lambda cls: delattr(cls("a"), "name"),
    lambda cls: hash(cls("a", ["b"])),
    lambda cls: cls.__match_args__,
]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_value_does_what_a_dataclass_does(deed: Callable[[Any], object]) -> None:
    """Made, compared, hashed, shown, copied, frozen: the same result, or an error of the kind."""

    def outcome(cls: type) -> str:
        try:
            return repr(deed(cls))
        except (AttributeError, TypeError) as error:
            kind = AttributeError if isinstance(error, AttributeError) else TypeError
            return kind.__name__

    assert outcome(Pair) == outcome(Twin).replace("Twin", "Pair")


def test_values_of_two_classes_differ() -> None:
    """What is equal in all fields is still not the same thing."""

    @value
    class Other:
        name: str
        tags: tuple[str, ...] = ()

    different: list[object] = [Pair("a"), Other("a"), Twin("a")]
    assert different.count(Pair("a")) == 1
