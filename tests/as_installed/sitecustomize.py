"""Hide from a Python process the libraries that only tests install, but others import as soon as they are there.

Users have neither. pyogrio imports both at its start, which takes a quarter of the time of `dothi --help`.
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec


class Absent(MetaPathFinder):
    """Finds nothing for these names, and keeps others from looking."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname in ('geopandas', 'pandas'):
            raise ModuleNotFoundError(f'No module named {fullname!r}', name=fullname)
        return None


sys.meta_path.insert(0, Absent())
