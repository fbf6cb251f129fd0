"""Frozen values: declared like frozen dataclasses with slots, at a tenth of the cost. Pure.

A dataclass compiles six functions while its module is imported; all those of a `list` took a tenth
of its time. A value shares five of them with every other, and compiles its `__new__` when the
first one is made (docs/performance.md).
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")

EMPTY: Mapping[Any, Any] = MappingProxyType({})
"""The default of a field that is a mapping."""


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """Make a class one of frozen values, whose fields are its annotations.

    Two are equal if they are of one class and their fields are equal. Defaults must be immutable:
    all instances share them.
    """
    names = tuple(cls.__annotations__)
    content = attrgetter(*names)
    without_slots = {"__dict__", "__weakref__"}
    namespace = {name: each for name, each in vars(cls).items() if name not in without_slots}
    defaults = {name: namespace.pop(name) for name in names if name in namespace}

    def equals(self: T, other: object) -> bool:
        return content(self) == content(other) if type(other) is type(self) else NotImplemented

    made: type[T] = type(
        cls.__name__,
        cls.__bases__,
        {
            "__repr__": _described,
            **namespace,
            "__slots__": names,
            "__match_args__": names,
            "__new__": _compiled_at_first(names, defaults),
            "__eq__": equals,
            "__hash__": lambda self: hash(content(self)),
            "__setattr__": _refuse,
            "__delattr__": _refuse,
        },
    )
    return made


def replace(old: T, **changes: Any) -> T:  # noqa: ANN401  any field
    """A copy with some fields changed; of a dataclass, too."""
    names: tuple[str, ...] = old.__match_args__  # type: ignore[attr-defined]  # both have them
    return type(old)(**{name: getattr(old, name) for name in names} | changes)


def _compiled_at_first(names: tuple[str, ...], defaults: Mapping[str, Any]) -> Callable[..., Any]:
    """A `__new__` that puts the real one in its place, and calls that."""

    def new(cls: Any, *given: Any, **named: Any) -> object:  # noqa: ANN401  any field
        cls.__new__ = staticmethod(_compiled(cls, names, defaults))
        return cls.__new__(cls, *given, **named)

    return new


def _compiled(
    cls: type, names: tuple[str, ...], defaults: Mapping[str, Any]
) -> Callable[..., object]:
    """The `__new__` of a class: a parameter for each field, put into its slot.

    The slots are filled while the object is one of a class with the same ones that refuses no
    change: that takes half the time.
    """
    bases = {name: each for name, each in vars(cls).items() if name == "__orig_bases__"}
    draft = type(cls.__name__, cls.__bases__, {"__slots__": names, **bases})
    parameters = [f"{name}=default_{name}" if name in defaults else name for name in names]
    body = [" self = make(draft)", *(f" self.{name} = {name}" for name in names)]
    known = {f"default_{name}": each for name, each in defaults.items()}
    known |= {"make": object.__new__, "draft": draft}
    code = [f"def __new__(cls, {', '.join(parameters)}):", *body, " self.__class__ = cls"]
    exec("\n".join([*code, " return self"]), known)  # noqa: S102  names of fields, as dataclasses do it
    compiled: Callable[..., object] = known["__new__"]
    return compiled


def _described(self: object) -> str:
    names: tuple[str, ...] = self.__match_args__  # type: ignore[attr-defined]  # of a value
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
    return f"{type(self).__qualname__}({fields})"


def _refuse(self: object, name: str, *_: object) -> NoReturn:
    raise AttributeError(f"{type(self).__qualname__} is frozen: {name} cannot be changed")
