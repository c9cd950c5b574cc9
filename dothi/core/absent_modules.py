"""Modules that count as not installed: libraries import them wherever they are there, and nothing here needs them."""

import sys
from importlib.abc import MetaPathFinder
from types import TracebackType


class AbsentModules(MetaPathFinder):
    """While this is entered, an import of one of `names` fails as if it were not installed."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def find_spec(self, fullname: str, *_: object) -> None:
        """Raises ModuleNotFoundError for the names; other finders look for all others."""
        if fullname in self._names:
            raise ModuleNotFoundError(name=fullname)

    def __enter__(self) -> None:
        sys.meta_path.insert(0, self)

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        sys.meta_path.remove(self)
