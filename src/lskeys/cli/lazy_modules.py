"""Has modules that botocore and Python import, and a list does not use, loaded when they are used.

From Python 3.15 on every module can be (PEP 810); before, only one that is imported as a whole and
not for a name in it. It saves a list a fifteenth of its memory, and of its time a little less
(docs/performance.md).
Touches: the process.
"""

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.abc import Loader

SELDOM_USED = frozenset(
    {
        "botocore.docs",
        "botocore.monitoring",
        "botocore.retries.adaptive",
        "botocore.retryhandler",
        "botocore.translate",
        "botocore.vendored.requests.packages",
        "botocore.vendored.six",
        "botocore.waiter",
        "bz2",
        "configparser",
        "csv",
        "email.header",
        "jmespath",
        "linecache",
        "locale",
        "lzma",
        "mimetypes",
        "ntpath",
        "shellingham",
        "stringprep",
        "tokenize",
        "urllib3.http2",
        "xml.etree.ElementPath",
        "zipfile",
    }
)
"""Without those that save a key, which would be lost if a module could not be read any more."""

_loading = RLock()


def install() -> None:
    """Have each module that is seldom used loaded when something in it is used."""
    sys.meta_path.insert(0, _Finder)


class _Finder:
    """Finds the modules that are seldom used where Python finds any."""

    @staticmethod
    def find_spec(
        name: str, path: "Sequence[str] | None" = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module is, and that it is loaded later; None for every other module."""
        spec = PathFinder.find_spec(name, path) if name in SELDOM_USED else None
        if spec is not None and spec.loader is not None:
            spec.loader_state = spec.loader
            spec.loader = _LaterLoader()  # type: ignore[assignment]  # has all that is called
        return spec


class _LaterLoader:
    """Leaves a module empty."""

    def create_module(self, _: ModuleSpec) -> None:
        """None: Python makes a usual module, which knows its name and its place."""

    def exec_module(self, module: ModuleType) -> None:
        """Have it loaded when it is used."""
        module.__class__ = _LaterModule


class _LaterModule(ModuleType):
    """A module that is loaded when an attribute is first used that it does not have.

    A package is not loaded for a module in it. `importlib.util.LazyLoader` does so, and loads on a
    second import, too.
    """

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the module holds
        spec = self.__spec__
        assert spec is not None
        inside = f"{self.__name__}.{name}"
        locations = spec.submodule_search_locations
        if locations is not None and PathFinder.find_spec(inside, locations) is not None:
            return import_module(inside)
        with _loading:
            loader: Loader | None = spec.loader_state
            if loader is not None:
                self._load(spec, loader)
            elif type(self) is _LaterModule:  # it is being loaded, by this thread
                raise AttributeError(f"{self.__name__} has no {name} yet", name=name, obj=self)
        return getattr(self, name)

    def _load(self, spec: ModuleSpec, loader: "Loader") -> None:
        spec.loader_state, spec.loader, self.__loader__ = None, loader, loader
        try:
            loader.exec_module(self)
        except BaseException:
            spec.loader_state = loader
            raise
        self.__class__ = ModuleType  # type: ignore[assignment]  # from now on one like any other
